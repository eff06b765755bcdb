import { messages } from '../messages.js';
import type { Kind } from '../model/kinds.js';
import type { Label, LabelPoint } from '../model/label.js';
import { fillPolygon, type Raster } from '../model/raster.js';
import type { Imported, OpenPicture } from './content.js';
import { finder } from './names.js';
import { eachOf } from './rle.js';
import { type Size, sameShape } from './scale.js';

/** Collects labels on open pictures from files that speak of them in pixels of their own. */
export class Drawing {
  readonly problems: string[] = [];
  readonly #channels: string[];
  readonly #find: (path: string) => OpenPicture | undefined;
  readonly #masks = new Map<OpenPicture, Raster>();
  readonly #points = new Map<OpenPicture, LabelPoint[]>();

  constructor(
    private readonly kind: Kind,
    pictures: readonly OpenPicture[],
    channels: readonly string[] = [],
  ) {
    this.#channels = [...channels];
    this.#find = finder(pictures);
  }

  /** Number of a channel from 0 on; it is added where it is new. */
  channel(name: string): number {
    const place = this.#channels.indexOf(name);
    return place >= 0 ? place : this.#channels.push(name) - 1;
  }

  /** Begins the label of a picture that a file calls `path` and of which it says a size; nothing where it is not open. */
  on(path: string, said?: Size): Sheet | undefined {
    const picture = this.#find(path);
    if (!picture) return void this.#complain(messages.exchange.noPicture(path));
    const size = said ?? picture;
    if (!(size.width > 0 && size.height > 0) || !sameShape(size, picture))
      return void this.#complain(messages.exchange.otherShape(path));
    return new Sheet(picture, size, this.#mask(picture), this.#pointsOf(picture));
  }

  #complain(problem: string): void {
    if (!this.problems.includes(problem)) this.problems.push(problem);
  }

  #mask(picture: OpenPicture): Raster {
    const { width, height } = picture;
    const mask = this.#masks.get(picture) ?? { width, height, data: new Uint8Array(width * height) };
    this.#masks.set(picture, mask);
    return mask;
  }

  #pointsOf(picture: OpenPicture): LabelPoint[] {
    const points = this.#points.get(picture) ?? [];
    this.#points.set(picture, points);
    return points;
  }

  finish(): Imported {
    const labels = new Map<OpenPicture, Label>();
    if (this.kind === 'mask')
      for (const [picture, raster] of this.#masks) labels.set(picture, { raster, partial: false });
    else
      for (const [picture, points] of this.#points) {
        // Of several things with keypoints the first is taken: a picture has at most one of each.
        const first = points.filter((point, i) => points.findIndex(({ channel }) => channel === point.channel) === i);
        labels.set(picture, { points: this.kind === 'keypoints' ? first : points, none: points.length === 0 });
      }
    return { kind: this.kind, channels: this.#channels, labels, problems: this.problems };
  }
}

/** The label of one picture while it is drawn, in the file's pixels. */
class Sheet {
  readonly #across: number;
  readonly #down: number;
  /** In the file's pixels, empty between calls. */
  #scratch: Uint8Array | undefined;

  constructor(
    { width, height }: OpenPicture,
    readonly size: Size,
    private readonly mask: Raster,
    private readonly points: LabelPoint[],
  ) {
    this.#across = width / size.width;
    this.#down = height / size.height;
  }

  /** Fills a ring, x and y in turn; `channel` counts from 0. */
  ring(ring: readonly number[], channel: number): void {
    const points = Array.from({ length: ring.length >> 1 }, (_, i) => {
      return { x: (ring[2 * i] as number) * this.#across, y: (ring[2 * i + 1] as number) * this.#down };
    });
    if (points.length >= 3 && points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)))
      fillPolygon(this.mask, points, channel + 1);
  }

  box(left: number, top: number, width: number, height: number, channel: number): void {
    const [right, bottom] = [left + width, top + height];
    this.ring([left, top, right, top, right, bottom, left, bottom], channel);
  }

  /** Run lengths as COCO counts them; answers whether they are as long as the file says that the picture is large. */
  runs(counts: readonly number[], channel: number): boolean {
    const { width, height } = this.size;
    this.#scratch ??= new Uint8Array(width * height);
    const scratch = this.#scratch;
    let [left, top, right, bottom] = [width, height, 0, 0];
    const isWhole = eachOf(counts, width, height, (x, y) => {
      scratch[y * width + x] = 1;
      [left, top, right, bottom] = [
        Math.min(left, x),
        Math.min(top, y),
        Math.max(right, x + 1),
        Math.max(bottom, y + 1),
      ];
    });
    if (!isWhole) return false;
    const { mask } = this;
    // Each pixel of the label is taken from where its centre is.
    for (let y = Math.floor(top * this.#down); y < Math.min(mask.height, bottom * this.#down); y += 1) {
      const row = Math.floor((y + 0.5) / this.#down) * width;
      for (let x = Math.floor(left * this.#across); x < Math.min(mask.width, right * this.#across); x += 1)
        if (scratch[row + Math.floor((x + 0.5) / this.#across)] === 1) mask.data[y * mask.width + x] = channel + 1;
    }
    return eachOf(counts, width, height, (x, y) => {
      scratch[y * width + x] = 0;
    });
  }

  /** A point that is not in the picture is left out. */
  point(x: number, y: number, channel: number): void {
    const { width, height } = this.mask;
    const [px, py] = [x * this.#across, y * this.#down];
    if (px >= 0 && py >= 0 && px <= width && py <= height) this.points.push({ x: px, y: py, channel });
  }
}
