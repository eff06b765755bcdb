import type { Page } from '@playwright/test';
import type { Anolis, Label, Live, LiveFrame, TagTask, Task, TaskKind } from '../../../www/src/anolis/public/index.js';
import './library.js';

/** A ball on a ground, which a page moves. */
export interface Ball {
  readonly canvas: HTMLCanvasElement;
  readonly width: number;
  readonly height: number;
  readonly radius: number;
  /** Puts the ball there. */
  move(x: number, y: number): void;
  /** A camera that films it. */
  film(): MediaStream;
}

declare global {
  /** Put there by {@link prepareBall}. */
  var ball: Ball;
  /** Put there by {@link teach}. */
  var lesson: { anolis: Anolis; task: Task; tags: TagTask };
  /** Where frames are drawn, and what draws them. */
  var shown: HTMLCanvasElement;
  var live: Live;
  /** Every frame that was drawn, and the next one; put there by {@link prepareBall}. */
  var drawn: LiveFrame[];
  var onFrame: (frame: LiveFrame) => void;
  var nextFrame: (fits?: (frame: LiveFrame) => boolean) => Promise<LiveFrame>;
}

/** Gives the page a ball to film. */
export async function prepareBall(page: Page): Promise<void> {
  await page.evaluate(() => {
    const [width, height, radius] = [160, 120, 22];
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    document.body.append(canvas);
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    let [x, y] = [40, 60];
    const draw = () => {
      context.fillStyle = 'rgb(60 110 130)';
      context.fillRect(0, 0, width, height);
      context.fillStyle = 'rgb(225 90 60)';
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
    };
    const move = (column: number, row: number) => {
      [x, y] = [column, row];
      draw();
    };
    // A canvas that does not change is not filmed.
    setInterval(draw, 30);
    draw();
    globalThis.ball = { canvas, width, height, radius, move, film: () => canvas.captureStream(30) };
    globalThis.drawn = [];
    globalThis.shown = document.body.appendChild(document.createElement('canvas'));
    const waiting = new Set<(frame: LiveFrame) => void>();
    globalThis.onFrame = (frame) => {
      drawn.push(frame);
      for (const tell of [...waiting]) tell(frame);
    };
    globalThis.nextFrame = (fits = () => true) =>
      new Promise((resolve) => {
        const tell = (frame: LiveFrame) => {
          if (!fits(frame)) return;
          waiting.delete(tell);
          resolve(frame);
        };
        waiting.add(tell);
      });
  });
}

/** Where what is opaque on a canvas lies in the mean, and how many pixels that are. */
export function overlayOn(page: Page): Promise<{ count: number; x: number; y: number; size: number[] }> {
  return page.evaluate(() => {
    const { width, height } = shown;
    const copy = new OffscreenCanvas(width, height);
    const context = copy.getContext('2d') as OffscreenCanvasRenderingContext2D;
    context.drawImage(shown, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    let [count, x, y] = [0, 0, 0];
    for (let at = 0; at < width * height; at += 1) {
      if ((data[4 * at + 3] as number) < 100) continue;
      count += 1;
      x += at % width;
      y += Math.floor(at / width);
    }
    return { count, x: x / count, y: y / count, size: [width, height] };
  });
}

/** Loads the library with a task of a kind that has learnt the ball, and one on tags. */
export async function teach(page: Page, kind: TaskKind, backend: 'cpu' | 'webgpu' = 'cpu'): Promise<void> {
  await page.evaluate(
    async ([wanted, asked]) => {
      // A software GPU takes minutes for the enlarged pictures.
      const quality = asked === 'webgpu' ? 'fast' : 'best';
      const anolis = await library.Anolis.load({ backend: asked, quality });
      const task = await anolis.task({ kind: wanted, channels: ['ball'] });
      const tags = await anolis.task({ kind: 'tags', channels: ['ball', 'cube'] });
      const { width, height, radius } = ball;
      const inside = (x: number, y: number) => (at: number) =>
        Math.hypot((at % width) + 0.5 - x, Math.floor(at / width) + 0.5 - y) < radius;
      const values = <A extends Uint8Array | Float32Array>(array: A, is: (at: number) => boolean): A => {
        for (let at = 0; at < array.length; at += 1) array[at] = Number(is(at));
        return array;
      };
      const label = (x: number, y: number): Label => {
        if (wanted === 'keypoints') return { keypoints: [[x, y]] };
        if (wanted === 'density') return { points: [[x, y]] };
        if (wanted === 'map') return { width, height, map: values(new Float32Array(width * height), inside(x, y)) };
        return { width, height, data: values(new Uint8Array(width * height), inside(x, y)) };
      };
      for (const [x, y] of [
        [40, 60],
        [110, 40],
      ] as const) {
        ball.move(x, y);
        const image = await anolis.image(ball.canvas);
        await task.add(image, label(x, y));
        await tags.add(image, { tags: ['ball'] });
      }
      globalThis.lesson = { anolis, task, tags };
    },
    [kind, backend] as const,
  );
}
