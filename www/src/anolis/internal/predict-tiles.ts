import type { Anolis } from '../public/anolis.js';
import { errorOf } from '../public/errors.js';
import type { ImageSource, ImageSources } from '../public/options.js';
import type { Found, Prediction } from '../public/prediction.js';
import type { Task } from '../public/task.js';
import { TiledPrediction, type TilesOptions } from '../public/tiles.js';
import { drawable } from './decode.js';
import { Blend, type Span, spansOf } from './tiles.js';

/** Tiles that are smaller show the network nothing. */
const LEAST_TILE = 64;
/** Most that tiles have in common, as a share of their side. */
const MOST_OVERLAP = 0.5;

/** Predicts a picture tile by tile; `usual` is the side of tiles where none is asked for. */
export async function predictTiles(
  anolis: Pick<Anolis, 'image'>,
  task: Pick<Task, 'options' | 'predict'>,
  sources: ImageSources,
  options: TilesOptions,
  usual: number,
): Promise<TiledPrediction> {
  const { tile = usual, overlap = 0.25, quick = false, onProgress, signal } = options;
  if (!(tile >= LEAST_TILE && overlap >= 0 && overlap <= MOST_OVERLAP)) throw errorOf('tiles');
  const pictures = await Promise.all([sources].flat().map((source) => whole(source)));
  try {
    const [first] = pictures as [ImageBitmap];
    const { width = first.width, height = first.height } = options;
    const spans = (side: number, given: number) => {
      const length = Math.max(1, Math.round((tile * side) / given));
      return spansOf(side, length, Math.round(length * overlap));
    };
    const [columns, rows] = [spans(width, first.width), spans(height, first.height)];
    const answer = collector(task, width, height, rows[0]?.weights.length ?? height);
    const total = columns.length * rows.length;
    let done = 0;
    for (const [place, down] of rows.entries()) {
      for (const across of columns) {
        if (signal?.aborted) throw errorOf('aborted');
        answer.add(await predictOne(across, down), across, down);
        done += 1;
        onProgress?.({ done, total });
      }
      answer.finish(rows[place + 1]?.from ?? height);
    }
    return new TiledPrediction(width, height, task.options, answer.result());

    async function predictOne(across: Span, down: Span): Promise<Prediction> {
      const [w, h] = [across.to - across.from, down.to - down.from];
      const parts = pictures.map((picture) => {
        const [scaleX, scaleY] = [picture.width / width, picture.height / height];
        return cut(picture, across.from * scaleX, down.from * scaleY, w * scaleX, h * scaleY);
      });
      const [one, two] = parts as [ImageData, ImageData?];
      const image = await anolis.image(two ? [one, two] : one);
      try {
        return await task.predict(image, { quick, width: w, height: h });
      } finally {
        await image.dispose();
      }
    }
  } finally {
    for (const picture of pictures) picture.close();
  }
}

async function whole(source: ImageSource): Promise<ImageBitmap> {
  const readable = drawable(source);
  try {
    return await createImageBitmap(readable, { imageOrientation: 'from-image' });
  } catch (cause) {
    throw errorOf('not-an-image', undefined, { cause });
  }
}

/** A part of a picture on white. */
function cut(picture: ImageBitmap, x: number, y: number, width: number, height: number): ImageData {
  const [columns, rows] = [Math.max(1, Math.round(width)), Math.max(1, Math.round(height))];
  const context = new OffscreenCanvas(columns, rows).getContext('2d', { willReadFrequently: true });
  if (!context) throw errorOf('internal');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, columns, rows);
  context.drawImage(picture, x, y, width, height, 0, 0, columns, rows);
  return context.getImageData(0, 0, columns, rows);
}

/** Puts the answers of tiles together, as the task's kind asks for. */
export function collector({ options }: Pick<Task, 'options'>, width: number, height: number, rows: number) {
  const { kind, channels, overlap } = options;
  const planes = (of: string, count: number) => Array.from({ length: kind === of ? count : 0 }, () => width * height);
  const masks = planes('mask', overlap ? channels.length : 1).map((size) => new Uint8Array(size));
  const maps = planes('map', channels.length).map((size) => new Float32Array(size));
  const counts = channels.map(() => 0);
  const points: Found[] = [];
  // Of keypoints only the surest of each is kept, so nothing is blended.
  const blended = kind === 'keypoints' ? 0 : channels.length;
  const blend = new Blend(width, blended, rows, (y, values) => {
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      if (kind === 'mask') decide(at, x, values);
      for (const [channel, row] of values.entries()) {
        const value = row[x] as number;
        if (kind === 'map') (maps[channel] as Float32Array)[at] = value;
        if (kind === 'density') counts[channel] = (counts[channel] as number) + value;
      }
    }
  });

  // As a prediction in one piece does.
  function decide(at: number, x: number, values: readonly Float32Array[]): void {
    let [best, id] = [0.5, 0];
    for (const [channel, row] of values.entries()) {
      const value = row[x] as number;
      if (overlap) (masks[channel] as Uint8Array)[at] = value >= 0.5 ? 1 : 0;
      else if (value > best || (value === best && id === 0)) [best, id] = [value, channel + 1];
    }
    if (!overlap) (masks[0] as Uint8Array)[at] = id;
  }

  function addPoints(prediction: Prediction, across: Span, down: Span): void {
    for (const found of prediction.points()) {
      const point = { ...found, x: found.x + across.from, y: found.y + down.from };
      const within = (value: number, [from, to]: readonly [number, number]) => value >= from && value < to;
      if (kind === 'density') {
        if (within(point.x, across.core) && within(point.y, down.core)) points.push(point);
        continue;
      }
      const before = points[point.channel];
      if (!before || point.score > before.score) points[point.channel] = point;
    }
  }

  return {
    add(prediction: Prediction, across: Span, down: Span): void {
      if (blended > 0) {
        const part = (channel: number) => (kind === 'mask' ? prediction.probability(channel) : prediction.map(channel));
        const size = prediction.width * prediction.height;
        const values = new Float32Array(blended * size);
        for (let channel = 0; channel < blended; channel += 1) values.set(part(channel), channel * size);
        blend.add(values, across, down);
      }
      if (kind === 'keypoints' || kind === 'density') addPoints(prediction, across, down);
    },
    finish: (y: number) => blend.finish(y),
    result() {
      if (kind === 'density') points.sort((a, b) => b.score - a.score);
      return { masks, maps, points, counts };
    },
  };
}
