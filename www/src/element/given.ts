import {
  type ImageSource,
  LabelError,
  type Label as LibraryLabel,
  type Mark,
  type Pixels,
} from '../anolis/public/index.js';
import { type Kind, traitsOf } from '../page/model/kinds.js';
import { fromLibrary, type Label, type RasterLabel } from '../page/model/label.js';
import { emptyRaster, fillPolygon, paintLine } from '../page/model/raster.js';

type Size = { readonly width: number; readonly height: number };

/** A picture of the host page as a file, which a session keeps. */
export async function blobOf(source: ImageSource): Promise<Blob> {
  if (source instanceof Blob) return source;
  const bitmap = await createImageBitmap('data' in source ? imageDataOf(source) : source);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.convertToBlob();
}

function imageDataOf(pixels: Pixels): ImageData {
  return new ImageData(new Uint8ClampedArray(pixels.data), pixels.width, pixels.height);
}

/** A label of the host page as the session keeps it. Throws a {@link LabelError}. */
export function labelOf(label: LibraryLabel, kind: Kind, channels: number, size: Size): Label {
  const form = 'keypoints' in label || 'points' in label ? 'points' : 'raster';
  if ('layers' in label || form !== traitsOf(kind).form) throw new LabelError('label-kind');
  if ('marks' in label) return marked(label.marks, size);
  if ('width' in label && (label.width !== size.width || label.height !== size.height))
    throw new LabelError('label-size');
  const kept = fromLibrary(label);
  if ('points' in kept && kept.points.some(({ channel }) => channel >= channels)) throw new LabelError('label-channel');
  return kept;
}

// What is not marked is unknown.
function marked(marks: readonly Mark[], { width, height }: Size): RasterLabel {
  const raster = emptyRaster(width, height);
  const point = ([x, y]: readonly [number, number]) => ({ x, y });
  for (const mark of marks) {
    if ('scribble' in mark) {
      const points = mark.scribble.map(point);
      for (const [place, to] of points.entries())
        paintLine(raster, points[Math.max(0, place - 1)] ?? to, to, (mark.width ?? 3) / 2, mark.class);
    } else if ('click' in mark) {
      paintLine(raster, point(mark.click), point(mark.click), mark.radius ?? 3, mark.class);
    } else {
      const [a, b] = mark.box.map(point) as [{ x: number; y: number }, { x: number; y: number }];
      fillPolygon(raster, [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }], mark.class);
    }
  }
  return { raster, partial: true };
}
