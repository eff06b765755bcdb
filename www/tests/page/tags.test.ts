import { describe, expect, it } from 'vitest';
import { fromLibraryTags, toLibraryTags } from '../../src/page/model/label.js';
import type { Picture } from '../../src/page/model/picture.js';
import { tagsAsCsv, tagsAsJson } from '../../src/page/model/save-tags.js';
import { opened } from './support.js';

function tagged() {
  const { session } = opened();
  session.setKind('tags');
  const [first, second] = session.pictures as [Picture, Picture];
  session.renameChannel(1, 'red');
  session.addTag(first, 'Round');
  return { session, first, second };
}

const because: never[] = [];

describe('Tags', () => {
  it('are had, not had, and then nothing is said', () => {
    const { session, first } = tagged();
    const seen = [1, 2, 3].map(() => {
      session.toggleTag(1);
      return session.saidOf(first, 1);
    });
    expect(seen).toEqual([true, false, undefined]);
    session.undo();
    expect(session.saidOf(first, 1)).toBe(false);
  });

  it('of a known name are not begun again, whatever its case and spaces', () => {
    const { session, first } = tagged();
    session.addTag(first, ' RED ');
    session.addTag(first, '  ');
    expect(session.channels).toEqual(['red', 'Round']);
    expect(session.saidOf(first, 1)).toBe(true);
  });

  it('keep what was said when another one goes, and come back', () => {
    const { session, first } = tagged();
    session.removeChannel(1);
    expect(session.channels).toEqual(['Round']);
    expect(session.saidOf(first, 1)).toBe(true);
    session.undo();
    expect(session.saidOf(first, 2)).toBe(true);
  });

  it('are accepted where nothing was said', () => {
    const { session, first } = tagged();
    session.sayTags(first, new Map([[2, false]]));
    session.showTags(first, [
      { probability: 0.9, present: true, because },
      { probability: 0.9, present: true, because },
    ]);
    session.acceptTags(first);
    expect([1, 2].map((tag) => session.saidOf(first, tag))).toEqual([true, false]);
  });

  it('filter pictures, the selected one staying in sight, and sort them by doubt', () => {
    const { session, first, second } = tagged();
    session.showTags(second, [
      { probability: 0.5, present: false, because },
      { probability: 0.1, present: false, because },
    ]);
    session.select(second);
    session.set({ filter: 2 });
    expect(session.ordered).toEqual([first, second]);
    session.select(first);
    expect(session.ordered).toEqual([first]);
    session.set({ filter: 0 });
    session.sort('doubt');
    expect(session.ordered).toEqual([second, first]);
  });

  it('are told to the library by name, and nothing of those that were not said', () => {
    expect(toLibraryTags({ said: [true, undefined, false] }, ['a', 'b', 'c', 'd'])).toEqual({
      tags: ['a'],
      not: ['c'],
    });
    expect(fromLibraryTags({ tags: ['a'], not: ['c'] }, ['a', 'b', 'c']).said).toEqual([true, undefined, false]);
    expect(fromLibraryTags({ tags: ['a'] }, ['a', 'b']).said).toEqual([true, false]);
  });

  it('are saved as CSV and JSON', () => {
    const { session, first } = tagged();
    session.renameChannel(1, 'red, "dark"');
    session.renameChannel(2, '=1+1');
    session.showTags(first, [
      { probability: 0.25, present: false, because },
      { probability: 0.75, present: true, because },
    ]);
    expect(tagsAsCsv(session).split('\r\n')).toEqual([
      'picture,tag,said,probability',
      'a,"red, ""dark""",,0.2500',
      "a,'=1+1,1,0.7500",
      'b,"red, ""dark""",,',
      "b,'=1+1,,",
      '',
    ]);
    expect(JSON.parse(tagsAsJson(session))[0]).toEqual({
      picture: 'a',
      said: { '=1+1': true },
      probability: { 'red, "dark"': 0.25, '=1+1': 0.75 },
    });
  });
});
