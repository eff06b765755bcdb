import { errorOf } from '../../public/errors.js';
import { Prediction } from '../../public/prediction.js';
import { fitWithin, LONGEST_SIDE } from '../decode.js';
import type { Engine, Frame } from '../engine.js';
import { failureOf } from '../failure.js';
import { drawPixels } from '../overlay/pixels.js';
import { drawPoints } from '../overlay/points.js';
import type { LiveReply, LiveRequest } from '../protocol.js';
import { compare, type Verdict } from './compare.js';

/** Longest side of predictions: finer than the network sees, so that edges are smooth when they are enlarged. */
const FINEST = 512;
/** Radius of points, as a share of the frame's longest side. */
const RADIUS = 0.008;

type Size = { readonly width: number; readonly height: number };

/** Predicts and draws the frames of one source; nothing of a frame stays. */
export class Painter {
  readonly #seen = new Board(true);
  readonly #overlay = new Board();
  readonly #shown = new Board();
  /** What the runtime draws on, without reading back, if it can. */
  #native: ({ readonly live: number | undefined } & Size) | undefined;
  /** Whether the runtime draws what is drawn by hand; unknown until there was something to compare. */
  #verdict: Verdict = 'unknown';

  constructor(private readonly engine: Engine) {}

  /** `task` is the engine's number for it. */
  async paint(request: LiveRequest, task: number): Promise<LiveReply> {
    const start = performance.now();
    const given = sizeOf(request.frame);
    const size = fitWithin(given.width, given.height, LONGEST_SIDE);
    const reply = await this.#draw(request, task, size, given);
    return { ...given, ...reply, milliseconds: performance.now() - start };
  }

  stop(): void {
    if (this.#native?.live !== undefined) this.engine.liveStop?.(this.#native.live);
    this.#native = undefined;
  }

  // No frame is trusted because a GPU returned it: the first ones are drawn by hand too, and shown so.
  async #draw(request: LiveRequest, task: number, size: Size, given: Size) {
    const native = await this.#natively(request, task, size);
    if (native && this.#verdict === 'same') return native;
    const byHand = await this.#byHand(request, task, size, given);
    if (native) {
      this.#verdict = compare(request, native.bitmap, byHand.bitmap);
      native.bitmap.close();
      if (this.#verdict === 'other') this.stop();
    }
    return byHand;
  }

  async #natively({ frame, of, blank, quick, look }: LiveRequest, task: number, size: Size) {
    if (blank || of.kind === 'tags' || this.#verdict === 'other') return undefined;
    if (!this.engine.liveStart || !this.engine.liveFrame) return undefined;
    const { width, height } = size;
    if (this.#native?.width !== width || this.#native.height !== height) {
      this.stop();
      this.#native = { live: this.engine.liveStart(task, width, height), width, height };
    }
    if (this.#native.live === undefined) return undefined;
    const bitmap = await this.engine.liveFrame(this.#native.live, frame, look, quick);
    return bitmap && { bitmap, predicted: true };
  }

  async #byHand(request: LiveRequest, task: number, size: Size, given: Size) {
    const { frame, look } = request;
    const context = this.#shown.clear(size);
    if (look.picture) context.drawImage(frame, 0, 0, size.width, size.height);
    const found = request.blank ? undefined : await this.#predict(request, task, given);
    if (!found) return { bitmap: this.#shown.take(), predicted: false };
    if ('tags' in found) return { bitmap: this.#shown.take(), predicted: true, tags: found.tags };
    const { prediction, answer } = found;
    const { kind } = prediction;
    const scale = size.width / prediction.width;
    if (look.view === 'points') {
      const points = prediction.points().map((point) => ({ ...point, x: point.x * scale, y: point.y * scale }));
      const radius = RADIUS * Math.max(size.width, size.height);
      drawPoints(context, kind, points, { ...look, radius });
    } else {
      const layer = this.#overlay.clear(prediction);
      const image = layer.createImageData(prediction.width, prediction.height);
      drawPixels(new Uint32Array(image.data.buffer), prediction, look);
      layer.putImageData(image, 0, 0);
      context.globalAlpha = look.opacity;
      context.drawImage(layer.canvas, 0, 0, size.width, size.height);
      context.globalAlpha = 1;
    }
    const bitmap = this.#shown.take();
    const points = enlarged(answer.points, given.width / prediction.width);
    return {
      bitmap,
      predicted: true,
      ...((kind === 'keypoints' || kind === 'density') && { points }),
      ...(kind === 'density' && { counts: answer.counts }),
    };
  }

  /** What is said of a frame; nothing where the examples say nothing yet. */
  async #predict({ frame, of, quick }: LiveRequest, task: number, { width, height }: Size) {
    const image = await this.#encode(frame, quick || of.kind === 'tags', { width, height });
    try {
      if (of.kind === 'tags') return { tags: await this.engine.predictTags(task, image) };
      const size = fitWithin(width, height, FINEST);
      const answer = quick
        ? await this.engine.predictReadout(task, image, size.width, size.height)
        : await this.engine.predict(task, image, size.width, size.height);
      return { answer, prediction: new Prediction(size.width, size.height, of, answer, 0) };
    } catch (thrown) {
      if (failureOf(thrown).code === 'empty-support') return undefined;
      throw thrown;
    } finally {
      this.engine.removeImage(image);
    }
  }

  // No larger than it is looked at, so that the browser scales it and not the runtime.
  #encode(frame: Frame, quick: boolean, { width, height }: Size): Promise<number> {
    const size = fitWithin(width, height, this.engine.side * (quick ? 1 : 2));
    const context = this.#seen.clear(size);
    context.imageSmoothingQuality = 'high';
    context.drawImage(frame, 0, 0, size.width, size.height);
    const { data } = context.getImageData(0, 0, size.width, size.height);
    return this.engine.addImage([new Uint8Array(data.buffer)], Uint32Array.of(size.width, size.height));
  }
}

/** A canvas that is drawn on again and again. */
class Board {
  #canvas: OffscreenCanvas | undefined;

  constructor(private readonly read = false) {}

  /** An empty canvas of this size. */
  clear({ width, height }: Size): OffscreenCanvasRenderingContext2D {
    this.#canvas ??= new OffscreenCanvas(width, height);
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    const context = this.#canvas.getContext('2d', { willReadFrequently: this.read });
    if (!context) throw errorOf('internal');
    context.clearRect(0, 0, width, height);
    return context;
  }

  /** What was drawn, which leaves the canvas empty. */
  take(): ImageBitmap {
    return (this.#canvas as OffscreenCanvas).transferToImageBitmap();
  }
}

function sizeOf(frame: Frame): Size {
  if ('displayWidth' in frame) return { width: frame.displayWidth, height: frame.displayHeight };
  return { width: frame.width, height: frame.height };
}

function enlarged(points: Float32Array, scale: number): Float32Array {
  return points.map((value, at) => (at % 4 === 1 || at % 4 === 2 ? value * scale : value));
}
