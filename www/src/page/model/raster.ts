/** Pixels nobody has painted. */
export const UNPAINTED = 255;
/** Class id of pixels that count as background although nobody said so. */
export const PROBABLY_BACKGROUND = 254;
/** Pixels of a map that have no value. */
export const NO_VALUE = 65535;
/** What a map stores for the value 1; 0 is 0. */
export const VALUES = 65534;

/**
 * What was painted on a picture: class ids, 0 background, {@link UNPAINTED} elsewhere; or, in 16 bits, values of a map up to
 * {@link VALUES}, {@link NO_VALUE} elsewhere, in a plane a component, one after the other.
 */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint16Array;
}

/** A point in pixels of the picture; 0, 0 is the outer corner of the first pixel. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Whole pixels, from left and top (inside) to right and bottom (outside). */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Class ids of a picture on which nothing is painted. */
export function emptyRaster(width: number, height: number): Raster {
  return { width, height, data: new Uint8Array(width * height).fill(UNPAINTED) };
}

/** A map without values, of so many components. */
export function emptyMap(width: number, height: number, components = 1): Raster {
  return { width, height, data: new Uint16Array(width * height * components).fill(NO_VALUE) };
}

/** How many components a map has. */
export function planesOf({ width, height, data }: Raster): number {
  return Math.round(data.length / (width * height));
}

/** One component of a map, counted from 0, in the same memory; one that it has not has no values. */
export function planeOf(raster: Raster, component: number): Raster {
  const { width, height, data } = raster;
  if (component < 0 || component >= planesOf(raster)) return emptyMap(width, height);
  return { width, height, data: data.subarray(component * width * height, (component + 1) * width * height) };
}

/** A copy of a map with these of its components, in this order; those that it has not have no values. */
export function arrangePlanes(raster: Raster, components: readonly number[]): Raster {
  const arranged = emptyMap(raster.width, raster.height, components.length);
  for (const [to, from] of components.entries()) planeOf(arranged, to).data.set(planeOf(raster, from).data);
  return arranged;
}

/** What pixels hold that nobody has painted. */
export function unpaintedOf({ data }: Raster): number {
  return data instanceof Uint16Array ? NO_VALUE : UNPAINTED;
}

/** Whether anything is painted. */
export function isPainted(raster: Raster): boolean {
  const unpainted = unpaintedOf(raster);
  return raster.data.some((value) => value !== unpainted);
}

/** Paints a line with round ends and answers the box it touched, or nothing if it missed the picture. */
export function paintLine(raster: Raster, from: Point, to: Point, radius: number, value: number): Box | undefined {
  // Half the diagonal of a pixel, so that the thinnest brush leaves a mark.
  const reach = Math.max(radius, Math.SQRT1_2 + 0.01);
  const box = clip(
    {
      left: Math.floor(Math.min(from.x, to.x) - reach),
      top: Math.floor(Math.min(from.y, to.y) - reach),
      right: Math.ceil(Math.max(from.x, to.x) + reach),
      bottom: Math.ceil(Math.max(from.y, to.y) + reach),
    },
    raster,
  );
  if (!box) return undefined;
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length2 = dx * dx + dy * dy;
  for (let y = box.top; y < box.bottom; y += 1) {
    for (let x = box.left; x < box.right; x += 1) {
      const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
      const along = length2 === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length2));
      const [ox, oy] = [px - along * dx, py - along * dy];
      if (ox * ox + oy * oy <= reach * reach) raster.data[y * raster.width + x] = value;
    }
  }
  return box;
}

/** Fills a polygon, by the even-odd rule at the pixels' centres; answers as {@link paintLine}. */
export function fillPolygon(raster: Raster, points: readonly Point[], value: number): Box | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  // There may be more points than a call takes arguments.
  for (const { x, y } of points) {
    [left, top] = [Math.min(left, Math.floor(x)), Math.min(top, Math.floor(y))];
    [right, bottom] = [Math.max(right, Math.ceil(x)), Math.max(bottom, Math.ceil(y))];
  }
  const box = clip({ left, top, right, bottom }, raster);
  if (!box) return undefined;
  for (let y = box.top; y < box.bottom; y += 1) {
    const crossings = crossingsAt(points, y + 0.5).sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(box.left, Math.ceil((crossings[i] as number) - 0.5));
      const to = Math.min(box.right, Math.ceil((crossings[i + 1] as number) - 0.5));
      if (from < to) raster.data.fill(value, y * raster.width + from, y * raster.width + to);
    }
  }
  return box;
}

function crossingsAt(points: readonly Point[], y: number): number[] {
  const crossings: number[] = [];
  for (const [i, a] of points.entries()) {
    const b = points[(i + 1) % points.length] as Point;
    if (a.y <= y !== b.y <= y) crossings.push(a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x));
  }
  return crossings;
}

/** The smallest box around both. */
export function union(a: Box | undefined, b: Box | undefined): Box | undefined {
  if (!a || !b) return a ?? b;
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/** The box of all pixels. */
export function wholeBox({ width, height }: { readonly width: number; readonly height: number }): Box {
  return { left: 0, top: 0, right: width, bottom: height };
}

/** A copy of the pixels in a box, row by row. */
export function copyBox({ data, width }: Raster, box: Box): Raster['data'] {
  const columns = box.right - box.left;
  const copy = data.slice(0, columns * (box.bottom - box.top));
  for (let y = box.top; y < box.bottom; y += 1) {
    const start = y * width + box.left;
    copy.set(data.subarray(start, start + columns), (y - box.top) * columns);
  }
  return copy;
}

/** Puts a copy made by {@link copyBox} back. */
export function pasteBox({ data, width }: Raster, box: Box, pixels: Raster['data']): void {
  const columns = box.right - box.left;
  for (let y = box.top; y < box.bottom; y += 1) {
    const row = (y - box.top) * columns;
    data.set(pixels.subarray(row, row + columns), y * width + box.left);
  }
}

function clip(box: Box, { width, height }: Raster): Box | undefined {
  const left = Math.max(0, box.left);
  const top = Math.max(0, box.top);
  const right = Math.min(width, box.right);
  const bottom = Math.min(height, box.bottom);
  return left < right && top < bottom ? { left, top, right, bottom } : undefined;
}
