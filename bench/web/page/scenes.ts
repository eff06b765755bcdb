/** Side of the square that the network sees. */
export const SIDE = 256;

/** A striped picture with a disc, another one for each number, as bytes of red, green, blue and opacity. */
export function picture(number: number, side = SIDE): Uint8Array<ArrayBuffer> {
  const rgba = new Uint8Array(4 * side * side);
  for (let i = 0; i < side * side; i += 1) {
    const [x, y] = [i % side, Math.floor(i / side)];
    const noise = (i * 2654435761 + number * 97) >>> 27;
    const inside = isInside(number, x, y, side);
    for (let c = 0; c < 3; c += 1)
      rgba[4 * i + c] = inside ? 220 - 60 * c - noise : ((x * (c + 2) + y * 3 + number * 17) % 64) + 64 + noise;
    rgba[4 * i + 3] = 255;
  }
  return rgba;
}

/** Layers `[channel, side, side]` of the same picture: the disc, cut into as many sectors. */
export function layers(number: number, channels: number, side = SIDE): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(channels * side * side);
  const [cx, cy] = centre(number, side);
  for (let i = 0; i < side * side; i += 1) {
    const [x, y] = [i % side, Math.floor(i / side)];
    if (!isInside(number, x, y, side)) continue;
    const turn = Math.atan2(y - cy, x - cx) / (2 * Math.PI) + 0.5;
    all[Math.min(Math.floor(turn * channels), channels - 1) * side * side + i] = 1;
  }
  return all;
}

/** The second picture of the network's self-test, planar, 0 to 1; see `src/session/self_test.rs`. */
export function question(): Float32Array<ArrayBuffer> {
  const rgb = new Float32Array(3 * SIDE * SIDE);
  const middle = Math.floor((SIDE * 3) / 5);
  const radius = Math.floor(SIDE / 5);
  for (let c = 0; c < 3; c += 1) {
    for (let i = 0; i < SIDE * SIDE; i += 1) {
      const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
      const inside = (x - middle) ** 2 + (y - middle) ** 2 < radius ** 2;
      rgb[c * SIDE * SIDE + i] = (inside ? 220 - 60 * c : ((x * (c + 2) + y * 3 + 17) % 64) + 64) / 255;
    }
  }
  return rgb;
}

/** What of a picture's tokens is stored as the self-test's answer. */
export const sample = (tokens: Float32Array): number[] => [...tokens].filter((_, i) => i % 97 === 0);

/** Planar values from 0 to 1, as ONNX takes them. */
export function planar(rgba: Uint8Array): Float32Array<ArrayBuffer> {
  const size = rgba.length / 4;
  const values = new Float32Array(3 * size);
  for (let i = 0; i < size; i += 1) {
    values[i] = (rgba[4 * i] as number) / 255;
    values[size + i] = (rgba[4 * i + 1] as number) / 255;
    values[2 * size + i] = (rgba[4 * i + 2] as number) / 255;
  }
  return values;
}

/** The same, pixel by pixel, as TensorFlow.js takes them. */
export function interleaved(rgba: Uint8Array): Float32Array<ArrayBuffer> {
  const values = new Float32Array((3 * rgba.length) / 4);
  for (let i = 0, to = 0; i < rgba.length; i += 4) {
    for (let c = 0; c < 3; c += 1, to += 1) values[to] = (rgba[i + c] as number) / 255;
  }
  return values;
}

function centre(number: number, side: number): [number, number] {
  return [side * (0.35 + 0.05 * (number % 7)), side * (0.4 + 0.04 * (number % 5))];
}

function isInside(number: number, x: number, y: number, side: number): boolean {
  const [cx, cy] = centre(number, side);
  return Math.hypot(x - cx, y - cy) < side * (0.15 + 0.02 * (number % 4));
}
