import { messages } from '../messages.js';
import { newId } from './id.js';
import { isTiff } from './is-tiff.js';
import { type Picture, readPicture } from './picture.js';

/** What some files are. */
export interface Read {
  /** The first session file among them. */
  readonly session: File | undefined;
  readonly pictures: readonly Picture[];
  readonly problems: readonly string[];
}

/** Reads files as pictures; those that are none are told, not thrown. */
export async function readFiles(files: readonly File[]): Promise<Read> {
  const isSession = ({ name }: File) => name.toLowerCase().endsWith('.anolis');
  const pictures: Picture[] = [];
  const problems: string[] = [];
  for (const file of files.filter((each) => !isSession(each))) {
    try {
      const pages = isTiff(file) ? await (await import('./tiff.js')).pagesOf(file) : [file];
      // One page that cannot be used leaves none of the others: they belong together.
      const read = pages.map((page) => readPicture(newId(), page.name, page));
      pictures.push(...(await Promise.all(read)));
    } catch (reason) {
      problems.push(messages.fileProblem(file.name, (reason as Error).message));
    }
  }
  return { session: files.find(isSession), pictures, problems };
}
