import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { isTiff } from '../../src/page/model/is-tiff.js';
import { pagesOf } from '../../src/page/model/tiff.js';
import { inFolder, python, run } from './formats/python.js';

const pixels = async (file: File) => decode(new Uint8Array(await file.arrayBuffer()));
const flat = (values: unknown): number[] => (values as number[]).flat(9) as number[];

/** A TIFF of one row of grey pixels: fields of tag and value, 16 bits a sample. */
function tiff(samples: readonly number[], next = 0): Uint8Array<ArrayBuffer> {
  const fields = [
    [256, samples.length],
    [257, 1],
    [258, 16],
    [259, 1],
    [262, 1],
    [273, 200],
    [277, 1],
    [278, 1],
    [279, 2 * samples.length],
  ] as const;
  const view = new DataView(new ArrayBuffer(200 + 2 * samples.length));
  view.setUint32(0, 0x49492a00);
  view.setUint32(4, 8, true);
  view.setUint16(8, fields.length, true);
  for (const [place, [tag, value]] of fields.entries()) {
    view.setUint16(10 + 12 * place, tag, true);
    view.setUint16(12 + 12 * place, 4, true);
    view.setUint32(14 + 12 * place, 1, true);
    view.setUint32(18 + 12 * place, value, true);
  }
  view.setUint32(10 + 12 * fields.length, next, true);
  for (const [place, sample] of samples.entries()) view.setUint16(200 + 2 * place, sample, true);
  return new Uint8Array(view.buffer);
}

const fileOf = (bytes: Uint8Array<ArrayBuffer>) => new File([bytes], 'a.tif');

describe('a TIFF', () => {
  it('is known by its name or its type', () => {
    for (const [name, type] of [
      ['a.TIF', ''],
      ['a.tiff', ''],
      ['a', 'image/tiff'],
    ] as const)
      expect(isTiff({ name, type })).toBe(true);
    expect(isTiff({ name: 'tiff.png', type: 'image/png' })).toBe(false);
  });

  it('is scaled from what was recorded to 8 bits', async () => {
    const [page] = await pagesOf(fileOf(tiff([1000, 1500, 2000])));
    expect(page?.name).toBe('a.png');
    expect([...(await pixels(page as File)).data]).toEqual([0, 128, 255]);
  });

  it('shows one value as black', async () => {
    const [page] = await pagesOf(fileOf(tiff([7, 7])));
    expect([...(await pixels(page as File)).data]).toEqual([0, 0]);
  });

  it('does not let a single hot pixel darken the rest', async () => {
    const samples = Array.from({ length: 5000 }, (_, at) => 100 + (at % 101));
    const [page] = await pagesOf(fileOf(tiff([...samples, 65_535])));
    const { data } = await pixels(page as File);
    expect(Math.max(...data.slice(0, 5000))).toBe(255);
  });

  it.each([
    ['is cut off', tiff([1, 2, 3]).slice(0, 60)],
    ['has pixels that are cut off', tiff([1, 2, 3]).slice(0, 201)],
    ['leads in circles', tiff([1, 2, 3], 8)],
    ['has no page', Uint8Array.of(0x49, 0x49, 42, 0, 0, 0, 0, 0)],
    ['is something else', new TextEncoder().encode('no picture at all')],
    ['is empty', new Uint8Array()],
  ])('that %s is refused', async (_, bytes) => {
    await expect(pagesOf(fileOf(bytes))).rejects.toMatchObject({ code: 'not-an-image' });
  });
});

describe.skipIf(!python)('TIFFs that tifffile writes', () => {
  it('have the same pixels', async () => {
    const written = inFolder((folder) => {
      const values = Object.entries(run<Record<string, unknown>>('tiffs', folder));
      return values.map(([name, value]) => [name, value, readFileSync(join(folder, `${name}.tif`))] as const);
    });
    for (const [name, value, bytes] of written) {
      const pages = await pagesOf(new File([bytes], `${name}.tif`));
      const names = name === 'pages16' ? [1, 2, 3].map((page) => `pages16-${page}.png`) : [`${name}.png`];
      expect(pages.map((page) => page.name)).toEqual(names);
      const found = (await Promise.all(pages.map(pixels))).flatMap(({ data }) => [...data]);
      expect(found, name).toEqual(expected(name, flat(value)));
    }
  });
});

/** What the pages look like: of 8 bits the values, otherwise scaled between the samples at one and 999 in a thousand. */
function expected(name: string, values: number[]): number[] {
  if (name === 'inverted') return values.map((value) => 255 - value);
  if (name.endsWith('8')) return values;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] as number;
  const [black, white] = [at(0.001), at(0.999)];
  return values.map((value) => Math.min(255, Math.max(0, Math.round(((value - black) / (white - black)) * 255))));
}
