import { describe, expect, it } from 'vitest';
import { sortFiles } from '../../src/page/incoming.js';
import { freeName, timeText } from '../../src/page/model/clip.js';

describe('a time of a video', () => {
  it('is minutes and seconds, finer where frames are told apart', () => {
    expect([0, 9.7, 60, 3725].map((seconds) => timeText(seconds))).toEqual(['0:00', '0:09', '1:00', '62:05']);
    expect([0, 9.74, 59.996, 61.2].map((seconds) => timeText(seconds, true))).toEqual([
      '0:00.00',
      '0:09.74',
      '1:00.00',
      '1:01.20',
    ]);
  });
});

describe('the name of a frame', () => {
  it('stays what it is unless a picture has it, and keeps its ending', () => {
    expect(freeName('clip 0-01.jpg', ['other.jpg'])).toBe('clip 0-01.jpg');
    expect(freeName('clip.jpg', ['clip.jpg', 'clip (2).jpg'])).toBe('clip (3).jpg');
    expect(freeName('clip', ['clip'])).toBe('clip (2)');
  });
});

describe('files that are opened together', () => {
  it('are told apart as pictures, videos, labels and a session, by type or by name', () => {
    const file = (name: string, type = '') => new File([], name, { type });
    const files = ['a.png', 'b.MP4', 'c.webm', 'd.json', 'e.anolis'].map((name) => file(name));
    const sorted = sortFiles([...files, file('without-ending', 'video/quicktime')]);
    const names = (all: readonly File[]) => all.map(({ name }) => name);
    expect(names(sorted.pictures)).toEqual(['a.png']);
    expect(names(sorted.videos)).toEqual(['b.MP4', 'c.webm', 'without-ending']);
    expect(names(sorted.labels)).toEqual(['d.json']);
    expect(sorted.session?.name).toBe('e.anolis');
  });
});
