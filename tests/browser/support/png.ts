import { crc32, deflateSync, inflateSync } from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Colour types of PNG. */
export const colourType = { grey: 0, rgb: 2, rgba: 6 } as const;

/** Encodes rows of raw samples (16-bit ones high byte first). */
export function encodePng(width: number, height: number, bits: 8 | 16, type: number, samples: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, type, 0, 0, 0], 8);
  const stride = samples.length / height;
  const rows = Array.from({ length: height }, (_, y) =>
    Buffer.from([0, ...samples.subarray(y * stride, (y + 1) * stride)]),
  );
  const data = deflateSync(Buffer.concat(rows));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/** Decodes a PNG with one sample of 8 or 16 bits a pixel: class ids, whatever colours a palette gives them, or a map. */
export function decodePng(file: Buffer): { width: number; height: number; data: Uint8Array | Uint16Array } {
  const data: Buffer[] = [];
  let [width, height, bytes] = [0, 0, 1];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const name = file.toString('latin1', at + 4, at + 8);
    const body = file.subarray(at + 8, at + 8 + length);
    if (name === 'IHDR') {
      [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
      const [bits, type] = [body[8], body[9]];
      if ((bits !== 8 && bits !== 16) || (type !== 0 && type !== 3)) throw new Error('not a PNG with one channel');
      bytes = bits / 8;
    }
    if (name === 'IDAT') data.push(body);
    at += 12 + length;
  }
  const raw = unfilter(inflateSync(Buffer.concat(data)), width * bytes, height, bytes);
  if (bytes === 1) return { width, height, data: raw };
  return { width, height, data: Uint16Array.from({ length: width * height }, (_, i) => raw.readUInt16BE(2 * i)) };
}

/** Rows of `width` bytes; what is left of a byte is `step` bytes away. */
function unfilter(raw: Buffer, width: number, height: number, step: number): Buffer {
  const out = Buffer.alloc(width * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (width + 1)];
    for (let x = 0; x < width; x += 1) {
      const value = raw[y * (width + 1) + 1 + x] ?? 0;
      const left = x >= step ? (out[y * width + x - step] ?? 0) : 0;
      const up = y > 0 ? (out[(y - 1) * width + x] ?? 0) : 0;
      const corner = x >= step && y > 0 ? (out[(y - 1) * width + x - step] ?? 0) : 0;
      const guesses = [0, left, up, (left + up) >> 1, paeth(left, up, corner)];
      out[y * width + x] = value + (guesses[filter ?? 0] ?? 0);
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function chunk(name: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), body]);
  const framed = Buffer.alloc(body.length + 12);
  framed.writeUInt32BE(body.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), body.length + 8);
  return framed;
}
