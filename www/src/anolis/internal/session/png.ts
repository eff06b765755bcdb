import { damaged } from './problem.js';

/** What the header of a PNG says: 25 bytes after the signature. */
interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlace: number;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const GREY = 0;

/** Reads a grey PNG of exactly this size; `name` is said where it is not one. Rejects with `'session-file'`. */
export async function readGrey(
  bytes: Uint8Array,
  name: string,
  { width, height, depth }: { width: number; height: number; depth: 8 | 16 },
): Promise<Uint8Array | Uint16Array> {
  const header = readHeader(bytes);
  if (!header) throw damaged(`${name} is not a PNG`);
  if (header.width !== width || header.height !== height)
    throw damaged(`${name} is ${header.width} × ${header.height} pixels, its picture ${width} × ${height}`);
  if (header.depth !== depth || header.colourType !== GREY) throw damaged(`${name} is not ${depth}-bit grey`);
  if (header.interlace !== 0) throw damaged(`${name} is interlaced`);
  const [{ decode }, { Unzlib }] = await Promise.all([import('fast-png'), import('fflate')]);
  try {
    // The decoder believes its data; a hostile file inflates to a thousand times its size.
    const expected = height * (1 + (width * depth) / 8);
    let inflated = 0;
    const counter = new Unzlib((chunk) => {
      inflated += chunk.length;
      if (inflated > expected) throw damaged(`${name} holds more pixels than it says`);
    });
    for (const data of dataChunks(bytes)) for (const part of steps(data)) counter.push(part);
    counter.push(new Uint8Array(0), true);
    if (inflated !== expected) throw damaged(`${name} holds fewer pixels than it says`);
    return decode(bytes, { checkCrc: true }).data as Uint8Array | Uint16Array;
  } catch (cause) {
    throw damaged(`${name} cannot be read`, cause);
  }
}

/** Writes a grey PNG of 8 or 16 bits, as the data is. */
export async function writeGrey(
  data: Uint8Array | Uint16Array,
  width: number,
  height: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { encode } = await import('fast-png');
  const depth = data instanceof Uint16Array ? 16 : 8;
  return encode({ width, height, data, depth, channels: 1 }) as Uint8Array<ArrayBuffer>;
}

function readHeader(bytes: Uint8Array): Header | undefined {
  if (bytes.length < 33 || SIGNATURE.some((byte, at) => bytes[at] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (view.getUint32(12) !== 0x49484452) return undefined;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  return { width, height, depth: view.getUint8(24), colourType: view.getUint8(25), interlace: view.getUint8(28) };
}

function* dataChunks(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === 0x49444154) yield bytes.subarray(at + 8, at + 8 + length);
    at += 12 + length;
  }
}

function* steps(data: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < data.length; at += 65_536) yield data.subarray(at, at + 65_536);
}
