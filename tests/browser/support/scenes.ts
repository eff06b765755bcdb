import type { Page } from '@playwright/test';
import { openLibrary } from './library.js';

declare global {
  /** What a page works with: pictures of discs on a striped ground. */
  var scenes: {
    width: number;
    height: number;
    disc: (i: number, x: number, y: number, radius: number) => boolean;
    picture: (centres: readonly (readonly [number, number])[], radius: number) => ImageData;
    bytes: (value: (i: number) => number) => Uint8Array;
    floats: (value: (i: number) => number) => Float32Array;
  };
}

/** Opens the page that has the library, with scenes. */
export async function openScenes(page: Page): Promise<void> {
  await openLibrary(page);
  await page.evaluate(() => {
    const [width, height] = [96, 80];
    const disc = (i: number, x: number, y: number, radius: number) =>
      Math.hypot((i % width) + 0.5 - x, Math.floor(i / width) + 0.5 - y) < radius;
    const fill = <A extends Uint8Array | Float32Array>(all: A, value: (i: number) => number) => {
      for (let i = 0; i < all.length; i += 1) all[i] = value(i);
      return all;
    };
    const picture = (centres: readonly (readonly [number, number])[], radius: number) => {
      const image = new ImageData(width, height);
      for (let i = 0; i < width * height; i += 1) {
        const inside = centres.some(([x, y]) => disc(i, x, y, radius));
        const around = centres.some(([x, y]) => disc(i, x, y, 1.5 * radius));
        const ground = around ? [20, 30, 40, 255] : [60, 110, 120 + ((i * 7) % 23), 255];
        image.data.set(inside ? [225, 90, 60, 255] : ground, 4 * i);
      }
      return image;
    };
    const bytes = (value: (i: number) => number) => fill(new Uint8Array(width * height), value);
    const floats = (value: (i: number) => number) => fill(new Float32Array(width * height), value);
    Object.assign(globalThis, { scenes: { width, height, disc, picture, bytes, floats } });
  });
}
