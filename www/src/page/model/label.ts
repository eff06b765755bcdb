import type { Label as LibraryLabel, TagLabel } from '../../anolis/public/index.js';
import { type Kind, traitsOf } from './kinds.js';
import { emptyRaster, isPainted, NO_VALUE, PROBABLY_BACKGROUND, type Raster, UNPAINTED, VALUES } from './raster.js';

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

/** The label of a picture for one kind of task. */
export type Label = RasterLabel | PointsLabel | TagsLabel;

/** Whether the label says anything. */
export function saysSomething(label: Label | undefined): boolean {
  if (!label) return false;
  if ('said' in label) return label.said.some((said) => said !== undefined);
  return 'raster' in label ? isPainted(label.raster) : label.none || label.points.length > 0;
}

/** A label that says nothing yet. */
export function emptyLabel(kind: Kind, width: number, height: number, partial: boolean): Label {
  const { form } = traitsOf(kind);
  if (form === 'tags') return { said: [] };
  if (form === 'points') return { points: [], none: false };
  return { raster: emptyRaster(width, height, kind === 'map'), partial };
}

/** A label that says that there is nothing in the picture. */
export function nothingHere(kind: Kind, width: number, height: number, channels: number): Label {
  if (kind === 'tags') return { said: Array.from({ length: channels }, () => false) };
  if (traitsOf(kind).form === 'points') return { points: [], none: true };
  const raster = emptyRaster(width, height, kind === 'map');
  raster.data.fill(0);
  return { raster, partial: false };
}

/** Names that the network knows channels by; their real names are the page's affair, so that renaming one changes nothing. */
export function libraryNames(channels: number): string[] {
  return Array.from({ length: channels }, (_, place) => `channel-${place + 1}`);
}

/** What was said of tags as the library takes it, of a task with so many tags. */
export function toLibraryTags({ said }: TagsLabel, channels: number): TagLabel {
  const names = libraryNames(channels);
  const of = (wanted: boolean) => names.filter((_, place) => said[place] === wanted);
  return { tags: of(true), not: of(false) };
}

/** The label as the library takes it, of a task with so many channels. */
export function toLibrary(kind: Kind, label: Exclude<Label, TagsLabel>, channels: number): LibraryLabel {
  if ('points' in label) {
    if (kind === 'density') return { points: label.points.map(({ x, y, channel }) => [x, y, channel] as const) };
    const keypoints = Array.from({ length: channels }, (_, channel) => {
      const point = label.points.find((candidate) => candidate.channel === channel);
      return point ? ([point.x, point.y] as const) : null;
    });
    return { keypoints };
  }
  const { width, height, data } = label.raster;
  if (data instanceof Uint16Array) return { width, height, map: Float32Array.from(data, valueAt) };
  const ids = label.partial ? data : data.map((id) => (id === UNPAINTED ? PROBABLY_BACKGROUND : id));
  return { width, height, data: ids };
}

/** A map's number as a value from 0 to 1, `NaN` where there is none. */
export function valueAt(stored: number): number {
  return stored === NO_VALUE ? Number.NaN : stored / VALUES;
}

/** A value from 0 to 1 as a map stores it. */
export function storedOf(value: number): number {
  return Number.isNaN(value) ? NO_VALUE : Math.round(Math.min(1, Math.max(0, value)) * VALUES);
}
