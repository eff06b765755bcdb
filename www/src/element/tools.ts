/** Parts of the widget that can be left out. */
export const toolNames = ['draw', 'kind', 'channels', 'settings', 'pictures', 'open', 'adapt', 'status'] as const;

/** One of {@link toolNames}. */
export type WidgetTool = (typeof toolNames)[number];

/** Which tools an attribute asks for: all without one, a list of names, or `none`. */
export function toolsOf(attribute: string | null): ReadonlySet<WidgetTool> {
  if (attribute === null || attribute.trim() === 'all') return new Set(toolNames);
  const asked = attribute.split(/[\s,]+/);
  return new Set(toolNames.filter((name) => asked.includes(name)));
}
