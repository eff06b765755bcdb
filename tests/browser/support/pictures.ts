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

type Rgb = readonly [number, number, number];

/** What {@link disc} shows, and whether a pixel belongs to it. */
interface Disc {
  readonly side: number;
  readonly rgb: Uint8Array;
  readonly mask: Uint8Array;
}

/** A disc on a striped ground. */
export function disc(side: number, colour: Rgb, ground: Rgb): Disc {
  const inside = (at: number) => Math.hypot((at % side) - side / 3, Math.floor(at / side) - side / 3) < side / 5;
  const mask = Uint8Array.from({ length: side * side }, (_, at) => Number(inside(at)));
  const stripe = (at: number) => ((at % side) % 8 < 4 ? 0 : 16);
  const rgb = Uint8Array.from({ length: 3 * side * side }, (_, sample) => {
    const [at, channel] = [Math.floor(sample / 3), sample % 3];
    return mask[at] === 1 ? (colour[channel] as number) : (ground[channel] as number) + stripe(at);
  });
  return { side, rgb, mask };
}

/** 8 bits a sample. */
export function plain({ side, rgb }: Disc): Buffer {
  return encodePng(side, side, 8, colourType.rgb, rgb);
}

/** 16 bits a sample, whose lower byte says nothing. */
export function deep({ side, rgb }: Disc): Buffer {
  const samples = Uint8Array.from({ length: 2 * rgb.length }, (_, at) =>
    at % 2 === 0 ? (rgb[at / 2] as number) : 128,
  );
  return encodePng(side, side, 16, colourType.rgb, samples);
}

/** One sample a pixel: the red one. */
export function grey({ side, rgb }: Disc): Buffer {
  return encodePng(
    side,
    side,
    8,
    colourType.grey,
    rgb.filter((_, at) => at % 3 === 0),
  );
}

/** The disc alone; its ground is transparent, and black under it. */
export function transparent({ side, rgb, mask }: Disc): Buffer {
  const samples = Uint8Array.from({ length: 4 * side * side }, (_, sample) => {
    const [at, channel] = [sample >> 2, sample & 3];
    const value = channel === 3 ? 255 : (rgb[3 * at + channel] as number);
    return mask[at] === 1 ? value : 0;
  });
  return encodePng(side, side, 8, colourType.rgba, samples);
}

/** The disc on white. */
export function onWhite({ side, rgb, mask }: Disc): Buffer {
  return encodePng(
    side,
    side,
    8,
    colourType.rgb,
    rgb.map((value, at) => (mask[Math.floor(at / 3)] === 1 ? value : 255)),
  );
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

/** A JPEG of a dark rectangle, a quarter of the picture in its top right corner. */
export async function uprightJpeg(page: Page, width: number, height: number): Promise<Buffer> {
  return cornerJpeg(page, width, height, [width / 2, 0]);
}

/** The same picture, stored turned by a quarter, that asks to be turned back. */
export async function turnedJpeg(page: Page, width: number, height: number): Promise<Buffer> {
  const jpeg = await cornerJpeg(page, height, width, [0, 0]);
  const entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];
  const orientation = Buffer.from([...Buffer.from('Exif\0\0MM\0*'), 0, 0, 0, 8, 0, 1, ...entry, 0, 0, 0, 0]);
  const segment = Buffer.from([0xff, 0xe1, 0, orientation.length + 2, ...orientation]);
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}

async function cornerJpeg(page: Page, width: number, height: number, at: readonly [number, number]): Promise<Buffer> {
  const base64 = await page.evaluate(
    async ([columns, rows, x, y]) => {
      const canvas = new OffscreenCanvas(columns, rows);
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.fillStyle = '#cba';
      context.fillRect(0, 0, columns, rows);
      context.fillStyle = '#123';
      context.fillRect(x, y, columns / 2, rows / 2);
      const blob = await canvas.convertToBlob({ type: 'image/jpeg' });
      return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())));
    },
    [width, height, ...at] as const,
  );
  return Buffer.from(base64, 'base64');
}

/** A TIFF of grey pages of 16 bits, which look alike. */
export function deepTiff(side: number, pages: number): Buffer {
  const fields = [256, 257, 258, 259, 262, 273, 277, 278, 279];
  const [pixels, head] = [2 * side * side, 2 + 12 * fields.length + 4];
  const samples = Buffer.alloc(pixels);
  for (let at = 0; at < side * side; at += 1) samples.writeUInt16LE(1000 + ((at * 37) % 3000), 2 * at);
  const start = Buffer.from('II*\0\0\0\0\0', 'latin1');
  start.writeUInt32LE(8 + pixels, 4);
  const directories = Array.from({ length: pages }, (_, page) => {
    const directory = Buffer.alloc(head);
    directory.writeUInt16LE(fields.length, 0);
    for (const [place, value] of [side, side, 16, 1, 1, 8, 1, side, pixels].entries()) {
      directory.writeUInt16LE(fields[place] as number, 2 + 12 * place);
      directory.writeUInt16LE(4, 4 + 12 * place);
      directory.writeUInt32LE(1, 6 + 12 * place);
      directory.writeUInt32LE(value, 10 + 12 * place);
    }
    directory.writeUInt32LE(page + 1 < pages ? 8 + pixels + head * (page + 1) : 0, head - 4);
    return directory;
  });
  return Buffer.concat([start, samples, ...directories]);
}
