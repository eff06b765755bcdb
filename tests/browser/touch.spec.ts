import { type AnolisPage, expect, test } from './support/fixtures.js';
import { Hands } from './support/hands.js';

test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

/** Opens the coins and answers what fingers and pen need. */
async function begin(anolis: AnolisPage) {
  await anolis.open();
  await anolis.openSamples();
  // Nothing moves under the hands once the pictures are there.
  await expect(anolis.pictures).toHaveCount(6);
  return Hands.on(anolis.page);
}

/** Where something is painted, as shares of the picture, and nothing if there is nowhere. */
function painted({ canvas }: AnolisPage): Promise<{ left: number; top: number; right: number; bottom: number } | null> {
  return canvas.locator('.paint').evaluate((paint: HTMLCanvasElement) => {
    const { width, height } = paint;
    const { data } = (paint.getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, width, height);
    let [left, top, right, bottom] = [width, height, 0, 0];
    for (let at = 0; at < width * height; at += 1) {
      if (data[4 * at + 3] === 0) continue;
      const [x, y] = [at % width, Math.floor(at / width)];
      [left, top] = [Math.min(left, x), Math.min(top, y)];
      [right, bottom] = [Math.max(right, x + 1), Math.max(bottom, y + 1)];
    }
    return right === 0
      ? null
      : { left: left / width, top: top / height, right: right / width, bottom: bottom / height };
  });
}

const scaleOf = async ({ canvas }: AnolisPage) => {
  const [frame, stage] = [await canvas.boundingBox(), await canvas.getByTestId('stage').boundingBox()];
  return (stage?.width ?? 0) / (frame?.width ?? 1);
};

/** Puts two fingers on the picture and draws them apart; they stay there. */
async function pinch(anolis: AnolisPage, hands: Hands): Promise<void> {
  const place = async (x: number) => anolis.place([x, 0.5]);
  const places = await Promise.all([0.4, 0.38, 0.2].map(place));
  const others = await Promise.all([0.6, 0.62, 0.8].map(place));
  for (const [step, at] of places.entries()) {
    await hands.touch(0, at);
    await hands.touch(1, others[step] as [number, number]);
  }
}

test('a finger paints', async ({ anolis }) => {
  const hands = await begin(anolis);
  await hands.stroke(await anolis.place([0.3, 0.3]), await anolis.place([0.35, 0.3]), await anolis.place([0.4, 0.3]));
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
  const box = await painted(anolis);
  expect(box?.left).toBeGreaterThan(0.25);
  expect(box?.right).toBeLessThan(0.45);
  expect(box?.right).toBeGreaterThan(0.4);
  await anolis.predicted();
});

test('two fingers bring the picture closer and move it, and paint nothing', async ({ anolis, page }) => {
  const hands = await begin(anolis);
  await pinch(anolis, hands);
  // From a fifth of the picture's width between them to three fifths; moves are drawn a frame later.
  await expect.poll(() => scaleOf(anolis)).toBeCloseTo(3, 1);
  const before = await anolis.place([0.5, 0.5]);
  const frame = await anolis.canvas.boundingBox();
  if (!frame) throw new Error('the picture is not visible');
  const at = (x: number, y: number) => [frame.x + x * frame.width, frame.y + y * frame.height] as const;
  await hands.touch(0, at(0.2, 0.6));
  await hands.touch(1, at(0.8, 0.6));
  const moved = async () => (await anolis.place([0.5, 0.5]))[1] - before[1];
  await expect.poll(moved).toBeCloseTo(0.1 * frame.height, 0);
  expect(await scaleOf(anolis)).toBeCloseTo(3, 1);
  // The finger that stays moves the picture along.
  await hands.lift(0);
  await hands.touch(1, at(0.8, 0.5));
  await expect.poll(moved).toBeCloseTo(0, 0);
  await hands.lift(1);
  expect(await painted(anolis)).toBeNull();
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'false');
  await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled();
  // The next finger paints again.
  await hands.stroke(at(0.5, 0.5), at(0.6, 0.5));
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
});

test('two fingers leave no corner of a polygon', async ({ anolis, page }) => {
  const hands = await begin(anolis);
  await page.getByRole('button', { name: 'Polygon' }).click();
  const draft = anolis.canvas.locator('polygon');
  await pinch(anolis, hands);
  await hands.lift(1);
  await hands.lift(0);
  await expect(draft).toHaveCount(0);
  const corners = [0.4, 0.4, 0.6, 0.4, 0.6, 0.6, 0.4, 0.6];
  for (let i = 0; i < corners.length; i += 2)
    await hands.stroke(await anolis.place([corners[i] as number, corners[i + 1] as number]));
  await expect(draft).not.toHaveCount(0);
  await hands.stroke(await anolis.place([0.41, 0.41]));
  await expect(draft).toHaveCount(0);
  const box = await painted(anolis);
  expect(box?.left).toBeCloseTo(0.4, 1);
  expect(box?.bottom).toBeCloseTo(0.6, 1);
});

test('a stroke that is on its way is not lost to a second finger', async ({ anolis }) => {
  const hands = await begin(anolis);
  await hands.touch(0, await anolis.place([0.2, 0.3]));
  await hands.touch(0, await anolis.place([0.4, 0.3]));
  await hands.touch(1, await anolis.place([0.8, 0.8]));
  await hands.touch(1, await anolis.place([0.9, 0.9]));
  await hands.touch(0, await anolis.place([0.5, 0.3]));
  await hands.lift(1);
  await hands.lift(0);
  expect(await scaleOf(anolis)).toBeCloseTo(1, 3);
  const box = await painted(anolis);
  expect(box?.right).toBeGreaterThan(0.5);
  expect(box?.right).toBeLessThan(0.6);
  expect(box?.bottom).toBeLessThan(0.4);
});

test('a pen paints, the hand beside it does not, and fingers move the picture from then on', async ({ anolis }) => {
  const hands = await begin(anolis);
  // The palm is there before the pen.
  await hands.touch(7, await anolis.place([0.85, 0.85]));
  await hands.pen('down', await anolis.place([0.2, 0.2]));
  await hands.touch(7, await anolis.place([0.9, 0.9]));
  await hands.pen('move', await anolis.place([0.3, 0.2]));
  await hands.touch(8, await anolis.place([0.7, 0.9]));
  await hands.lift(7);
  await hands.pen('move', await anolis.place([0.4, 0.2]));
  await hands.lift(8);
  await hands.pen('up', await anolis.place([0.4, 0.2]));
  await expect(anolis.pictures.first()).toHaveAttribute('data-labelled', 'true');
  const box = await painted(anolis);
  expect(box?.right).toBeGreaterThan(0.4);
  expect(box?.right).toBeLessThan(0.5);
  expect(box?.bottom).toBeLessThan(0.3);
  expect(await scaleOf(anolis)).toBeCloseTo(1, 3);

  await pinch(anolis, hands);
  await hands.lift(1);
  await hands.lift(0);
  const before = await anolis.place([0.5, 0.5]);
  await hands.stroke([180, 300], [180, 320]);
  expect((await anolis.place([0.5, 0.5]))[1]).not.toBeCloseTo(before[1], 0);
  expect(await painted(anolis)).toEqual(box);
});
