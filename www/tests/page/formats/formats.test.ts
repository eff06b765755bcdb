import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { readCoco, writeCoco, writeCocoRle } from '../../../src/page/formats/coco.js';
import type { Content, Imported, NamedFile } from '../../../src/page/formats/content.js';
import { writeCsv } from '../../../src/page/formats/csv.js';
import { exportFile } from '../../../src/page/formats/export.js';
import { formats, formatsOf } from '../../../src/page/formats/formats.js';
import { readLabels } from '../../../src/page/formats/import.js';
import { merge } from '../../../src/page/formats/merge.js';
import { distinct, finder } from '../../../src/page/formats/names.js';
import { FormatError } from '../../../src/page/formats/problem.js';
import { areaOf, regionsOf } from '../../../src/page/formats/regions.js';
import { countsOf, eachOf, packCounts, unpackCounts } from '../../../src/page/formats/rle.js';
import { scaleLabel } from '../../../src/page/formats/scale.js';
import { unzip, zip } from '../../../src/page/formats/zip.js';
import { kindNames } from '../../../src/page/model/kinds.js';
import type { Label } from '../../../src/page/model/label.js';
import { wholeBox } from '../../../src/page/model/raster.js';
import { random } from '../../anolis/random.js';
import { python, read } from './python.js';
import { channels, content, masks, points, rows, sheet, size, text } from './scenes.js';

const pictures = [
  { name: 'one ü.jpg', ...size },
  { name: 'one.png', ...size },
  { name: 'two.png', ...size },
];
const wanted = { kind: 'mask', channels } as const;
const back = (files: readonly NamedFile[], kind: Content['kind'] = 'mask') =>
  readLabels(files, pictures, { kind, channels });
const labels = ({ labels: read }: Imported) => Object.fromEntries([...read].map(([{ name }, label]) => [name, label]));
const given = ({ sheets }: Content) => Object.fromEntries(sheets.map(({ name, label }) => [name, label]));
const refusal = (files: readonly NamedFile[]) => {
  try {
    return readLabels(files, pictures, wanted).problems;
  } catch (reason) {
    expect(reason).toBeInstanceOf(FormatError);
    return [(reason as Error).message];
  }
};

describe('objects of a mask', () => {
  it('cover what they are outlined by, and nothing twice', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const { label } = masks(seed).sheets[0] as Content['sheets'][number];
      if (!('raster' in label)) throw new Error('not a mask');
      const { regions, labels: found } = regionsOf(label.raster);
      for (const { class: id, label: number, area, rings } of regions) {
        expect(rings.reduce((sum, ring) => sum + areaOf(ring), 0)).toBe(area);
        expect(found.filter((one) => one === number)).toHaveLength(area);
        expect(label.raster.data[found.indexOf(number)]).toBe(id);
      }
      const painted = label.raster.data.filter((id) => id !== 0).length;
      expect(regions.reduce((sum, { area }) => sum + area, 0)).toBe(painted);
    }
  });
});

describe('run lengths', () => {
  it('come back from text, whatever they are', () => {
    const next = random(5);
    for (let turn = 0; turn < 200; turn += 1) {
      const counts = Array.from({ length: 1 + Math.floor(next() * 20) }, () => Math.floor(next() ** 4 * 2e6));
      expect(unpackCounts(packCounts(counts))).toEqual(counts);
    }
  });

  it('are those of the pixels, wherever these begin and end', () => {
    const next = random(6);
    for (let turn = 0; turn < 200; turn += 1) {
      const [width, height] = [1 + Math.floor(next() * 5), 1 + Math.floor(next() * 5)];
      const set = Array.from({ length: width * height }, () => next() < 0.5);
      const counts = countsOf(width, height, wholeBox({ width, height }), (at) => set[at] === true);
      const found = set.map(() => false);
      const mark = (x: number, y: number) => {
        found[y * width + x] = true;
      };
      expect(eachOf(counts, width, height, mark)).toBe(true);
      expect(found).toEqual(set);
      expect(counts.slice(1)).not.toContain(0);
    }
  });

  it('are refused when they are not as long as the picture', () => {
    const counts = countsOf(3, 2, wholeBox({ width: 3, height: 2 }), (at) => at === 4);
    expect(counts).toEqual([3, 1, 2]);
    expect(eachOf(counts, 3, 2, () => {})).toBe(true);
    expect(eachOf(counts, 3, 3, () => {})).toBe(false);
    expect(eachOf([6, -1, 1], 3, 2, () => {})).toBe(false);
  });
});

describe('what is written can be read again', () => {
  it.each([
    ['coco', formats.coco.write],
    ['coco with run lengths', formats.cocoRle.write],
    ['yolo outlines', formats.yoloOutlines.write],
    ['label studio', formats.labelStudio.write],
    ['masks', formats.masks.write],
  ] as const)('%s: masks', async (_, write) => {
    for (let seed = 0; seed < 5; seed += 1) {
      const read = back(await write(masks(seed)));
      expect(read.problems).toEqual([]);
      // Channels stand in the order in which the file names them.
      const places = read.channels.map((name) => channels.indexOf(name) + 1);
      for (const [name, label] of Object.entries(labels(read))) {
        if (!('raster' in label)) throw new Error('not a mask');
        const ids = [...label.raster.data].map((id) => (id === 0 ? 0 : places[id - 1]));
        expect(ids).toEqual([...(given(masks(seed))[name] as typeof label).raster.data]);
      }
    }
  });

  it.each([
    ['coco', 'keypoints', formats.coco.write],
    ['coco', 'density', formats.coco.write],
    ['yolo pose', 'keypoints', formats.yoloPose.write],
    ['label studio', 'density', formats.labelStudio.write],
    ['csv', 'density', formats.csv.write],
    ['csv', 'keypoints', formats.csv.write],
  ] as const)('%s: %s', async (_, kind, write) => {
    const read = back(await write(points(kind)), kind);
    expect(read).toMatchObject({ kind, problems: [] });
    const pointsOf = (label: Label | undefined) => (label && 'points' in label ? label.points : []);
    const [found, meant] = [pointsOf(labels(read)['one.png']), pointsOf(given(points(kind))['one.png'])];
    expect([found[0]?.x, found[0]?.y]).toEqual([expect.closeTo(3.25, 5), expect.closeTo(4.5, 5)]);
    expect(found.map(({ channel }) => read.channels[channel])).toEqual(meant.map(({ channel }) => channels[channel]));
  });

  it('maps, unknown pixels included', async () => {
    const data = Uint16Array.from({ length: size.width * size.height }, (_, at) =>
      at % 7 === 0 ? 65_535 : (at * 61) % 65_535,
    );
    const map = content('map', [{ ...sheet('one.png'), label: { raster: { ...size, data }, partial: false } }]);
    const read = back(await formats.maps.write({ ...map, channels: ['depth'] }), 'map');
    expect(labels(read)).toEqual(given(map));
  });

  it('unknown pixels of masks stay unknown', async () => {
    const data = new Uint8Array(size.width * size.height).fill(255).fill(1, 0, 50).fill(0, 50, 90);
    const partial = content('mask', [{ ...sheet('one.png'), label: { raster: { ...size, data }, partial: true } }]);
    expect(labels(back(await formats.masks.write(partial)))).toEqual(given(partial));
  });

  it('from one archive', async () => {
    const file = await exportFile(masks(), 'masks', [{ name: 'images/two.png', data: new Uint8Array(9) }]);
    const data = new Uint8Array(await file.arrayBuffer());
    expect(file.name).toBe('masks.zip');
    expect(labels(back([{ name: file.name, data }]))).toEqual(given(masks()));
  });

  it('every kind of places has a format', () => {
    for (const kind of kindNames.filter((name) => name !== 'tags')) expect(formatsOf(kind).length).toBeGreaterThan(0);
  });
});

describe.skipIf(!python)('other libraries read the same:', () => {
  interface Coco {
    classes: string[];
    pictures: Record<string, { ids: number[][]; points: [number, number[]][]; right: boolean }>;
  }

  it.each([['polygons', writeCoco] as const, ['run lengths', writeCocoRle] as const])('pycocotools, %s', (_, write) => {
    for (let seed = 0; seed < 3; seed += 1) {
      const { classes, pictures: found } = read<Coco>('coco', write(masks(seed)));
      expect(classes).toEqual(channels);
      for (const sheet of masks(seed).sheets) {
        expect(found[sheet.name]?.ids).toEqual(rows(sheet));
        expect(found[sheet.name]?.right).toBe(true);
      }
    }
  });

  it('pycocotools, points', () => {
    const keypoints = read<Coco>('coco', writeCoco(points('keypoints'))).pictures['one.png'];
    expect(keypoints?.points).toEqual([[1, [3.25, 4.5, 2, 0, 0, 0, 30, 20.125, 2]]]);
    const dots = read<Coco>('coco', writeCoco(points('density'))).pictures['one.png'];
    expect(dots?.points).toEqual([
      [1, [3.25, 4.5, 2]],
      [3, [30, 20.125, 2]],
      [1, [8, 9, 2]],
    ]);
  });

  it('PyYAML and Pillow, YOLO', async () => {
    const { width, height } = size;
    const stems = ['one ü.txt', 'two.txt'];
    const sizes = text('sizes.json', JSON.stringify(Object.fromEntries(stems.map((stem) => [stem, [width, height]]))));
    const files = [...(await formats.yoloOutlines.write(masks())), sizes];
    const { names, drawn } = read<{ names: object; drawn: Record<string, number[][]> }>('yolo_outlines', files);
    expect(names).toEqual({ 0: 'class 1', 1: 'class 2', 2: 'class 3' });
    for (const [place, stem] of stems.entries())
      expect(drawn[stem]).toEqual(rows(masks().sheets[place] as Content['sheets'][number]));

    type Lines = { data: { names: object; kpt_shape?: number[] }; lines: Record<string, number[][]> };
    const { lines } = read<Lines>('yolo', await formats.yoloBoxes.write(masks()));
    const { label } = masks().sheets[1] as Content['sheets'][number];
    const { regions } = regionsOf((label as { raster: { width: number; height: number; data: Uint8Array } }).raster);
    const boxes = lines['two.txt']?.map(([id = 0, x = 0, y = 0, w = 0, h = 0]) => {
      const corners = [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height];
      return [id + 1, ...corners.map((corner) => Math.round(corner) + 0)];
    });
    expect(boxes).toEqual(regions.map(({ class: id, left, top, right, bottom }) => [id, left, top, right, bottom]));

    const pose = read<Lines>('yolo', await formats.yoloPose.write(points('keypoints')));
    expect(pose.data.kpt_shape).toEqual([3, 3]);
    expect(pose.lines['one.txt']?.[0]?.slice(5)).toEqual(
      [3.25 / width, 4.5 / height, 2, 0, 0, 0, 30 / width, 20.125 / height, 2].map((v) => expect.closeTo(v, 6)),
    );
    expect(pose.lines['two.txt']).toEqual([]);
  });

  it('Pillow, Label Studio', async () => {
    type Tasks = Record<string, { ids: number[][]; points: [string, number, number][]; predicted: number }>;
    const content = masks();
    const sheets = content.sheets.map((sheet, i) => (i === 1 ? { ...sheet, source: 'prediction' as const } : sheet));
    const found = read<Tasks>('label_studio', await formats.labelStudio.write({ ...content, sheets }));
    for (const sheet of sheets) expect(found[sheet.name]?.ids).toEqual(rows(sheet));
    expect([found['one ü.jpg']?.predicted, found['two.png']?.predicted]).toEqual([0, 1]);
    const dots = read<Tasks>('label_studio', await formats.labelStudio.write(points('density')))['one.png'];
    expect(dots?.points[0]).toEqual([
      'class 1',
      expect.closeTo(325 / size.width, 6),
      expect.closeTo(450 / size.height, 6),
    ]);
  });

  it('ElementTree and Pillow, Pascal VOC', async () => {
    type Voc = Record<string, { size: number[]; boxes: [string, ...number[]][]; mode: string; ids: number[][] }>;
    const content = { ...masks(), channels: ['a & b', '<c>', 'class 3'] };
    const found = read<Voc>('voc', await formats.voc.write(content));
    for (const sheet of content.sheets) {
      const { label } = sheet;
      if (!('raster' in label)) throw new Error('not a mask');
      const boxes = regionsOf(label.raster).regions.map(({ class: id, left, top, right, bottom }) => {
        return [content.channels[id - 1], left + 1, top + 1, right, bottom];
      });
      expect(found[sheet.name]).toEqual({ size: [size.width, size.height], boxes, mode: 'P', ids: rows(sheet) });
    }
  });

  it('Pillow, PNGs', async () => {
    type Pngs = Record<string, { mode: string; values: number[][] }>;
    const found = read<Pngs>('pngs', await formats.masks.write(masks()));
    expect(found['two.png']).toEqual({ mode: 'P', values: rows(masks().sheets[1] as Content['sheets'][number]) });
    const data = Uint16Array.from([65_535, 0, 65_534, 32_767]);
    const label = { raster: { width: 2, height: 2, data }, partial: false };
    const map: Content = { kind: 'map', channels: ['depth'], sheets: [{ ...sheet('m.png'), label }] };
    expect(read<Pngs>('pngs', await formats.maps.write(map))['m.png']?.values).toEqual([
      [0, 1],
      [65_535, 32_768],
    ]);
  });

  it("Python's csv, tables", async () => {
    const { sheets } = points('density');
    const predicted = {
      ...(sheets[0] as Content['sheets'][number]),
      name: 'a, "b".png',
      source: 'prediction' as const,
    };
    const found = read<Record<string, string[][]>>(
      'tables',
      await formats.csv.write({
        kind: 'density',
        channels: ['=1+1', 'x', 'y'],
        sheets: [{ ...predicted, scores: [0.5, 0.25, 1], counts: [2.5, 0, 1] }],
      }),
    );
    expect(found['points.csv']).toEqual([
      ['picture', 'source', 'channel', 'x', 'y', 'score'],
      ['a, "b".png', 'prediction', "'=1+1", '3.25', '4.5', '0.5'],
      ['a, "b".png', 'prediction', 'y', '30', '20.125', '0.25'],
      ['a, "b".png', 'prediction', "'=1+1", '8', '9', '1'],
    ]);
    expect(found['counts.csv']?.slice(1).map((row) => row[3])).toEqual(['2.5', '0', '1']);
  });
});

describe('labels of other programs', () => {
  const coco = (changes: object = {}) => ({
    images: [{ id: 7, file_name: 'sub/two.png', width: 74, height: 58 }],
    categories: [{ id: 3, name: 'leaf' }],
    annotations: [{ image_id: 7, category_id: 3, bbox: [20, 10, 8, 4] }],
    ...changes,
  });
  const file = (value: unknown) => text('a.json', JSON.stringify(value));

  it('are scaled from the size that they speak of', () => {
    const read = back([file(coco())]);
    expect(read.channels).toEqual(['leaf']);
    const { raster } = labels(read)['two.png'] as { raster: { data: Uint8Array } };
    const painted = [...raster.data.entries()]
      .filter(([, id]) => id === 1)
      .map(([at]) => [at % 37, Math.floor(at / 37)]);
    expect(painted).toHaveLength(8);
    expect(painted[0]).toEqual([10, 5]);
  });

  it('take the channels of the same name', () => {
    const read = back([
      file(
        coco({
          categories: [
            { id: 3, name: 'leaf' },
            { id: 4, name: 'class 2' },
          ],
        }),
      ),
    ]);
    const merged = merge(read, channels);
    expect(merged.channels).toEqual([...channels, 'leaf']);
    const [label] = [...merged.labels.values()];
    expect(new Set((label as { raster: { data: Uint8Array } }).raster.data)).toEqual(new Set([0, 4]));
  });

  it('come black and white, in colours, and in two bits', () => {
    const png = (change: object) => {
      const data = new Uint8Array(size.width * size.height).fill(255, 0, 40);
      return [{ name: 'two.png', data: encode({ ...size, data, depth: 8, channels: 1, ...change }) }];
    };
    const ids = (files: NamedFile[]) => {
      const { raster } = labels(back(files))['two.png'] as { raster: { data: Uint8Array } };
      return raster.data.filter((id) => id === 1).length;
    };
    expect(ids(png({}))).toBe(40);
    const rgb = new Uint8Array(3 * size.width * size.height).fill(255, 0, 3 * 30);
    expect(ids(png({ data: rgb, channels: 3 }))).toBe(30);
  });

  it.each([
    ['names: [leaf, "stem: green"]', ['leaf', 'stem: green']],
    ["nc: 2\nnames:\n  - leaf\n  - 'stem'\nval: x", ['leaf', 'stem']],
    ['names:\n  0: leaf\n  1: stem\n', ['leaf', 'stem']],
  ])('have the names of YOLO, %j', (yaml, names) => {
    const read = back([text('data.yaml', yaml), text('labels/two.txt', '1 0.5 0.5 0.2 0.2\n')]);
    expect(read.channels).toEqual(names);
    expect((labels(read)['two.png'] as { raster: { data: Uint8Array } }).raster.data).toContain(2);
  });

  it('have keypoints of two numbers in YOLO, where 0, 0 is not visible', () => {
    const yaml = text('data.yaml', 'kpt_shape: [3, 2]\nnames:\n  0: hand\n');
    const read = back([yaml, text('two.txt', '0 0.5 0.5 0.1 0.1 0.25 0.5 0 0 1 1\n')], 'keypoints');
    expect(read.channels).toHaveLength(3);
    expect(labels(read)['two.png']).toMatchObject({
      points: [
        { x: 9.25, y: 14.5, channel: 0 },
        { x: 37, y: 29, channel: 2 },
      ],
    });
  });

  it('are found by names that a spreadsheet would compute with', () => {
    const [file] = writeCsv({ ...points('density'), channels: ['=1+1', '-x', 'y'] });
    expect(back([file as NamedFile], 'density').channels).toEqual(['=1+1', 'y']);
  });

  it('say which pictures are not open, and keep the others', () => {
    const images = [...coco().images, { id: 8, file_name: 'three.png', width: 5, height: 5 }];
    const read = back([file(coco({ images }))]);
    expect(read.problems).toEqual([expect.stringContaining('three.png')]);
    expect(Object.keys(labels(read))).toEqual(['two.png']);
  });

  it.each([
    ['no labels', [text('notes.md', 'x')]],
    ['broken JSON', [text('a.json', '{')]],
    ['JSON of something else', [file({ name: 'x' })]],
    ['null', [file(null)]],
    ['a number', [file(7)]],
    ['lists of nothing', [file(coco({ annotations: [null] }))]],
    ['an unknown category', [file(coco({ categories: [] }))]],
    [
      'runs that are too short',
      [file(coco({ annotations: [{ image_id: 7, category_id: 3, segmentation: { counts: [4, 2] } }] }))],
    ],
    [
      'runs of nonsense',
      [file(coco({ annotations: [{ image_id: 7, category_id: 3, segmentation: { counts: 'zzzzzz~' } }] }))],
    ],
    [
      'a polygon of words',
      [file(coco({ annotations: [{ image_id: 7, category_id: 3, segmentation: [['a', 'b']] }] }))],
    ],
    ['other proportions', [file(coco({ images: [{ id: 7, file_name: 'two.png', width: 10, height: 100 }] }))]],
    ['no size', [file(coco({ images: [{ id: 7, file_name: 'two.png' }] }))]],
    ['YOLO of words', [text('two.txt', '0 a b c d')]],
    ['YOLO that is cut off', [text('two.txt', '0 0.5 0.5')]],
    ['Label Studio without pictures', [file([{ data: {} }])]],
    ['Label Studio of nulls', [file([null])]],
    ['a table without columns', [text('a.csv', 'a,b\n1,2')]],
    ['a table of words', [text('a.csv', 'picture,x,y\ntwo.png,here,there')]],
    ['a PNG that is none', [{ name: 'two.png', data: new TextEncoder().encode('no PNG') }]],
    [
      'a PNG that is cut off',
      [
        {
          name: 'two.png',
          data: encode({ ...size, data: new Uint8Array(size.width * size.height), channels: 1 }).slice(0, 70),
        },
      ],
    ],
    ['an archive that is none', [{ name: 'a.zip', data: new TextEncoder().encode('no archive') }]],
    ['an archive that is cut off', [{ name: 'a.zip', data: zip([text('a.json', '[]')]).slice(0, 60) }]],
  ] as [string, NamedFile[]][])('are refused with a sentence: %s', (_, files) => {
    const problems = refusal(files);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^.{20,}\.$/);
  });

  it('are not unpacked when an archive would grow too much', () => {
    const bomb = zip([text('a.json', ' '.repeat(2_000_000))]);
    expect(() => unzip(bomb, () => true)).toThrow(/too large/);
  });
});

describe('labels of a scaled picture', () => {
  it('are exported in the pixels of its file', () => {
    const label = { points: [{ x: 1, y: 2, channel: 0 }], none: false };
    expect(scaleLabel(label, { width: 10, height: 10 }, { width: 30, height: 20 })).toMatchObject({
      points: [{ x: 3, y: 4 }],
    });
    const raster = { width: 2, height: 1, data: Uint8Array.of(1, 2) };
    const scaled = scaleLabel({ raster, partial: false }, raster, { width: 4, height: 2 });
    expect(scaled).toEqual({
      raster: { width: 4, height: 2, data: Uint8Array.of(1, 1, 2, 2, 1, 1, 2, 2) },
      partial: false,
    });
  });
});

describe('names', () => {
  it('are made distinct, also without their endings', () => {
    expect(distinct(['a.png', 'a.jpg', 'a-2.gif', 'b'])).toEqual(['a.png', 'a-2.jpg', 'a-2-2.gif', 'b']);
  });

  it('find pictures, whole names first', () => {
    const find = finder([{ name: 'a.jpg' }, { name: 'a.png' }]);
    expect(find('masks/a.png')?.name).toBe('a.png');
    expect(find('C:\\data\\a.txt')?.name).toBe('a.jpg');
    expect(find('b.png')).toBeUndefined();
  });
});

it('COCO of other programs is read with text and lists of run lengths alike', () => {
  const counts = countsOf(size.width, size.height, wholeBox(size), (at) => at < 40);
  const of = (segmentation: object) => ({
    images: [{ id: 1, file_name: 'two.png', ...size }],
    categories: [{ id: 1, name: 'leaf' }],
    annotations: [{ image_id: 1, category_id: 1, segmentation }],
  });
  const [list, packed] = [counts, packCounts(counts)].map((each) =>
    labels(readCoco({ name: 'a', data: JSON.stringify(of({ counts: each })) }, pictures)),
  );
  expect(list).toEqual(packed);
});
