import type { SessionFile, SessionTask } from '../../public/session-file.js';
import { checkLabel, encodeLabel } from './labels.js';
import { MOST_BYTES, MOST_ENTRIES } from './limits.js';
import { checkManifest, FORMAT, type ImageEntry, type Manifest, type TaskEntry, VERSION } from './manifest.js';
import { extensionOf } from './mime.js';
import { damaged } from './problem.js';

interface Content {
  readonly name: string;
  readonly data: Blob;
}

/** The file of a session that a reader will take; pictures stay where they are until it is read. */
export async function write({ name, changed, weights, images, tasks, page }: SessionFile): Promise<Blob> {
  const contents: Content[] = [];
  const imageEntries = images.map((image): ImageEntry => {
    const files = image.files.map((data, place) => {
      const suffix = place === 0 ? '' : `-${place + 1}`;
      return put(`images/${image.id}${suffix}.${extensionOf(image.name, data.type)}`, data);
    });
    return { id: image.id, name: image.name, files, width: image.width, height: image.height };
  });
  const taskEntries: TaskEntry[] = [];
  for (const task of tasks) taskEntries.push(await writeTask(task));
  const manifest: Manifest = {
    name,
    changed: changed.toISOString(),
    weights,
    images: imageEntries,
    tasks: taskEntries,
    page,
  };
  checkManifest(manifest);
  const json = JSON.stringify({ format: FORMAT, version: VERSION, ...manifest }, undefined, 1);
  const all = [{ name: 'manifest.json', data: new Blob([json]) }, ...contents];
  if (all.length > MOST_ENTRIES) throw damaged(`it would hold more than ${MOST_ENTRIES} files`);
  if (all.reduce((sum, { data }) => sum + data.size, 0) > MOST_BYTES) throw damaged('it would hold more than 4 GB');
  return zip(all, changed);

  function put(path: string, data: Blob): string {
    contents.push({ name: path, data });
    return path;
  }

  async function writeTask(task: SessionTask): Promise<TaskEntry> {
    const { id, kind, channels, overlap = false, adapter } = task;
    const labels = [];
    for (const { image, label } of task.labels) {
      const size = images.find((candidate) => candidate.id === image);
      if (!size) throw damaged(`task ${id} labels picture ${image}, which is not in it`);
      checkLabel(label, { kind, channels, overlap }, size, `the label of picture ${image}`);
      const encoded = await encodeLabel(label, size);
      const files = encoded.map(([ending, bytes], place) => {
        const suffix = encoded.length === 1 ? '' : `-${place + 1}`;
        return put(`labels/${id}/${image}${suffix}.${ending}`, new Blob([bytes]));
      });
      labels.push({ image, files });
    }
    const path = adapter && put(`adapters/${id}.safetensors`, new Blob([Uint8Array.from(adapter)]));
    return { id, kind, channels, overlap, labels, adapter: path };
  }
}

/** What is compressed already is stored; one file at a time is in memory. */
async function zip(contents: readonly Content[], changed: Date): Promise<Blob> {
  const { Zip, ZipDeflate, ZipPassThrough } = await import('fflate');
  const parts: Blob[] = [];
  let problem: unknown;
  const archive = new Zip((error, chunk) => {
    problem ??= error;
    parts.push(new Blob([chunk]));
  });
  for (const { name, data } of contents) {
    const entry = name.endsWith('.json') ? new ZipDeflate(name) : new ZipPassThrough(name);
    entry.mtime = changed;
    archive.add(entry);
    entry.push(new Uint8Array(await data.arrayBuffer()), true);
  }
  archive.end();
  if (problem) throw problem;
  return new Blob(parts, { type: 'application/zip' });
}
