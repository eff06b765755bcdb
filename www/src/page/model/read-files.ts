import { messages } from '../messages.js';
import { type Picture, readPicture } from './picture.js';

/** Reads files as pictures; those that are none are told, not thrown. */
export async function readFiles(files: readonly File[]): Promise<{ pictures: Picture[]; problems: string[] }> {
  const pictures: Picture[] = [];
  const problems: string[] = [];
  for (const file of files) {
    try {
      pictures.push(await readPicture(crypto.randomUUID(), file.name, file));
    } catch (reason) {
      problems.push(messages.fileProblem(file.name, (reason as Error).message));
    }
  }
  return { pictures, problems };
}
