import type { Label } from '../model/label.js';
import type { Raster } from '../model/raster.js';

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A raster of another size, each pixel taken from where its centre is. */
export function scaleRaster(raster: Raster, { width, height }: Size): Raster {
  if (raster.width === width && raster.height === height) return raster;
  const data = raster.data instanceof Uint16Array ? new Uint16Array(width * height) : new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor(((y + 0.5) * raster.height) / height) * raster.width;
    for (let x = 0; x < width; x += 1)
      data[y * width + x] = raster.data[row + Math.floor(((x + 0.5) * raster.width) / width)] as number;
  }
  return { width, height, data };
}

/** A label of a picture of one size as a label of the same picture in another. */
export function scaleLabel(label: Label, from: Size, to: Size): Label {
  if (from.width === to.width && from.height === to.height) return label;
  if ('raster' in label) return { ...label, raster: scaleRaster(label.raster, to) };
  const [across, down] = [to.width / from.width, to.height / from.height];
  return { ...label, points: label.points.map((point) => ({ ...point, x: point.x * across, y: point.y * down })) };
}

/** Whether both can be the same picture: rounding makes a difference of a pixel. */
export function sameShape(a: Size, b: Size): boolean {
  return Math.abs(a.width * b.height - b.width * a.height) <= Math.max(a.width, a.height, b.width, b.height);
}
