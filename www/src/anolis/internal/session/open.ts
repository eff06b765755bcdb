import type { Anolis } from '../../public/anolis.js';
import { AnolisError, errorOf } from '../../public/errors.js';
import type { Label } from '../../public/labels.js';
import type { ImageSources, Notice } from '../../public/options.js';
import type {
  OpenedImage,
  OpenedTask,
  OpenSession,
  OpenSessionOptions,
  SessionFile,
  SessionImage,
  SessionTask,
} from '../../public/session-file.js';
import type { TagLabel } from '../../public/tags.js';
import { damaged } from './problem.js';

/** A picture that is open, and how many are seen together in it. */
interface Open extends OpenedImage {
  readonly count: number;
}

/** Opens pictures and begins tasks; closes them again when it fails. */
export async function open(
  anolis: Pick<Anolis, 'image' | 'task' | 'weightsHash'>,
  session: SessionFile,
  { picture, signal }: OpenSessionOptions,
): Promise<OpenSession> {
  const notices: Notice[] = [];
  const images: Open[] = [];
  const tasks: OpenedTask[] = [];
  try {
    for (const entry of session.images) {
      // Between the calls: one that is under way ends with its picture open.
      if (signal?.aborted) throw errorOf('aborted');
      const sources = await sourcesOf(entry, picture);
      if (sources) images.push(await openImage(entry, sources));
      else
        notices.push({ code: 'image-missing', message: `${entry.name} is not in the file; its labels are left out.` });
    }
    for (const entry of session.tasks) {
      if (signal?.aborted) throw errorOf('aborted');
      await beginTask(entry);
    }
    return { name: session.name, images, tasks, notices };
  } catch (reason) {
    const all = [...tasks.map(({ task }) => task), ...images.map(({ image }) => image)];
    await Promise.allSettled(all.map((opened) => opened.dispose()));
    throw reason;
  }

  async function openImage({ id, name, width, height }: SessionImage, sources: ImageSources): Promise<Open> {
    const image = await anolis.image(sources);
    if (image.width === width && image.height === height)
      return { id, name, image, count: Array.isArray(sources) ? sources.length : 1 };
    await image.dispose();
    throw damaged(`${name} is ${image.width} × ${image.height} pixels, its labels ${width} × ${height}`);
  }

  async function beginTask(entry: SessionTask): Promise<void> {
    const { id, kind, channels, overlap = false, adapter } = entry;
    const labels = entry.labels.flatMap(({ image, label }) => {
      const found = images.find((candidate) => candidate.id === image);
      return found ? [{ found, label }] : [];
    });
    if (kind === 'tags') {
      const task = await anolis.task({ kind, channels });
      tasks.push({ id, task });
      for (const { found, label } of labels) await task.add(found.image, label as TagLabel);
      return;
    }
    const [example = images[0]] = labels.map(({ found }) => found);
    const task = await anolis.task({ kind, channels, overlap, images: example?.count === 2 ? 2 : 1 });
    tasks.push({ id, task });
    for (const { found, label } of labels) await task.add(found.image, label as Label);
    if (!adapter) return;
    if (session.weights !== anolis.weightsHash) {
      const message = `The adaptation of task ${id} belongs to other weights and is left out; adapt it again.`;
      notices.push({ code: 'adapter-weights', message });
      return;
    }
    await task.setAdapter(adapter).catch((reason: unknown) => {
      if (reason instanceof AnolisError && reason.code !== 'adapter') throw reason;
      throw damaged(`the adapter of task ${id} does not fit`);
    });
  }
}

async function sourcesOf(
  { files, name }: SessionImage,
  picture: OpenSessionOptions['picture'],
): Promise<ImageSources | undefined> {
  const [first, second] = files;
  if (!first) return picture?.(name);
  return second ? [first, second] : first;
}
