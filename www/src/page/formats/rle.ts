/** Lengths of runs of 0 and 1 in turn, beginning with 0, column by column, as COCO counts them. */
export function countsOf(width: number, height: number, isSet: (at: number) => boolean): number[] {
  const counts: number[] = [];
  let [run, value] = [0, false];
  for (let x = 0; x < width; x += 1)
    for (let y = 0; y < height; y += 1) {
      if (isSet(y * width + x) !== value) {
        counts.push(run);
        run = 0;
        value = !value;
      }
      run += 1;
    }
  counts.push(run);
  return counts;
}

/** Calls `set` for every pixel of runs; answers whether they are as long as the picture. */
export function eachOf(counts: readonly number[], width: number, height: number, set: (at: number) => void): boolean {
  if (counts.some((count) => !Number.isInteger(count) || count < 0)) return false;
  if (counts.reduce((sum, count) => sum + count, 0) !== width * height) return false;
  let place = 0;
  for (const [i, count] of counts.entries()) {
    if (i % 2 === 1)
      for (let at = place; at < place + count; at += 1) set((at % height) * width + Math.floor(at / height));
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
