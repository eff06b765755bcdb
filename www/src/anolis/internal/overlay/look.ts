import type { TagOptions, TaskOptions } from '../../public/options.js';
import type { OverlayOptions, OverlayView } from '../../public/overlay.js';
import { okabeIto, pack } from './palette.js';

/** How pixels are drawn: {@link OverlayOptions} with everything decided, as numbers. */
export interface Look {
  readonly view: OverlayView;
  readonly channel: number;
  /** A colour a channel, as canvases keep pixels. */
  readonly colours: Uint32Array;
}

type Kind = TaskOptions['kind'] | TagOptions['kind'];

const first: Readonly<Record<Kind, OverlayView>> = {
  mask: 'fill',
  keypoints: 'points',
  map: 'colours',
  density: 'points',
  tags: 'points',
};

/** Views that a kind can be drawn as. */
const views: Readonly<Record<Kind, readonly OverlayView[]>> = {
  mask: ['fill', 'contour', 'heat', 'doubt'],
  keypoints: ['points', 'heat', 'doubt'],
  map: ['colours', 'grey', 'rgb', 'doubt'],
  density: ['points', 'heat', 'doubt'],
  tags: ['points'],
};

/** What is to be drawn of a task; throws a `RangeError` for what it has not. */
export function lookOf(
  { kind, channels }: { readonly kind: Kind; readonly channels: readonly string[] },
  { view = first[kind], channel = 0, colours = [] }: OverlayOptions,
): Look {
  if (!views[kind].includes(view))
    throw new RangeError(`A task of kind '${kind}' is drawn as ${views[kind].join(', ')}, not '${view}'.`);
  if (!Number.isInteger(channel) || channel < 0 || channel >= channels.length)
    throw new RangeError(`There is no channel ${channel}; use 0 to ${channels.length - 1}.`);
  const all = channels.map((_, place) => colours[place] ?? okabeIto[place % okabeIto.length]);
  return { view, channel, colours: Uint32Array.from(all, (colour) => (colour ? pack(colour, 255) : 0)) };
}
