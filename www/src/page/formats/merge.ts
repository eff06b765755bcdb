import { traitsOf } from '../model/kinds.js';
import type { Label } from '../model/label.js';
import type { Imported } from './content.js';

/** What was read, with the channels of a task that has labels already: those of the same name are the same. */
export function merge(
  { kind, channels, labels }: Imported,
  present: readonly string[],
): Pick<Imported, 'channels' | 'labels'> {
  if (!traitsOf(kind).several) return { channels: present, labels };
  const all = [...present, ...channels.filter((name) => !present.includes(name))];
  const places = channels.map((name) => all.indexOf(name));
  const moved = [...labels].map(([picture, label]) => [picture, move(label, places)] as const);
  return { channels: all, labels: new Map(moved) };
}

function move(label: Label, places: readonly number[]): Label {
  if ('points' in label) {
    const points = label.points.map((point) => ({ ...point, channel: places[point.channel] ?? point.channel }));
    return { ...label, points };
  }
  const { raster } = label;
  const data = Uint8Array.from(raster.data, (id) =>
    id === 0 || id > places.length ? id : (places[id - 1] as number) + 1,
  );
  return { ...label, raster: { ...raster, data } };
}
