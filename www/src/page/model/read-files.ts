import { messages } from '../messages.js';
import { sentence } from '../sentence.js';
import { newId } from './id.js';
import { isTiff } from './is-tiff.js';
import { type Picture, readPicture } from './picture.js';

/** Reads files as pictures; those that are none are told, not thrown. */
export async function readFiles(files: readonly File[]): Promise<{ pictures: Picture[]; problems: string[] }> {
  const pictures: Picture[] = [];
  const problems: string[] = [];
  for (const file of files) {
    try {
      const pages = isTiff(file) ? await (await import('./tiff.js')).pagesOf(file) : [file];
      // One page that cannot be used leaves none of the others: they belong together.
      const read = pages.map((page) => readPicture(newId(), page.name, page));
      pictures.push(...(await Promise.all(read)));
    } catch (reason) {
      problems.push(messages.fileProblem(file.name, sentence(reason)));
    }
  }
  return { pictures, problems };
}
