import type { ClassIds, Keypoints, MapValues, Points, SessionLabel, TagLabel } from '../../anolis/public/index.js';
import { type Kind, traitsOf } from './kinds.js';
import {
  arrangePlanes,
  emptyMap,
  emptyRaster,
  isPainted,
  NO_VALUE,
  PROBABLY_BACKGROUND,
  planeOf,
  planesOf,
  type Raster,
  UNPAINTED,
  VALUES,
} from './raster.js';

/** A point that was set, in pixels of the picture. */
export interface LabelPoint {
  readonly x: number;
  readonly y: number;
  /** Counted from 0. */
  readonly channel: number;
}

/** What was painted. */
export interface RasterLabel {
  readonly raster: Raster;
  /** Whether unpainted pixels are unknown; otherwise they count as background. */
  readonly partial: boolean;
}

/** What was set. */
export interface PointsLabel {
  readonly points: readonly LabelPoint[];
  /** Whether somebody said that there is nothing to set. */
  readonly none: boolean;
}

/** What was said of tags. */
export interface TagsLabel {
  /** In the order of the channels; nothing is said of those that are `undefined` or beyond the end. */
  readonly said: readonly (boolean | undefined)[];
}

/** A label of places in a picture. */
export type Label = RasterLabel | PointsLabel;

/** The label of a picture for one kind of task. */
export type AnyLabel = Label | TagsLabel;

/** Whether the label says anything. */
export function saysSomething(label: AnyLabel | undefined): boolean {
  if (!label) return false;
  if ('said' in label) return label.said.some((said) => said !== undefined);
  return 'raster' in label ? isPainted(label.raster) : label.none || label.points.length > 0;
}

/** Size of a picture, and how many channels its task has. */
interface Frame {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** A label that says nothing yet. */
export function emptyLabel(kind: Kind, { width, height, channels }: Frame, partial: boolean): AnyLabel {
  const { form } = traitsOf(kind);
  if (form === 'tags') return { said: [] };
  if (form === 'points') return { points: [], none: false };
  return { raster: kind === 'map' ? emptyMap(width, height, channels) : emptyRaster(width, height), partial };
}

/** A label that says that there is nothing in the picture. */
export function nothingHere(kind: Kind, { width, height, channels }: Frame): AnyLabel {
  if (kind === 'tags') return { said: Array.from({ length: channels }, () => false) };
  if (traitsOf(kind).form === 'points') return { points: [], none: true };
  const raster = kind === 'map' ? emptyMap(width, height, channels) : emptyRaster(width, height);
  raster.data.fill(0);
  return { raster, partial: false };
}

/** A map's label with so many components, of which new ones say nothing; any other label as it is. */
export function withComponents<L extends AnyLabel>(label: L, count: number): L {
  if (!('raster' in label) || label.raster.data instanceof Uint8Array || planesOf(label.raster) === count) return label;
  return { ...label, raster: arrangePlanes(label.raster, [...Array(count).keys()]) };
}

/** Names that the network knows channels by; their real names are the page's affair, so that renaming one changes nothing. */
export function libraryNames(channels: number): string[] {
  return Array.from({ length: channels }, (_, place) => `channel-${place + 1}`);
}

/** What was said of tags as the library takes it, of a task whose tags have these names. */
export function toLibraryTags({ said }: TagsLabel, names: readonly string[]): TagLabel {
  const of = (wanted: boolean) => names.filter((_, place) => said[place] === wanted);
  return { tags: of(true), not: of(false) };
}

/** What the library says of tags of these names. */
export function fromLibraryTags({ tags, not }: TagLabel, names: readonly string[]): TagsLabel {
  const absent = (name: string) => (!not || not.includes(name) ? false : undefined);
  return { said: names.map((name) => tags.includes(name) || absent(name)) };
}

/** The label as the library takes it, of a task with so many channels. */
export function toLibrary(kind: Kind, label: Label, channels: number): ClassIds | Keypoints | MapValues | Points {
  if ('points' in label) {
    if (kind === 'density') return { points: label.points.map(({ x, y, channel }) => [x, y, channel] as const) };
    const keypoints = Array.from({ length: channels }, (_, channel) => {
      const point = label.points.find((candidate) => candidate.channel === channel);
      return point ? ([point.x, point.y] as const) : null;
    });
    return { keypoints };
  }
  const { width, height, data } = label.raster;
  if (data instanceof Uint16Array) {
    const components = Array.from({ length: channels }, (_, component) => planeOf(label.raster, component).data);
    return { width, height, map: components.map((values) => Float32Array.from(values, valueAt)) };
  }
  const ids = label.partial ? data : data.map((id) => (id === UNPAINTED ? PROBABLY_BACKGROUND : id));
  return { width, height, data: ids };
}

/** A label of a session file, of a task that the page can show. */
export function fromLibrary(label: Exclude<SessionLabel['label'], TagLabel>): Label {
  if ('keypoints' in label) {
    const points = label.keypoints.flatMap((point, channel) => (point ? [{ x: point[0], y: point[1], channel }] : []));
    return { points, none: points.length === 0 };
  }
  if ('points' in label) {
    const points = label.points.map(([x, y, channel = 0]) => ({ x, y, channel }));
    return { points, none: points.length === 0 };
  }
  if ('map' in label) {
    const { width, height, map } = label;
    const components = map instanceof Float32Array ? [map] : map;
    const raster = emptyMap(width, height, components.length);
    for (const [place, values] of components.entries())
      planeOf(raster, place).data.set(Uint16Array.from(values, storedOf));
    return { raster, partial: false };
  }
  if (!('data' in label)) throw new TypeError('not a label of one raster or of points');
  const { width, height } = label;
  // Here unpainted pixels are all unknown or all background: where a file has both, the latter are painted.
  const partial = label.data.includes(UNPAINTED);
  const unpainted = partial ? 0 : UNPAINTED;
  const data = Uint8Array.from(label.data, (id) => (id === PROBABLY_BACKGROUND ? unpainted : id));
  return { raster: { width, height, data }, partial };
}

/** A map's number as a value from 0 to 1, `NaN` where there is none. */
export function valueAt(stored: number): number {
  return stored === NO_VALUE ? Number.NaN : stored / VALUES;
}

/** A value from 0 to 1 as a map stores it. */
export function storedOf(value: number): number {
  return Number.isNaN(value) ? NO_VALUE : Math.round(Math.min(1, Math.max(0, value)) * VALUES);
}
