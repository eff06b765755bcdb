import type { Box } from '../model/raster.js';

/**
 * Lengths of runs of 0 and 1 in turn, beginning with 0, column by column, as COCO counts them; outside of `box` nothing is set.
 */
export function countsOf(width: number, height: number, box: Box, isSet: (at: number) => boolean): number[] {
  const counts: number[] = [];
  // Where the run that is under way began, and ends.
  let [begin, end] = [0, 0];
  for (let x = box.left; x < box.right; x += 1)
    for (let y = box.top; y < box.bottom; y += 1) {
      if (!isSet(y * width + x)) continue;
      const place = x * height + y;
      if (place > end || counts.length === 0) {
        if (counts.length > 0) counts.push(end - begin);
        counts.push(place - end);
        begin = place;
      }
      end = place + 1;
    }
  if (counts.length > 0) counts.push(end - begin);
  if (end < width * height) counts.push(width * height - end);
  return counts;
}

/** Calls `set` for every pixel of runs; nothing is called where they are not as long as the picture, which is answered. */
export function eachOf(
  counts: readonly number[],
  width: number,
  height: number,
  set: (x: number, y: number) => void,
): boolean {
  if (counts.some((count) => !Number.isInteger(count) || count < 0)) return false;
  if (counts.reduce((sum, count) => sum + count, 0) !== width * height) return false;
  let place = 0;
  for (const [i, count] of counts.entries()) {
    if (i % 2 === 1) for (let at = place; at < place + count; at += 1) set(Math.floor(at / height), at % height);
    place += count;
  }
  return true;
}

/** Counts as COCO's text: from the third on differences to the last but one, five bits a letter. */
export function packCounts(counts: readonly number[]): string {
  let text = '';
  for (const [i, count] of counts.entries()) {
    let value = i > 2 ? count - (counts[i - 2] as number) : count;
    for (let more = true; more; ) {
      const bits = value & 31;
      value >>= 5;
      more = bits & 16 ? value !== -1 : value !== 0;
      text += String.fromCharCode((more ? bits | 32 : bits) + 48);
    }
  }
  return text;
}

/** The counts in COCO's text. */
export function unpackCounts(text: string): number[] {
  const counts: number[] = [];
  for (let at = 0; at < text.length; ) {
    let [value, shift, more] = [0, 0, true];
    while (more && at < text.length) {
      const bits = text.charCodeAt(at) - 48;
      value |= (bits & 31) << shift;
      more = (bits & 32) !== 0;
      shift += 5;
      at += 1;
      if (!more && bits & 16) value |= -1 << shift;
    }
    counts.push(counts.length > 2 ? value + (counts[counts.length - 2] as number) : value);
  }
  return counts;
}
