import { writeTable } from '../formats/table.js';
import type { Session } from './session.js';

/** One row a picture and tag: what was said (1 has it, 0 has it not, nothing said) and the predicted probability. */
export function tagsAsCsv(session: Session): string {
  const rows = session.pictures.flatMap((picture) =>
    session.channels.map((tag, place) => {
      const said = session.saidOf(picture, place + 1);
      const probability = picture.tags?.[place]?.probability.toFixed(4) ?? '';
      return [picture.name, tag, said === undefined ? '' : Number(said), probability];
    }),
  );
  return writeTable([['picture', 'tag', 'said', 'probability'], ...rows]);
}

/** The same as `[{ picture, said: { tag: boolean }, probability: { tag: number } }]`. */
export function tagsAsJson(session: Session): string {
  const all = session.pictures.map((picture) => {
    const said = session.channels.map((tag, place) => [tag, session.saidOf(picture, place + 1)] as const);
    const probability = session.channels.map((tag, place) => [tag, picture.tags?.[place]?.probability] as const);
    return { picture: picture.name, said: known(said), probability: known(probability) };
  });
  return `${JSON.stringify(all, null, 2)}\n`;
}

function known<T>(entries: readonly (readonly [string, T | undefined])[]): Record<string, T> {
  return Object.fromEntries(entries.filter((entry): entry is [string, T] => entry[1] !== undefined));
}
