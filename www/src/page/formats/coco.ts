import { messages } from '../messages.js';
import type { PointsLabel, RasterLabel } from '../model/label.js';
import type { Content, Imported, NamedFile, OpenPicture, Sheet } from './content.js';
import { Drawing } from './drawing.js';
import { FormatError, parseJson } from './problem.js';
import { regionsOf } from './regions.js';
import { countsOf, packCounts, unpackCounts } from './rle.js';

/** Name of the only keypoint of things that are counted. */
const DOT = 'point';
/** Things of a mask have as many pixels as COCO counts, whatever its text says. */
const MOST_PIXELS = 100_000_000;

type Annotation = Record<string, unknown>;
type Drawn = NonNullable<ReturnType<Drawing['on']>>;

/** COCO's JSON: objects of masks as polygons, keypoints, or points; objects with holes as run lengths. */
export function writeCoco({ kind, channels, sheets }: Content): NamedFile[] {
  return write({ kind, channels, sheets }, false);
}

/** The same with every object as run lengths. */
export function writeCocoRle(content: Content): NamedFile[] {
  return write(content, true);
}

function write({ kind, channels, sheets }: Content, runs: boolean): NamedFile[] {
  const images = sheets.map(({ name, width, height }, place) => ({ id: place + 1, file_name: name, width, height }));
  const drafts = sheets.flatMap((sheet, place) => {
    const found = 'raster' in sheet.label ? objects(sheet.label, runs) : points(sheet, sheet.label, kind, channels);
    const source = sheet.source === 'prediction' ? { source: sheet.source } : {};
    return found.map((annotation) => ({ image_id: place + 1, iscrowd: 0, ...annotation, ...source }));
  });
  const annotations = drafts.map((draft, place) => ({ id: place + 1, ...draft }));
  const data = { info: { description: 'anolis' }, licenses: [], images, annotations, categories: categories() };
  return [{ name: 'annotations.json', data: JSON.stringify(data) }];

  function categories() {
    if (kind === 'keypoints') return [{ id: 1, name: 'object', keypoints: channels, skeleton: [] }];
    const dot = kind === 'density' ? { keypoints: [DOT], skeleton: [] } : {};
    return channels.map((name, place) => ({ id: place + 1, name, supercategory: '', ...dot }));
  }
}

function objects({ raster }: RasterLabel, runs: boolean): Annotation[] {
  const { width, height } = raster;
  const { regions, labels } = regionsOf(raster);
  return regions.map(({ class: category, label, left, top, right, bottom, area, rings }) => {
    const isSimple = rings.length === 1;
    const box = { left, top, right, bottom };
    const counts = () => packCounts(countsOf(width, height, box, (at) => labels[at] === label));
    const segmentation = isSimple && !runs ? rings : { size: [height, width], counts: counts() };
    return { category_id: category, bbox: [left, top, right - left, bottom - top], area, segmentation };
  });
}

function points({ scores }: Sheet, label: PointsLabel, kind: string, channels: readonly string[]): Annotation[] {
  if (kind === 'density')
    return label.points.map(({ x, y, channel }, place) => ({
      category_id: channel + 1,
      keypoints: [x, y, 2],
      num_keypoints: 1,
      bbox: [x, y, 0, 0],
      area: 0,
      ...(scores ? { score: scores[place] } : {}),
    }));
  if (label.points.length === 0) return [];
  const [xs, ys] = [label.points.map(({ x }) => x), label.points.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const keypoints = channels.flatMap((_, channel) => {
    const point = label.points.find((candidate) => candidate.channel === channel);
    return point ? [point.x, point.y, 2] : [0, 0, 0];
  });
  const score = scores ? { score: scores.reduce((sum, one) => sum + one, 0) / scores.length } : {};
  const num_keypoints = label.points.length;
  return [
    { category_id: 1, keypoints, num_keypoints, bbox: [left, top, width, height], area: width * height, ...score },
  ];
}

/** Reads COCO's JSON onto the open pictures. Throws a {@link FormatError}. */
export function readCoco({ name, data }: { name: string; data: string }, pictures: readonly OpenPicture[]): Imported {
  const root = parseJson(name, data) as Record<string, unknown>;
  const refuse = (): never => {
    throw new FormatError(messages.exchange.damaged(name));
  };
  const list = (key: string): Annotation[] => {
    const value = root?.[key];
    const right = Array.isArray(value) && value.every((each) => typeof each === 'object' && each !== null);
    return right ? value : refuse();
  };
  const categories = list('categories').map(({ id, name, keypoints }) => {
    const names = Array.isArray(keypoints) ? keypoints.map(String) : [];
    return { id, name: String(name), names };
  });
  const isDot = ({ names }: { names: readonly string[] }) => names.length === 1 && names[0] === DOT;
  const pointed = categories.filter(({ names }) => names.length > 0);
  const kind = pointed.length === 0 ? 'mask' : pointed.every(isDot) ? 'density' : 'keypoints';
  const drawing = new Drawing(kind, pictures, kind === 'keypoints' ? pointed[0]?.names : categories.map((c) => c.name));
  const sheets = new Map(
    list('images').map(({ id, file_name, width, height }) => [
      id,
      typeof file_name === 'string' && drawing.on(file_name, { width: Number(width), height: Number(height) }),
    ]),
  );
  for (const annotation of list('annotations')) {
    const sheet = sheets.get(annotation['image_id']);
    const category = categories.find(({ id }) => id === annotation['category_id']);
    if (!category) refuse();
    else if (sheet) draw(sheet, annotation, category.name);
  }
  return drawing.finish();

  function draw(sheet: Drawn, annotation: Annotation, category: string): void {
    const { keypoints, segmentation, bbox } = annotation;
    const channel = kind === 'keypoints' ? 0 : drawing.channel(category);
    if (kind !== 'mask') {
      const numbers = numbersOf(keypoints);
      for (let i = 0; i + 2 < numbers.length; i += 3)
        if (numbers[i + 2] !== 0) sheet.point(numbers[i] as number, numbers[i + 1] as number, channel + i / 3);
      return;
    }
    if (Array.isArray(segmentation) && segmentation.length > 0)
      for (const ring of segmentation) sheet.ring(numbersOf(ring), channel);
    else if (typeof segmentation === 'object' && segmentation !== null && 'counts' in segmentation)
      drawRuns(sheet, segmentation as { counts: unknown }, channel);
    else {
      const [left, top, width, height] = numbersOf(bbox);
      if (height === undefined) refuse();
      else sheet.box(left as number, top as number, width as number, height, channel);
    }
  }

  function drawRuns(sheet: Drawn, { counts }: { counts: unknown }, channel: number): void {
    const numbers = typeof counts === 'string' ? unpackCounts(counts) : numbersOf(counts);
    const { width, height } = sheet.size;
    if (width * height > MOST_PIXELS || !sheet.runs(numbers, channel)) refuse();
  }

  function numbersOf(value: unknown): number[] {
    const right = Array.isArray(value) && value.every((number) => typeof number === 'number');
    return right ? value : refuse();
  }
}
