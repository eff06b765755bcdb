import type { OverlayView, TaskKind } from '../../anolis/public/index.js';

/** What the pointer does. */
export type Tool = 'brush' | 'eraser' | 'polygon' | 'box' | 'scribble' | 'point';

/** How a prediction is drawn. */
export type View = OverlayView;

/** What the page offers for a kind of task; the first of each list is the one to begin with. */
interface Traits {
  /** Whether labels are pixels, points, or tags of the whole picture. */
  readonly form: 'raster' | 'points' | 'tags';
  readonly tools: readonly Tool[];
  readonly views: readonly View[];
  /** Whether there may be several channels. */
  readonly several: boolean;
  /** Whether adaptation helps; docs/adaptation.md has the figures. */
  readonly adapts: boolean;
}

/** The kinds of tasks that the page knows. */
export const kinds = {
  mask: {
    form: 'raster',
    tools: ['brush', 'eraser', 'polygon', 'box', 'scribble'],
    views: ['fill', 'contour', 'heat', 'doubt'],
    several: true,
    adapts: true,
  },
  keypoints: {
    form: 'points',
    tools: ['point', 'eraser'],
    views: ['points', 'heat', 'doubt'],
    several: true,
    adapts: false,
  },
  map: {
    form: 'raster',
    tools: ['brush', 'eraser', 'polygon', 'box'],
    views: ['colours', 'grey', 'rgb', 'doubt'],
    several: true,
    adapts: false,
  },
  density: {
    form: 'points',
    tools: ['point', 'eraser'],
    views: ['points', 'heat', 'doubt'],
    several: true,
    adapts: false,
  },
  tags: { form: 'tags', tools: [], views: [], several: true, adapts: false },
} as const satisfies Partial<Record<TaskKind | 'tags', Traits>>;

/** A kind of task that the page knows. */
export type Kind = keyof typeof kinds;

/** In the order in which they are offered. */
export const kindNames = Object.keys(kinds) as readonly Kind[];

/** What the page offers for `kind`. */
export function traitsOf(kind: Kind): Traits {
  return kinds[kind];
}

/** How predictions of a task with so many channels can be drawn. */
export function viewsOf(kind: Kind, channels: number): readonly View[] {
  // One value a pixel is not a colour.
  return traitsOf(kind).views.filter((view) => view !== 'rgb' || channels > 1);
}

/** Whether `value` names a kind that the page knows. */
export function isKind(value: unknown): value is Kind {
  return typeof value === 'string' && Object.hasOwn(kinds, value);
}
