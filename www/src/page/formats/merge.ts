import type { Label, RasterLabel } from '../model/label.js';
import { arrangePlanes, emptyMap, isPainted, planeOf, planesOf } from '../model/raster.js';
import type { Imported, OpenPicture } from './content.js';

/**
 * What was read, with the channels of a task that has labels already: those of the same name are the same. Of maps what was not
 * read stays as it was in the `former` label.
 */
export function merge(
  { channels, labels }: Imported,
  present: readonly string[],
  former: (picture: OpenPicture) => Label | undefined = () => undefined,
): Pick<Imported, 'channels' | 'labels'> {
  const all = [...present, ...channels.filter((name) => !present.includes(name))];
  const places = channels.map((name) => all.indexOf(name));
  const moved = [...labels].map(([picture, label]) => {
    const isMap = 'raster' in label && label.raster.data instanceof Uint16Array;
    return [picture, isMap ? lay(label, places, all.length, former(picture)) : move(label, places)] as const;
  });
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

// Components that were read, over those that were there.
function lay(label: RasterLabel, places: readonly number[], count: number, former: Label | undefined): Label {
  const { width, height } = label.raster;
  const under = former && 'raster' in former ? former.raster : emptyMap(width, height);
  const raster = arrangePlanes(under, [...Array(count).keys()]);
  for (let component = 0; component < planesOf(label.raster); component += 1) {
    const read = planeOf(label.raster, component);
    if (isPainted(read)) planeOf(raster, places[component] ?? component).data.set(read.data);
  }
  return { ...label, raster };
}
