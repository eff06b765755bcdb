import { messages } from '../messages.js';
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
      pictures.push(await readPicture(crypto.randomUUID(), file.name, file));
    } catch (reason) {
      problems.push(messages.fileProblem(file.name, (reason as Error).message));
    }
  }
  return { session: files.find(isSession), pictures, problems };
}
