import type { Content, NamedFile } from './content.js';
import { type FormatName, formats } from './formats.js';
import { zip } from './zip.js';

/** The one file that is handed to the browser: an archive where there are several. */
export async function exportFile(
  content: Content,
  format: FormatName,
  pictures: readonly NamedFile[] = [],
): Promise<File> {
  const files: NamedFile[] = [...(await formats[format].write(content)), ...pictures];
  const [only] = files;
  if (only && files.length === 1) return new File([only.data as BlobPart], only.name);
  return new File([zip(files)], `${format}.zip`, { type: 'application/zip' });
}
