import { describe, expect, it } from 'vitest';
import type { Content, OpenPicture } from '../../src/page/formats/content.js';
import { readLabels } from '../../src/page/formats/import.js';
import { merge } from '../../src/page/formats/merge.js';
import { writeMaps } from '../../src/page/formats/rasters.js';
import { scaleLabel } from '../../src/page/formats/scale.js';
import { viewsOf } from '../../src/page/model/kinds.js';
import { fromLibrary, type Label, type RasterLabel, toLibrary } from '../../src/page/model/label.js';
import type { Picture } from '../../src/page/model/picture.js';
import { NO_VALUE, planeOf, planesOf } from '../../src/page/model/raster.js';
import type { Session } from '../../src/page/model/session.js';
import { drag, opened } from './support.js';

const rasterOf = (label: Label | undefined) => (label as RasterLabel).raster;
const labelOf = (session: Session) => session.labelOf(session.selected as Picture) as RasterLabel;
/** What each component has at a pixel. */
const at = (label: RasterLabel, x: number, y: number) =>
  Array.from({ length: planesOf(label.raster) }, (_, place) => planeOf(label.raster, place).data[y * 32 + x]);

/** Three components, of which the first two are painted. */
function normals() {
  const { session, pen } = opened();
  session.setKind('map');
  session.renameChannel(1, 'x');
  session.set({ value: 0 });
  drag(pen, { x: 5, y: 5 });
  session.addChannel('y');
  session.addChannel('z');
  session.set({ activeChannel: 2, value: 1 });
  drag(pen, { x: 5, y: 5 });
  return { session, pen };
}

describe('a map of several components', () => {
  it('is painted component by component', () => {
    const { session } = normals();
    expect(at(labelOf(session), 5, 5)).toEqual([0, 65_534, NO_VALUE]);
    expect(session.activeChannel).toBe(2);
  });

  it('is taken back step by step, components included', () => {
    const { session } = normals();
    session.undo();
    expect(at(labelOf(session), 5, 5)).toEqual([0, NO_VALUE, NO_VALUE]);
    session.undo();
    session.undo();
    expect(session.channels).toEqual(['x']);
    expect(at(labelOf(session), 5, 5)).toEqual([0]);
    session.undo();
    expect(at(labelOf(session), 5, 5)).toEqual([NO_VALUE]);
    for (let step = 0; step < 4; step += 1) session.redo();
    expect(at(labelOf(session), 5, 5)).toEqual([0, 65_534, NO_VALUE]);
  });

  it('loses a component with what was painted into it', () => {
    const { session } = normals();
    session.removeChannel(1);
    expect(session.channels).toEqual(['y', 'z']);
    expect(at(labelOf(session), 5, 5)).toEqual([65_534, NO_VALUE]);
    session.undo();
    expect(at(labelOf(session), 5, 5)).toEqual([0, 65_534, NO_VALUE]);
  });

  it('goes to the network and comes back', () => {
    const label = labelOf(normals().session);
    const given = toLibrary('map', label, 3) as { width: number; height: number; map: Float32Array[] };
    expect(given.map.map((values) => values[5 * 32 + 5])).toEqual([0, 1, Number.NaN]);
    expect(fromLibrary(given)).toEqual(label);
  });

  it('is scaled in every component', () => {
    const scaled = scaleLabel(labelOf(normals().session), { width: 32, height: 32 }, { width: 64, height: 64 });
    expect(planesOf(rasterOf(scaled))).toBe(3);
    expect(planeOf(rasterOf(scaled), 1).data[10 * 64 + 10]).toBe(65_534);
  });

  it('can be seen as colours, if there is more than one', () => {
    expect(viewsOf('map', 1)).not.toContain('rgb');
    expect(viewsOf('map', 2)).toContain('rgb');
    const { session } = normals();
    session.set({ view: 'rgb' });
    session.removeChannel(3);
    expect(session.view).toBe('rgb');
    session.removeChannel(2);
    expect(session.view).toBe('colours');
  });
});

describe('maps of several components as files', () => {
  const size = { width: 32, height: 32 };
  const pictures = [{ name: 'a.png', ...size }];
  const channels = ['x', 'up/down', 'z'];
  const content = (label: Label): Content => ({
    kind: 'map',
    channels,
    sheets: [{ name: 'a.png', ...size, label, source: 'label' }],
  });
  const wanted = { kind: 'map', channels: ['value'], components: ['value'], component: 0 } as const;

  it('have a folder a component, and come back with names and order', () => {
    const label = labelOf(normals().session);
    const files = writeMaps(content(label));
    expect(files.map(({ name }) => name)).toEqual([
      'maps/x/a.png',
      'maps/up_down/a.png',
      'maps/z/a.png',
      'components.txt',
    ]);
    const read = readLabels([...files].reverse(), pictures, wanted);
    expect(read).toMatchObject({ kind: 'map', channels, problems: [] });
    expect(read.labels.get(pictures[0] as OpenPicture)).toEqual(label);
  });

  it('go into the chosen component if nothing says which, and leave the others', () => {
    const label = labelOf(normals().session);
    const [first] = writeMaps(content(label));
    const file = { name: 'a.png', data: first?.data as Uint8Array };
    const read = readLabels([file], pictures, { kind: 'map', channels, components: channels, component: 2 });
    expect(read.channels).toEqual(channels);
    const merged = merge(read, channels, () => label).labels.get(pictures[0] as OpenPicture) as RasterLabel;
    expect(at(merged, 5, 5)).toEqual([0, 65_534, 0]);
  });

  it('begin components that are not known', () => {
    const label = labelOf(normals().session);
    const files = writeMaps(content(label)).filter(({ name }) => name.includes('/z/'));
    const read = readLabels(files, pictures, { kind: 'map', channels: ['x'], components: ['x'], component: 0 });
    expect(read.channels).toEqual(['x', 'z']);
    const merged = merge(read, ['x'], () => label).labels.get(pictures[0] as OpenPicture) as RasterLabel;
    expect(at(merged, 5, 5)).toEqual([0, 65_534]);
  });
});
