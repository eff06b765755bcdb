import { encode } from 'fast-png';
import { decode, type TiffIfd } from 'tiff';
import { ImageError } from '../../anolis/public/index.js';
import { messages } from '../messages.js';
import { inOwnWords } from '../sentence.js';

// Must be kept in sync with src/image/tiff.rs.

/** Share of samples that become black, and white, where there are more than 8 bits: of all pages together. */
const CLIPPED = 0.001;
const MOST_PAGES = 1000;
const MOST_PIXELS = 100_000_000;
/** Samples that are looked at to find out what is black and what is white. */
const LOOKED_AT = 1_000_000;

/**
 * The pages of a TIFF as PNGs of 8 bits. Samples of 16 bits and floats are scaled so that of all pages together one in a
 * thousand is black and one white: their range says nothing about what was recorded. Rejects with an {@link ImageError}.
 */
export async function pagesOf(file: File): Promise<File[]> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const stem = file.name.replace(/\.tiff?$/i, '');
  const pages = Array.from({ length: countPages(bytes) }, (_, page) => read(bytes, page));
  const range = rangeOf(pages);
  return pages.map((page, place) => {
    const name = pages.length === 1 ? `${stem}.png` : `${stem}-${place + 1}.png`;
    return new File([png(page, range) as Uint8Array<ArrayBuffer>], name, { type: 'image/png' });
  });
}

function read(bytes: Uint8Array, page: number): TiffIfd {
  try {
    const [head] = decode(bytes, { pages: [page], ignoreImageData: true });
    if (!head || head.width * head.height > MOST_PIXELS) throw new RangeError('too many pixels');
    const [found] = decode(bytes, { pages: [page] });
    return found as TiffIfd;
  } catch (cause) {
    throw inOwnWords(new ImageError('not-an-image', messages.tiff, { cause }));
  }
}

/** Follows the pages as the decoder does, which would do so for ever where they lead back. */
function countPages(bytes: Uint8Array): number {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const little = view.getUint16(0) === 0x4949;
    const seen = new Set<number>();
    for (
      let at = view.getUint32(4, little);
      at !== 0;
      at = view.getUint32(at + 2 + 12 * view.getUint16(at, little), little)
    ) {
      if (seen.has(at) || seen.size === MOST_PAGES) throw new RangeError('too many pages');
      seen.add(at);
    }
    if (seen.size === 0) throw new RangeError('no page');
    return seen.size;
  } catch (cause) {
    throw inOwnWords(new ImageError('not-an-image', messages.tiff, { cause }));
  }
}

/** What is black and what is white; 8 bits are as they are. */
function rangeOf(pages: readonly TiffIfd[]): readonly [number, number] {
  if (pages.every(({ data, bitsPerSample }) => data instanceof Uint8Array && bitsPerSample > 1)) return [0, 255];
  if (pages.every(({ bitsPerSample }) => bitsPerSample === 1)) return [0, 1];
  const total = pages.reduce((sum, { data }) => sum + data.length, 0);
  const step = Math.ceil(total / LOOKED_AT);
  const samples: number[] = [];
  for (const { data } of pages)
    for (let at = 0; at < data.length; at += step) if (Number.isFinite(data[at])) samples.push(data[at] as number);
  const sorted = Float64Array.from(samples).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return [at(CLIPPED), at(1 - CLIPPED)];
}

function png(page: TiffIfd, [black, white]: readonly [number, number]): Uint8Array {
  const { width, height, samplesPerPixel: samples, palette } = page;
  const scale = white > black ? 255 / (white - black) : 0;
  const grey = (at: number) => Math.round(((page.data[at] as number) - black) * scale);
  // Of further channels nothing is known; the first is shown, or the first three.
  const channels = palette || samples >= 3 ? 3 : 1;
  const data = new Uint8ClampedArray(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel += 1)
    for (let channel = 0; channel < channels; channel += 1)
      data[pixel * channels + channel] = palette
        ? (palette[page.data[pixel] as number]?.[channel] ?? 0) >> 8
        : grey(pixel * samples + channel);
  return encode({ width, height, data: new Uint8Array(data.buffer), depth: 8, channels });
}
