/** Whether the bytes are a picture with more than one frame (GIF, WebP or PNG). */
export function isAnimated(bytes: Uint8Array): boolean {
  if (startsWith(bytes, 'GIF8')) return countGifFrames(bytes) > 1;
  if (startsWith(bytes, 'RIFF') && find(bytes, 'WEBP', 8, 12) >= 0) return find(bytes, 'ANIM', 12, 64) >= 0;
  if (startsWith(bytes, '\x89PNG')) {
    const control = find(bytes, 'acTL', 8, 4096);
    return control >= 0 && readUint32(bytes, control + 4) > 1;
  }
  return false;
}

// Walks the blocks; GIF has no frame count in its header.
function countGifFrames(bytes: Uint8Array): number {
  const tableSize = (flags: number) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  let at = 13 + tableSize(bytes[10] ?? 0);
  let frames = 0;
  while (at < bytes.length && frames < 2) {
    const block = bytes[at];
    if (block === 0x2c) {
      frames += 1;
      at = skipSubBlocks(bytes, at + 11 + tableSize(bytes[at + 9] ?? 0));
    } else if (block === 0x21) {
      at = skipSubBlocks(bytes, at + 2);
    } else {
      break;
    }
  }
  return frames;
}

function skipSubBlocks(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let size = bytes[at] ?? 0; size > 0; size = bytes[at] ?? 0) at += size + 1;
  return at + 1;
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return find(bytes, text, 0, text.length) === 0;
}

function find(bytes: Uint8Array, text: string, from: number, to: number): number {
  const last = Math.min(to, bytes.length) - text.length;
  for (let at = from; at <= last; at += 1) {
    let same = 0;
    while (same < text.length && bytes[at + same] === text.charCodeAt(same)) same += 1;
    if (same === text.length) return at;
  }
  return -1;
}

function readUint32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}
