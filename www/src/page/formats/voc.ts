import { messages } from '../messages.js';
import type { Content, Imported, NamedFile, OpenPicture } from './content.js';
import { Drawing } from './drawing.js';
import { baseOf, stemOf } from './names.js';
import { FormatError, textOf } from './problem.js';
import { maskFiles } from './rasters.js';
import { regionsOf } from './regions.js';

/** Pascal VOC: boxes around the objects of masks as XML, and the masks as PNGs with a palette. */
export function writeVoc(content: Content): NamedFile[] {
  const xml = content.sheets.flatMap(({ name, width, height, label }) => {
    if (!('raster' in label)) return [];
    const objects = regionsOf(label.raster).regions.map(({ class: id, left, top, right, bottom }) => {
      // Pixels count from 1, and the last one belongs to the box.
      const box = `<xmin>${left + 1}</xmin><ymin>${top + 1}</ymin><xmax>${right}</xmax><ymax>${bottom}</ymax>`;
      const channel = escaped(content.channels[id - 1] ?? '');
      return `  <object><name>${channel}</name><pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult><bndbox>${box}</bndbox></object>`;
    });
    const lines = [
      '<annotation>',
      '  <folder>JPEGImages</folder>',
      `  <filename>${escaped(name)}</filename>`,
      '  <source><database>anolis</database></source>',
      `  <size><width>${width}</width><height>${height}</height><depth>3</depth></size>`,
      '  <segmented>1</segmented>',
      ...objects,
      '</annotation>',
    ];
    return [{ name: `Annotations/${stemOf(name)}.xml`, data: `${lines.join('\n')}\n` }];
  });
  const names = { name: 'labelmap.txt', data: `${['background', ...content.channels].join('\n')}\n` };
  return [...xml, ...maskFiles('SegmentationClass', content), names];
}

/** Reads Pascal VOC's XML onto the open pictures: boxes, filled. Throws a {@link FormatError}. */
export function readVoc(files: readonly NamedFile[], pictures: readonly OpenPicture[]): Imported {
  const drawing = new Drawing('mask', pictures);
  const parser = new DOMParser();
  for (const { name, data } of files) {
    const xml = parser.parseFromString(textOf(data), 'application/xml');
    const root = xml.documentElement;
    if (root.nodeName !== 'annotation') throw new FormatError(messages.exchange.damaged(name));
    const number = (parent: Element | null, tag: string) =>
      Number(parent?.querySelector(tag)?.textContent ?? Number.NaN);
    const size = root.querySelector('size');
    const [width, height] = [number(size, 'width'), number(size, 'height')];
    const path = root.querySelector('filename')?.textContent || baseOf(name);
    const sheet = drawing.on(path, width > 0 && height > 0 ? { width, height } : undefined);
    for (const object of root.querySelectorAll('object')) {
      const box = object.querySelector('bndbox');
      const [left, top] = [number(box, 'xmin') - 1, number(box, 'ymin') - 1];
      const [right, bottom] = [number(box, 'xmax'), number(box, 'ymax')];
      if (![left, top, right, bottom].every(Number.isFinite)) throw new FormatError(messages.exchange.damaged(name));
      const channel = drawing.channel(
        object.querySelector('name')?.textContent?.trim() || messages.exchange.className(0),
      );
      sheet?.box(left, top, right - left, bottom - top, channel);
    }
  }
  return drawing.finish();
}

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (letter) => entities[letter] as string);
}
