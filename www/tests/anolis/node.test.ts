import { describe, expect, it } from 'vitest';
import { decode } from '../../src/anolis/node/decode.js';

const picture = (width: number, height: number, pixel: (x: number, y: number) => number[]) => {
  const data = new Uint8Array(4 * width * height);
  for (let at = 0; at < width * height; at += 1) data.set(pixel(at % width, Math.floor(at / width)), 4 * at);
  return { width, height, data };
};

describe('pictures in Node', () => {
  it('what is transparent is white', async () => {
    const { pixels, notices } = await decode(picture(16, 16, (x) => [200, 0, 100, x < 8 ? 0 : 255]));
    expect([...pixels.data.subarray(0, 4)]).toEqual([255, 255, 255, 255]);
    expect([...pixels.data.subarray(60, 64)]).toEqual([200, 0, 100, 255]);
    expect(notices).toEqual([]);
  });

  it('big ones are scaled, each pixel the mean of what it covers', async () => {
    const { pixels, notices } = await decode(
      picture(4096, 32, (x) => [x % 2 ? 200 : 100, 50, x < 2048 ? 0 : 255, 255]),
    );
    expect([pixels.width, pixels.height]).toEqual([2048, 16]);
    expect([...pixels.data.subarray(0, 4)]).toEqual([150, 50, 0, 255]);
    expect([...pixels.data.subarray(-4)]).toEqual([150, 50, 255, 255]);
    expect(notices.map(({ code }) => code)).toEqual(['image-downscaled']);
  });

  it('files, pixels that do not fit and tiny ones are refused', async () => {
    await expect(decode(new Blob(['GIF89a']))).rejects.toMatchObject({ code: 'not-an-image' });
    await expect(decode({ width: 20, height: 20, data: new Uint8Array(1200) })).rejects.toMatchObject({
      code: 'image-size',
    });
    await expect(decode(picture(40, 8, () => [0, 0, 0, 255]))).rejects.toMatchObject({ code: 'image-too-small' });
  });
});
