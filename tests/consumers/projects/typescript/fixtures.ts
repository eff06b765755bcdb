import { Anolis, type Pixels, Task } from 'anolis';

// What the examples of the README leave to the reader.
export const width = 96;
export const height = 64;

function draw(x: number): { picture: Pixels; inside: Uint8Array } {
  const inside = Uint8Array.from({ length: width * height }, (_, at) =>
    Number(Math.hypot((at % width) - x, Math.floor(at / width) - 32) < 16),
  );
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (const [at, one] of inside.entries()) rgba.set(one ? [220, 60, 40, 255] : [40, 90, 160, 255], 4 * at);
  return { picture: { width, height, data: rgba }, inside };
}

const first = draw(24);
export const picture = first.picture;
export const otherPicture = draw(40).picture;
export const another = draw(56).picture;
export const third = draw(72).picture;
export const data = first.inside;
export const cell = first.inside;
export const nucleus = first.inside;
export const map = Float32Array.from(first.inside);
export const haematoxylin = picture;
export const antibody = another;
export const anotherHaematoxylin = otherPicture;
export const anotherAntibody = third;
export const bar = { value: 0 };
export const show = (done: number, loss: number): boolean => Number.isFinite(done + loss);
export const signal = new AbortController().signal;

// What it is by default takes longer than a test should: the best quality, and the steps of an adaptation.
const { load } = Anolis;
Anolis.load = (options) => load.call(Anolis, { ...options, quality: 'fast' });
const { adapt } = Task.prototype;
Task.prototype.adapt = function (options) {
  return adapt.call(this, { ...options, steps: 2 });
};
