import type { Page } from '@playwright/test';
import { call, cosine, interleave, ROUNDS, start, test } from '../support/open.js';
import { record } from '../support/results.js';

const PARTS = ['encoder', 'support', 'predictor'];

/** Both predict the same; the peer has no read-out, so it is given ours. Answers the cosine of their probabilities. */
async function both(page: Page, shots: number, channels: number): Promise<number> {
  await call(page, 'anolis', 'begin', shots, channels, false);
  const [theirs, ours] = await page.evaluate(
    async ([shots, channels]) => {
      const logit = (p: number) => {
        const held = Math.min(Math.max(p, 1e-6), 1 - 1e-6);
        return Math.log(held / (1 - held));
      };
      const readout = ((await bench.call('anolis', 'answer', true)) as Float32Array).map(logit);
      await bench.call('ort', 'begin', shots, channels, readout);
      const theirs = ((await bench.call('ort', 'answer')) as Float32Array).map((value) => 1 / (1 + Math.exp(-value)));
      return [Array.from(theirs), Array.from((await bench.call('anolis', 'answer', false)) as Float32Array)] as const;
    },
    [shots, channels] as const,
  );
  return cosine(theirs, ours);
}

const PEER = 'onnxruntime-web, wasm, 1 thread, given the read-out and the examples’ merged tokens';

test('predict_shots and shots_20_over_1', async ({ page }) => {
  await start(page, 'anolis', 'anolis', 'cpu');
  await start(page, 'one', 'anolis', 'cpu');
  await start(page, 'ort', 'ort-wasm', 1, PARTS);
  for (const shots of [1, 5, 10, 20]) {
    const alike = await both(page, shots, 1);
    const [ours = [], peer = []] = await interleave(
      page,
      [
        ['anolis', 'predict'],
        ['ort', 'predict'],
      ],
      Math.min(ROUNDS, 9),
    );
    record({
      name: `predict_shots_${shots}`,
      what: `a prediction by ${shots} example${shots > 1 ? 's' : ''}, 1 channel, everything encoded`,
      against: PEER,
      ours,
      peer,
      cosine: alike,
    });
  }
  await call(page, 'one', 'begin', 1, 1, false);
  const [twenty = [], one = []] = await interleave(
    page,
    [
      ['anolis', 'predict'],
      ['one', 'predict'],
    ],
    Math.min(ROUNDS, 9),
  );
  record({
    name: 'shots_20_over_1',
    what: 'a prediction by 20 examples, everything encoded',
    against: 'anolis with 1 example',
    ours: twenty,
    peer: one,
    target: 1.15,
  });
  const [new20 = [], new1 = []] = await interleave(
    page,
    [
      ['anolis', 'predictNew'],
      ['one', 'predictNew'],
    ],
    Math.min(ROUNDS, 9),
  );
  record({
    name: 'new_picture_20_over_1',
    what: 'a new picture: encoded and predicted by 20 examples',
    against: 'anolis with 1 example',
    ours: new20,
    peer: new1,
  });
});

test('predict_channels', async ({ page }) => {
  await start(page, 'anolis', 'anolis', 'cpu');
  await start(page, 'ort', 'ort-wasm', 1, PARTS);
  for (const channels of [1, 4, 17]) {
    const alike = await both(page, 5, channels);
    const [ours = [], peer = []] = await interleave(
      page,
      [
        ['anolis', 'predict'],
        ['ort', 'predict'],
      ],
      Math.min(ROUNDS, 7),
    );
    record({
      name: `predict_channels_${channels}`,
      what: `a prediction by 5 examples, ${channels} channel${channels > 1 ? 's' : ''}, everything encoded`,
      against: PEER,
      ours,
      peer,
      cosine: alike,
    });
  }
});

test('predict_relaxed', async ({ page }) => {
  for (const [name, runtime] of Object.entries({ relaxed: 'relaxed', plain: 'cpu' })) {
    await start(page, name, 'anolis', runtime);
    await call(page, name, 'begin', 5, 1, false);
  }
  const [ours = [], peer = []] = await interleave(page, [
    ['relaxed', 'predict'],
    ['plain', 'predict'],
  ]);
  record({
    name: 'predict_relaxed',
    what: 'a prediction by 5 examples, 1 channel, everything encoded, with relaxed SIMD',
    against: 'anolis without relaxed SIMD',
    ours,
    peer,
  });
});

test('stroke', async ({ page }) => {
  await start(page, 'anolis', 'anolis', 'cpu');
  await call(page, 'anolis', 'begin', 5, 1, true);
  const [ours = [], peer = []] = await interleave(
    page,
    [
      ['anolis', 'stroke'],
      ['anolis', 'predict'],
    ],
    Math.min(ROUNDS, 7),
  );
  record({
    name: 'stroke_learn',
    what: 'a stroke on one of 5 examples, the read-out of one visible picture',
    against: 'a full prediction after the stroke, refined read-out learnt anew',
    ours,
    peer,
  });
  const strokes = (await interleave(page, [['anolis', 'stroke']], Math.min(ROUNDS, 15)))[0] ?? [];
  await call(page, 'anolis', 'predict');
  const full = (await interleave(page, [['anolis', 'predict']], Math.min(ROUNDS, 7)))[0] ?? [];
  record({
    name: 'stroke',
    what: 'a stroke on one of 5 examples, the read-out of one visible picture',
    against: 'a full prediction of a picture, everything known',
    ours: strokes,
    peer: full,
    target: 0.2,
    note: 'one after the other, not in turn: a stroke makes the next full prediction learn anew (stroke_learn)',
  });
});

test('tags_refit', async ({ page }) => {
  await start(page, 'anolis', 'anolis', 'cpu');
  await call(page, 'anolis', 'beginTags', 50, 20);
  const took = await page.evaluate(async () => {
    const times = [];
    for (let i = 0; i < 15; i += 1) times.push((await bench.call('anolis', 'click', 20)) as number);
    return times;
  });
  record({
    name: 'tags_refit',
    what: 'a click on a tag: 20 tags of 50 pictures solved again, one picture answered',
    against: 'no peer',
    ours: took,
    peer: [],
  });
});

test('adapt_step', async ({ page }) => {
  await start(page, 'anolis', 'anolis', 'cpu');
  await call(page, 'anolis', 'begin', 5, 1, true);
  await call(page, 'anolis', 'adapt', 60);
  // Its wasm backend has no gradient by a convolution's weights; it is asked all the same. Its fastest is the peer.
  for (const backend of ['cpu', 'wasm', 'webgl']) {
    const name = backend === 'webgl' ? 'adapt_step' : `adapt_step_${backend}`;
    const what =
      'a training step of the trunk to stride 16: four crops of 160 pixels, Adam; ours solves the read-out and has its loss too';
    const against = `TensorFlow.js, ${backend}`;
    const target = backend === 'webgl' ? { target: 0.5 } : {};
    try {
      await start(page, backend, 'tfjs', backend, 1);
      await call(page, backend, 'prepareTraining');
      const [ours = [], peer = []] = await interleave(
        page,
        [
          ['anolis', 'step'],
          [backend, 'step'],
        ],
        Math.min(ROUNDS, 4),
      );
      record({ name, what, against, ours, peer, ...target });
    } catch (reason) {
      const [said = ''] = String(reason).replace('Error: page.evaluate: ', '').split('\n');
      const note = `does not run: ${said.slice(0, 200)}`;
      const ours = (await interleave(page, [['anolis', 'step']], Math.min(ROUNDS, 3)))[0] ?? [];
      record({ name, what, against, ours, peer: [], ...target, note });
    }
  }
});
