import type { Label } from '../model/label.js';
import { emptyMap, emptyRaster, planesOf, type Raster } from '../model/raster.js';

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A raster of another size, each pixel taken from where its centre is. */
export function scaleRaster(raster: Raster, { width, height }: Size): Raster {
  if (raster.width === width && raster.height === height) return raster;
  const planes = planesOf(raster);
  const scaled = raster.data instanceof Uint16Array ? emptyMap(width, height, planes) : emptyRaster(width, height);
  for (let plane = 0; plane < planes; plane += 1) {
    const [from, to] = [plane * raster.width * raster.height, plane * width * height];
    for (let y = 0; y < height; y += 1) {
      const row = from + Math.floor(((y + 0.5) * raster.height) / height) * raster.width;
      for (let x = 0; x < width; x += 1)
        scaled.data[to + y * width + x] = raster.data[row + Math.floor(((x + 0.5) * raster.width) / width)] as number;
    }
  }
  return scaled;
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
