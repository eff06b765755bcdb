import { describe, expect, it } from 'vitest';
import { german } from '../../src/page/messages.de.js';
import { english } from '../../src/page/messages.js';

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
    expect(places(german)).toEqual(places(english));
  });

  it('leaves no sentence empty or in English', () => {
    const known = new Set(sentences(english).filter((text) => text.includes(' ') && /[a-z]{3}/.test(text)));
    const same = sentences(german).filter((text) => text === '' || known.has(text));
    expect(same).toEqual(['Pascal VOC', 'Label Studio']);
  });
});
