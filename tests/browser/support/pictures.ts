import type { Page } from '@playwright/test';
import { colourType, encodePng } from './png.js';

/** A PNG with a bright square on a dark ground. */
export function square(width: number, height: number): Buffer {
  const samples = new Uint8Array(width * height * 3).fill(40);
  for (let y = Math.floor(height / 4); y < height / 2; y += 1) {
    samples.fill(220, 3 * (y * width + Math.floor(width / 4)), 3 * (y * width + Math.floor(width / 2)));
  }
  return encodePng(width, height, 8, colourType.rgb, samples);
}

/** 16 bits a sample. */
export function deep(side: number): Buffer {
  const samples = new Uint8Array(side * side * 6).map((_, at) => (at * 7) % 256);
  return encodePng(side, side, 16, colourType.rgb, samples);
}

/** One sample a pixel. */
export function grey(side: number): Buffer {
  const samples = new Uint8Array(side * side).map((_, at) => at % 256);
  return encodePng(side, side, 8, colourType.grey, samples);
}

/** Nothing but transparency. */
export function transparent(side: number): Buffer {
  return encodePng(side, side, 8, colourType.rgba, new Uint8Array(side * side * 4));
}

/** Two frames of `side` by `side` pixels, one colour each. */
export function movingGif(side: number): Buffer {
  const size = [side & 255, side >> 8];
  const palette = [0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 0];
  const header = [...Buffer.from('GIF89a'), ...size, ...size, 0xf1, 0, 0, ...palette];
  const frame = (colour: number) => [
    ...[0x21, 0xf9, 4, 0, 10, 0, 0, 0],
    ...[0x2c, 0, 0, 0, 0, ...size, ...size, 0],
    ...[2, ...gifData(side * side, colour), 0],
  ];
  return Buffer.from([...header, ...frame(1), ...frame(2), 0x3b]);
}

// Clears the code table so often that codes stay three bits long.
function gifData(pixels: number, colour: number): number[] {
  const codes: number[] = [];
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    if (pixel % 2 === 0) codes.push(4);
    codes.push(colour);
  }
  codes.push(5);
  const bytes: number[] = [];
  for (const [place, code] of codes.entries()) {
    const bit = place * 3;
    const at = bit >> 3;
    bytes[at] = (bytes[at] ?? 0) | ((code << (bit & 7)) & 255);
    if ((bit & 7) > 5) bytes[at + 1] = code >> (8 - (bit & 7));
  }
  const blocks: number[] = [];
  for (let at = 0; at < bytes.length; at += 255) {
    const block = bytes.slice(at, at + 255);
    blocks.push(block.length, ...block);
  }
  return blocks;
}

/** A JPEG, `width` by `height` as stored, that asks to be turned by a quarter. */
export async function turnedJpeg(page: Page, width: number, height: number): Promise<Buffer> {
  const base64 = await page.evaluate(
    async ([columns, rows]) => {
      const canvas = new OffscreenCanvas(columns as number, rows as number);
      canvas.getContext('2d')?.fillRect(0, 0, 9, 9);
      const blob = await canvas.convertToBlob({ type: 'image/jpeg' });
      return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())));
    },
    [width, height],
  );
  const jpeg = Buffer.from(base64, 'base64');
  const orientation = [
    ...Buffer.from('Exif\0\0MM\0*'),
    0,
    0,
    0,
    8,
    0,
    1,
    0x01,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    6,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  const segment = Buffer.from([0xff, 0xe1, 0, orientation.length + 2, ...orientation]);
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}
