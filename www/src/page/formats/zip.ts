import { strToU8, unzipSync, zipSync } from 'fflate';
import type { NamedFile } from './content.js';

/** What an archive of labels may hold at most when it is unpacked. */
const MOST_BYTES = 1_000_000_000;
const MOST_FILES = 20_000;

/** One file for all, stored where it is compressed already. */
export function zip(files: readonly NamedFile[]): Uint8Array<ArrayBuffer> {
  const entries = files.map(({ name, data }) => {
    return [name, typeof data === 'string' ? strToU8(data) : ([data, { level: 0 }] as const)];
  });
  return zipSync(Object.fromEntries(entries));
}

/** The files of an archive that `wanted` picks by their names. Throws where it is damaged or would grow too much. */
export function unzip(archive: Uint8Array, wanted: (name: string) => boolean): NamedFile[] {
  let [bytes, count] = [0, 0];
  const filter = ({ name, originalSize, size }: { name: string; originalSize: number; size: number }) => {
    if (!wanted(name)) return false;
    [bytes, count] = [bytes + originalSize, count + 1];
    // What is larger than it says is cut off where it says, so these sizes can be relied on.
    const grows = originalSize > 1_000_000 && originalSize > 200 * size;
    if (bytes > MOST_BYTES || count > MOST_FILES || grows) throw new RangeError('the archive is too large');
    return true;
  };
  return Object.entries(unzipSync(archive, { filter })).map(([name, data]) => ({ name, data }));
}
