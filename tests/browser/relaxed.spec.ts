import { expect, test } from './support/fixtures.js';
import { predict, watchRuntimes } from './support/runtimes.js';
import { openScenes } from './support/scenes.js';

/** What probabilities may differ by: a fused multiply-add rounds once where two instructions round twice. */
const TOLERANCE = 1e-4;

test('Chromium fetches the relaxed runtime unless it is given the plain one, and both answer alike', async ({
  page,
}) => {
  const fetched = await watchRuntimes(page);
  await openScenes(page);
  const answers = await predict(page, [{ threads: 1 }, { threads: 1, assets: { runtime: { cpu: {} } } }]);
  const [relaxed = [], plain = []] = answers.map(({ probability }) => probability);
  expect(fetched).toEqual(['relaxed', 'cpu']);
  expect(Math.max(...plain)).toBeGreaterThan(0.8);
  const differences = relaxed.map((value, i) => Math.abs(value - (plain[i] ?? Number.NaN)));
  expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
  // Two modules that answered to the last bit would be one.
  expect(Math.max(...differences)).toBeGreaterThan(0);
});
