import { expect, test } from './support/fixtures.js';
import { openLibrary } from './support/library.js';
import {
  deep,
  deepTiff,
  disc,
  grey,
  movingGif,
  onWhite,
  plain,
  square,
  transparent,
  turnedJpeg,
  uprightJpeg,
} from './support/pictures.js';

test.describe('the library', () => {
  const open = async (page: import('@playwright/test').Page, file: Buffer, type: string) => {
    await openLibrary(page);
    return page.evaluate(
      async ([base64, mime]) => {
        const blob = await (await fetch(`data:${mime};base64,${base64}`)).blob();
        const anolis = await library.Anolis.load({ backend: 'cpu' });
        try {
          const { width, height, notices } = await anolis.image(blob);
          return { width, height, notices: notices.map(({ code }) => code) };
        } catch (reason) {
          return { name: (reason as Error).name, code: (reason as { code: string }).code };
        } finally {
          anolis.dispose();
        }
      },
      [file.toString('base64'), type] as const,
    );
  };

  /** Teaches a mask on one picture; answers where it is seen there and in another. */
  const seen = async (page: import('@playwright/test').Page, taught: Buffer, mask: Uint8Array, other: Buffer) =>
    page.evaluate(
      async ([files, ids]) => {
        const blobs = files.map(async (base64) => (await fetch(`data:image/*;base64,${base64}`)).blob());
        const [example, query] = (await Promise.all(blobs)) as [Blob, Blob];
        const anolis = await library.Anolis.load({ backend: 'cpu' });
        const task = await anolis.task({ kind: 'mask', channels: ['a'] });
        const image = await anolis.image(example);
        await task.add(image, { width: image.width, height: image.height, data: Uint8Array.from(ids) });
        const see = async (picture: Blob) => {
          const { width, height, notices } = await anolis.image(picture);
          const probabilities = [...(await task.predict(picture, { quick: true })).probability(0)];
          return { width, height, notices: notices.map(({ code }) => code), probabilities };
        };
        const found = { taught: await see(example), other: await see(query) };
        anolis.dispose();
        return found;
      },
      [[taught, other].map((file) => file.toString('base64')), [...mask]] as const,
    );

  /** That the mask was learnt, and that the network sees the same in both pictures. */
  const expectSame = ({ taught, other }: Awaited<ReturnType<typeof seen>>, mask: Uint8Array) => {
    const right = taught.probabilities.filter((probability, at) => probability > 0.5 === (mask[at] === 1));
    expect(right.length / mask.length).toBeGreaterThan(0.97);
    const differences = taught.probabilities.map((probability, at) =>
      Math.abs(probability - (other.probabilities[at] as number)),
    );
    expect(Math.max(...differences)).toBeLessThan(0.02);
  };

  test('refuses what is not a picture', async ({ page }) => {
    const refused = await open(page, Buffer.from('no picture'), 'image/png');
    expect(refused).toEqual({ name: 'ImageError', code: 'not-an-image' });
  });

  test('refuses a single pixel', async ({ page }) => {
    expect(await open(page, square(1, 1), 'image/png')).toEqual({ name: 'ImageError', code: 'image-too-small' });
  });

  test('scales a panorama down', async ({ page }) => {
    const opened = await open(page, square(20000, 200), 'image/png');
    expect(opened).toEqual({ width: 2048, height: 20, notices: ['image-downscaled'] });
  });

  test('takes the first frame of a moving picture', async ({ page }) => {
    expect(await open(page, movingGif(32), 'image/gif')).toEqual({ width: 32, height: 32, notices: ['first-frame'] });
  });

  test('turns pictures upright', async ({ page }) => {
    await openLibrary(page);
    const [upright, turned] = [await uprightJpeg(page, 64, 128), await turnedJpeg(page, 64, 128)];
    const mask = Uint8Array.from({ length: 64 * 128 }, (_, at) => Number(at % 64 >= 32 && at < 64 * 64));
    const found = await seen(page, upright, mask, turned);
    expect(found.other).toMatchObject({ width: 64, height: 128, notices: [] });
    expectSame(found, mask);
  });

  const coloured = disc(64, [220, 90, 40], [40, 70, 130]);
  const colourless = disc(64, [230, 230, 230], [60, 60, 60]);
  for (const [name, { mask }, file, same] of [
    ['16 bits', coloured, deep(coloured), plain(coloured)],
    ['grey', colourless, grey(colourless), plain(colourless)],
    ['transparency, on white', coloured, transparent(coloured), onWhite(coloured)],
  ] as const) {
    test(`reads ${name}`, async ({ page }) => {
      await openLibrary(page);
      const found = await seen(page, same, mask, file);
      expect(found.other).toMatchObject({ width: 64, height: 64, notices: [] });
      expectSame(found, mask);
    });
  }

  test('refuses labels of another size, with unknown classes or of a picture that is gone', async ({ page }) => {
    await openLibrary(page);
    const codes = await page.evaluate(async () => {
      const anolis = await library.Anolis.load({ backend: 'cpu' });
      const task = await anolis.task({ kind: 'mask', channels: ['a'] });
      const image = await anolis.image(new ImageData(32, 32));
      const label = (width: number, height: number, value: number) => ({
        width,
        height,
        data: new Uint8Array(width * height).fill(value),
      });
      const code = (promise: Promise<unknown>) => promise.then(String, (reason: { code: string }) => reason.code);
      const found = [
        await code(task.predict(image)),
        await code(task.add(image, label(16, 32, 1))),
        await code(task.add(image, label(32, 32, 7))),
        await code(task.update(99, label(32, 32, 1))),
        await code(anolis.task({ kind: 'mask', channels: [] })),
        await code(anolis.task({ kind: 'other' as 'mask', channels: ['a'] })),
      ];
      await image.dispose();
      found.push(await code(task.add(image, label(32, 32, 1))));
      anolis.dispose();
      found.push(await code(anolis.image(new ImageData(32, 32))));
      return found;
    });
    expect(codes).toEqual([
      'empty-support',
      'label-size',
      'label-value',
      'unknown-example',
      'channels',
      'unsupported-kind',
      'image-disposed',
      'disposed',
    ]);
  });

  test('what is refused changes nothing', async ({ page }) => {
    await openLibrary(page);
    const files = [Buffer.from('no picture'), square(1, 1), square(20000, 20), square(64, 48)];
    const { codes, before, after } = await page.evaluate(
      async (base64s) => {
        const [noPicture, dot, ribbon, good] = (await Promise.all(
          base64s.map(async (base64) => (await fetch(`data:image/png;base64,${base64}`)).blob()),
        )) as [Blob, Blob, Blob, Blob];
        const anolis = await library.Anolis.load({ backend: 'cpu' });
        const task = await anolis.task({ kind: 'mask', channels: ['a'] });
        const image = await anolis.image(good);
        const label = (width: number, height: number, value = 1) => ({
          width,
          height,
          data: new Uint8Array(width * height).fill(value, 0, 999),
        });
        const example = await task.add(image, label(64, 48));
        const answers = async () => [
          [...(await task.predict(image, { quick: true })).probability(0)],
          [...(await task.predict(image)).probability(0)],
        ];
        const before = await answers();
        const codes: string[] = [];
        const refused = [
          () => anolis.image(noPicture),
          () => task.add(dot, label(1, 1)),
          () => task.add(ribbon, label(2048, 2)),
          () => task.add(good, label(48, 64)),
          () => task.update(example, label(48, 64)),
          () => task.update(example, label(64, 48, 2)),
          () => task.update(example, { width: 64, height: 48, data: new Uint8Array(7) }),
        ];
        for (const attempt of refused) {
          codes.push(await attempt().then(String, (reason: { code: string }) => reason.code));
        }
        const after = await answers();
        anolis.dispose();
        return { codes, before, after };
      },
      files.map((file) => file.toString('base64')),
    );
    expect(codes).toEqual([
      'not-an-image',
      'image-too-small',
      'image-too-small',
      'label-size',
      'label-size',
      'label-value',
      'label-size',
    ]);
    expect(after).toEqual(before);
  });

  test('opens everything the browser can draw', async ({ page }) => {
    await openLibrary(page);
    const sizes = await page.evaluate(async () => {
      const canvas = document.createElement('canvas');
      Object.assign(canvas, { width: 40, height: 20 });
      canvas.getContext('2d')?.fillRect(0, 0, 9, 9);
      const picture = new Image();
      picture.src = canvas.toDataURL();
      await picture.decode();
      const offscreen = new OffscreenCanvas(40, 20);
      offscreen.getContext('2d')?.fillRect(0, 0, 9, 9);
      const frame = new VideoFrame(canvas, { timestamp: 0 });
      const sources = [canvas, picture, offscreen, frame, await createImageBitmap(canvas), new ImageData(40, 20)];
      const anolis = await library.Anolis.load({ backend: 'cpu' });
      const opened = [];
      for (const source of sources) opened.push(await anolis.image(source));
      frame.close();
      anolis.dispose();
      return opened.map(({ width, height }) => `${width}x${height}`);
    });
    expect(sizes).toEqual(Array(6).fill('40x20'));
  });
});

test('the page opens what it can and names what it cannot', async ({ anolis }) => {
  await anolis.open();
  await anolis.choose(
    { name: 'square.png', mimeType: 'image/png', buffer: square(64, 48) },
    { name: 'notes.pdf', mimeType: 'application/pdf', buffer: Buffer.from('notes') },
    { name: 'dot.png', mimeType: 'image/png', buffer: square(1, 1) },
  );
  await expect(anolis.pictures).toHaveCount(1);
  await expect(anolis.problems).toContainText('notes.pdf: This is not a picture');
  await expect(anolis.problems).toContainText('dot.png: Use a picture of at least 16 pixels');
});

test('the page says that it scales a panorama down', async ({ anolis }) => {
  await anolis.open();
  await anolis.choose({ name: 'panorama.png', mimeType: 'image/png', buffer: square(20000, 200) });
  await expect(anolis.pictures).toHaveCount(1);
  await expect(anolis.status).toContainText('Scaled from 20000 × 200 to 2048 × 20 pixels.');
});

test('pictures can be dropped and pasted', async ({ anolis, page }) => {
  await anolis.open();
  const base64 = square(64, 48).toString('base64');
  for (const type of ['drop', 'paste']) {
    await page.evaluate(
      ([kind, data]) => {
        const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], 'square.png', { type: 'image/png' }));
        const event =
          kind === 'drop'
            ? new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true })
            : new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true });
        document.body.dispatchEvent(event);
      },
      [type, base64] as const,
    );
  }
  await expect(anolis.pictures).toHaveCount(2);
});

test('the page opens every page of a TIFF of 16 bits, and says when it cannot', async ({ anolis, page }) => {
  await anolis.open();
  await anolis.choose(
    { name: 'stack.tif', mimeType: 'image/tiff', buffer: deepTiff(64, 3) },
    { name: 'broken.tif', mimeType: 'image/tiff', buffer: deepTiff(64, 3).subarray(0, 900) },
  );
  await expect(anolis.pictures).toHaveCount(3);
  await expect(anolis.pictures.nth(2)).toContainText('stack-3.png');
  await expect(anolis.problems).toContainText('broken.tif: this TIFF cannot be read');
  await expect(page.getByTestId('count')).toContainText('0 of 3');
});
