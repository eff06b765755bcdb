import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AnolisError, errorCodes, sentenceOf } from '../../src/anolis/public/errors.js';
import { german } from '../../src/page/messages.de.js';
import { english, useMessages } from '../../src/page/messages.js';
import type { SampleSet } from '../../src/page/model/samples.js';
import { inOwnWords, sentence } from '../../src/page/sentence.js';

/** Every place of a sentence, and what kind of thing is there. */
function places(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [`${path}: ${typeof value}`];
  return Object.entries(value).flatMap(([key, inner]) => places(inner, `${path}.${key}`));
}

function sentences(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(sentences) : [];
}

describe('German', () => {
  it('has every sentence that English has, and no other', () => {
    // Of errors English has the library's own, of samples their list's.
    const elsewhere = (place: string) => place.startsWith('.errors.') || place.startsWith('.sampleWords.');
    expect(places(german).filter((place) => !elsewhere(place))).toEqual(places(english));
  });

  it('leaves no sentence empty or in English', () => {
    const known = new Set(sentences(english).filter((text) => text.includes(' ') && /[a-z]{3}/.test(text)));
    const same = sentences(german).filter((text) => text === '' || known.has(text));
    expect(same).toEqual(['Pascal VOC', 'Label Studio']);
  });
});

describe('what the library says', () => {
  const notices = ['first-frame', 'image-downscaled'] as const;

  it('has a German sentence for every code, and for no other', () => {
    expect(Object.keys(german.errors).sort()).toEqual([...errorCodes, ...notices].sort());
    const own = errorCodes.filter((code) => german.errors[code] === sentenceOf(code));
    expect(own).toEqual([]);
  });

  it('is told by its code in German, and as the library says it in English', () => {
    const error = new AnolisError('label-size', 'This label is 3 × 4.');
    expect(sentence(error)).toBe('This label is 3 × 4.');
    expect(sentence({ code: 'first-frame', message: 'This picture moves.' })).toBe('This picture moves.');
    useMessages(german);
    expect(sentence(error)).toBe('Die Beschriftung muss so breit und hoch sein wie ihr Bild.');
    expect(sentence({ code: 'first-frame', message: 'This picture moves.' })).toContain('bewegt sich');
    expect(sentence(inOwnWords(new AnolisError('label-size', 'drei mal vier')))).toBe('drei mal vier');
    expect(sentence(new Error('of somebody else'))).toBe('of somebody else');
    useMessages(english);
  });

  it('has notices of pictures with the codes that are known', () => {
    const source = readFileSync(new URL('../../src/anolis/internal/decode.ts', import.meta.url), 'utf8');
    expect([...source.matchAll(/code: '([a-z-]+)'/g)].map(([, code]) => code)).toEqual(notices);
  });
});

describe('sample sets', () => {
  it('are in words of every language', () => {
    const list = readFileSync(new URL('../../public/samples/samples.json', import.meta.url), 'utf8');
    const { sets } = JSON.parse(list) as { sets: SampleSet[] };
    const said = sets.flatMap(({ title, credits, licence, channels }) => [title, credits, licence, ...channels]);
    expect(Object.keys(german.sampleWords).sort()).toEqual([...new Set(said)].sort());
  });
});
