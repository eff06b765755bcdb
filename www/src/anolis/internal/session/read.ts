import type { SessionFile, SessionImage, SessionTask } from '../../public/session-file.js';
import { Archive } from './archive.js';
import { decodeLabel } from './labels.js';
import { type Manifest, parseManifest, type TaskEntry } from './manifest.js';
import { mimeOf } from './mime.js';
import { damaged } from './problem.js';

/** A session file, read and checked whole. */
export async function read(file: Blob): Promise<SessionFile> {
  const archive = await Archive.open(file);
  if (!archive.has('manifest.json')) throw damaged('it has no manifest');
  const manifest = parseManifest(new TextDecoder().decode(await archive.bytes('manifest.json')));
  const { name, weights, page } = manifest;
  const images: SessionImage[] = [];
  for (const { id, name, files, width, height } of manifest.images) {
    const blobs = await Promise.all(files.map((path) => archive.blob(path, mimeOf(path))));
    images.push({ id, name, files: blobs, width, height });
  }
  const tasks: SessionTask[] = [];
  for (const task of manifest.tasks) tasks.push(await readTask(archive, manifest, task));
  return { name, changed: new Date(manifest.changed), weights, images, tasks, page };
}

async function readTask(archive: Archive, { images }: Manifest, task: TaskEntry): Promise<SessionTask> {
  const { id, kind, channels, overlap } = task;
  const labels = [];
  for (const { image, files } of task.labels) {
    const size = images.find((candidate) => candidate.id === image) as Manifest['images'][number];
    const contents = await Promise.all(files.map(async (name) => ({ name, bytes: await archive.bytes(name) })));
    labels.push({ image, label: await decodeLabel(task, size, contents) });
  }
  const adapter = task.adapter === undefined ? undefined : await archive.bytes(task.adapter);
  return { id, kind, channels, overlap, labels, adapter };
}
