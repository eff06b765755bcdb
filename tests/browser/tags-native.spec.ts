import { readFileSync } from 'node:fs';
import type * as Library from '../../www/src/anolis/public/index.js';
import { expect, test } from './support/fixtures.js';
import { openLibrary } from './support/library.js';

/** What the same pictures are answered natively; `tests/tags.rs` holds the native answers to it. */
const golden: { tags: number[][]; search: Record<'and' | 'or' | 'minus', number[]> } = JSON.parse(
  readFileSync(new URL('../golden/tags.json', import.meta.url), 'utf8'),
);

// On both backends.
test('tags and search answer as they do natively', async ({ page, backend }) => {
  await openLibrary(page);
  const found = await page.evaluate(async (asked) => {
    const picture = (disc: boolean, stripes: boolean, shift: number) => {
      const image = new ImageData(96, 80);
      for (let i = 0; i < 96 * 80; i += 1) {
        const [x, y] = [i % 96, Math.floor(i / 96)];
        const inside = (x - 34 - shift) ** 2 + (y - 30 - Math.floor(shift / 2)) ** 2 < 400;
        const ground = stripes && (x + y + shift) % 16 < 8 ? [40, 60, 200] : [150 + ((i * 7) % 11), 150, 140];
        image.data.set([...(disc && inside ? [220, 60, 40] : ground), 255], 4 * i);
      }
      return image;
    };
    const anolis = await library.Anolis.load({ backend: asked, quality: 'fast' });
    const cases = [
      [true, true],
      [true, false],
      [false, true],
      [false, false],
    ] as const;
    const task = await anolis.task({ kind: 'tags', channels: ['disc', 'stripes'] });
    const examples: Library.AnolisImage[] = [];
    for (const [disc, stripes] of cases) {
      const image = await anolis.image(picture(disc, stripes, 0));
      const tags = [...(disc ? ['disc'] : []), ...(stripes ? ['stripes'] : [])];
      await task.add(image, { tags });
      examples.push(image);
    }
    const queries: Library.AnolisImage[] = [];
    for (const [disc, stripes] of cases) queries.push(await anolis.image(picture(disc, stripes, 13)));
    const answers = [];
    for (const query of queries) answers.push(await task.predict(query));
    const [a, b] = examples as [Library.AnolisImage, Library.AnolisImage];
    const search = async (op: 'and' | 'or' | 'minus') => {
      const results = await anolis.search({ op, a, b, among: queries });
      return queries.map((query) => results.find(({ image }) => image.id === query.id)?.score ?? 9);
    };
    const scores = { and: await search('and'), or: await search('or'), minus: await search('minus') };
    const reason = answers[0]?.[0]?.because[0];
    const named = examples.some(({ id }) => id === reason?.example);
    const tags = answers.map((answer) => answer.map(({ probability }) => probability));
    anolis.dispose();
    return { tags, search: scores, named };
  }, backend);
  expect(found.named).toBe(true);
  const numbers = ({ tags, search }: typeof golden) => [tags.flat(), search.and, search.or, search.minus].flat();
  const differences = numbers(golden).map((value, i) => Math.abs(value - (numbers(found)[i] ?? 9)));
  expect(Math.max(...differences)).toBeLessThan(1e-3);
});
