import { describe, expect, it } from 'vitest';
import { isAnimated } from '../../src/anolis/internal/animation.js';

const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
const frame = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
const gif = (...frames: number[][]) =>
  Uint8Array.from([...ascii('GIF89a'), 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, ...frames.flat(), 0x3b]);

describe('isAnimated', () => {
  it('counts the frames of a GIF', () => {
    expect(isAnimated(gif(frame))).toBe(false);
    expect(isAnimated(gif([0x21, 0xf9, 4, 0, 10, 0, 0, 0], frame, frame))).toBe(true);
  });

  it('survives a GIF that ends early', () => {
    expect(isAnimated(gif(frame).subarray(0, 25))).toBe(false);
  });

  it('knows moving WebP and PNG from still ones', () => {
    expect(
      isAnimated(
        Uint8Array.from([...ascii('RIFF'), 0, 0, 0, 0, ...ascii('WEBPVP8X'), ...Array(14).fill(0), ...ascii('ANIM')]),
      ),
    ).toBe(true);
    expect(isAnimated(Uint8Array.from([...ascii('RIFF'), 0, 0, 0, 0, ...ascii('WEBPVP8 ')]))).toBe(false);
    const png = [0x89, ...ascii('PNG'), 13, 10, 26, 10];
    expect(isAnimated(Uint8Array.from([...png, ...ascii('acTL'), 0, 0, 0, 3]))).toBe(true);
    expect(isAnimated(Uint8Array.from([...png, ...ascii('IHDR')]))).toBe(false);
  });
});
