import { drawable } from '../anolis/internal/decode.js';
import {
  type ErrorCode,
  type ImageSource,
  LabelError,
  type Layers,
  type Label as LibraryLabel,
  type MapValues,
  type Mark,
} from '../anolis/public/index.js';
import type { Kind } from '../page/model/kinds.js';
import { fromLibrary, type Label, type RasterLabel } from '../page/model/label.js';
import { emptyRaster, fillPolygon, PROBABLY_BACKGROUND, paintLine } from '../page/model/raster.js';

type Size = { readonly width: number; readonly height: number };

/** A picture of the host page as a file, which a session keeps. */
export async function blobOf(source: ImageSource): Promise<Blob> {
  if (source instanceof Blob) return source;
  const bitmap = await createImageBitmap(drawable(source));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.convertToBlob();
}

/** A label of the host page as the session keeps it. Throws a {@link LabelError}. */
export function labelOf(label: LibraryLabel, kind: Kind, channels: number, size: Size): Label {
  const refuse = (code: ErrorCode) => {
    throw new LabelError(code);
  };
  if (!forms[kind].some((form) => form in label)) refuse('label-kind');
  if ('marks' in label) {
    if (label.marks.some(({ class: id }) => !(Number.isInteger(id) && id >= 0 && id <= channels)))
      refuse('label-value');
    return marked(label.marks, size);
  }
  const { width, height } = size;
  if ('width' in label) {
    const parts: readonly ArrayLike<number>[] = 'data' in label ? [label.data] : componentsOf(label);
    if (label.width !== width || label.height !== height || parts.length !== ('map' in label ? channels : 1))
      refuse('label-size');
    if (parts.some((values) => values.length !== width * height)) refuse('label-size');
    const wrong =
      'map' in label ? (v: number) => v < 0 || v > 1 : (v: number) => v > channels && v < PROBABLY_BACKGROUND;
    if (parts.some((values) => Array.prototype.some.call(values, wrong)))
      refuse('map' in label ? 'label-range' : 'label-value');
  } else if ('keypoints' in label) {
    if (label.keypoints.length !== channels) refuse('label-points');
    if (label.keypoints.some((point) => point && !isInside(point, size))) refuse('label-point');
  } else {
    if (!label.points.every(([x, y]) => isInside([x, y], size))) refuse('label-point');
    if (label.points.some(([, , channel = 0]) => !(Number.isInteger(channel) && channel >= 0 && channel < channels)))
      refuse('label-channel');
  }
  return fromLibrary(label as Exclude<typeof label, Layers>);
}

/** What labels of a kind have, of those that a session can keep. */
const forms = {
  mask: ['data', 'marks'],
  keypoints: ['keypoints'],
  map: ['map'],
  density: ['points'],
  // The widget labels places only.
  tags: [],
} as const satisfies Record<Kind, readonly string[]>;

function componentsOf(label: Layers | MapValues): readonly ArrayLike<number>[] {
  if (!('map' in label)) return [];
  return label.map instanceof Float32Array ? [label.map] : label.map;
}

function isInside([x, y]: readonly [number, number], { width, height }: Size): boolean {
  return x >= 0 && x <= width && y >= 0 && y <= height;
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
