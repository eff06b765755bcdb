/** Pixels nobody has painted. */
export const UNPAINTED = 255;
/** Class id of pixels that count as background although nobody said so. */
const PROBABLY_BACKGROUND = 254;

/** What was painted on a picture: class ids, 0 background, {@link UNPAINTED} elsewhere. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
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

/** A raster with nothing on it. */
export function emptyRaster(width: number, height: number): Raster {
  return { width, height, data: new Uint8Array(width * height).fill(UNPAINTED) };
}

/** Whether anything is painted. */
export function isPainted(raster: Raster | undefined): boolean {
  return raster?.data.some((id) => id !== UNPAINTED) ?? false;
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

/** A copy of the pixels in a box, row by row. */
export function copyBox({ data, width }: Raster, box: Box): Uint8Array {
  const columns = box.right - box.left;
  const copy = new Uint8Array(columns * (box.bottom - box.top));
  for (let y = box.top; y < box.bottom; y += 1) {
    const start = y * width + box.left;
    copy.set(data.subarray(start, start + columns), (y - box.top) * columns);
  }
  return copy;
}

/** Puts a copy made by {@link copyBox} back. */
export function pasteBox({ data, width }: Raster, box: Box, pixels: Uint8Array): void {
  const columns = box.right - box.left;
  for (let y = box.top; y < box.bottom; y += 1) {
    const row = (y - box.top) * columns;
    data.set(pixels.subarray(row, row + columns), y * width + box.left);
  }
}

/** The raster as a label: unpainted pixels are probably background or stay unknown. */
export function toLabel({ width, height, data }: Raster, unpaintedIsBackground: boolean): Raster {
  return {
    width,
    height,
    data: unpaintedIsBackground ? data.map((id) => (id === UNPAINTED ? PROBABLY_BACKGROUND : id)) : data,
  };
}

function clip(box: Box, { width, height }: Raster): Box | undefined {
  const left = Math.max(0, box.left);
  const top = Math.max(0, box.top);
  const right = Math.min(width, box.right);
  const bottom = Math.min(height, box.bottom);
  return left < right && top < bottom ? { left, top, right, bottom } : undefined;
}
