import {
  SessionError,
  type SessionFile,
  type SessionImage,
  type SessionLabel,
  type SessionTask,
} from '../../anolis/public/index.js';
import { messages } from '../messages.js';
import { inOwnWords } from '../sentence.js';
import { newId } from './id.js';
import { isKind, type Kind, kindNames, kinds } from './kinds.js';
import { type AnyLabel, fromLibrary, fromLibraryTags, saysSomething, toLibrary, toLibraryTags } from './label.js';
import { type Picture, readPicture } from './picture.js';
import { newTasks, type Saved, type Session, type TaskState } from './session.js';

/** What of a file's `page` is known here. */
interface Remembered {
  readonly task?: unknown;
  readonly selected?: unknown;
  readonly opacity?: unknown;
  readonly unpaintedIsBackground?: unknown;
}

/** A session as a file holds it. */
export function toFile(session: Session): SessionFile {
  const { name, pictures, selected, kind, opacity, unpaintedIsBackground } = session;
  const fresh = newTasks();
  // A file has one hash for all its adapters.
  const adapters = kindNames.map((each) => session.tasks[each].adapter);
  const weights = (session.tasks[kind].adapter ?? adapters.find(Boolean))?.weights;
  const tasks = kindNames.flatMap((each): SessionTask[] => {
    const { channels, adapter } = session.tasks[each];
    const labels = pictures.flatMap(({ id, labels: { [each]: label } }) => {
      return label && saysSomething(label) ? [{ image: id, label: kept(each, label, channels) }] : [];
    });
    const bytes = adapter?.weights === weights ? adapter?.bytes : undefined;
    const named = channels.join() !== fresh[each].channels.join();
    const touched = labels.length > 0 || bytes || each === kind || named;
    return touched ? [{ id: each, kind: each, channels, labels, adapter: bytes }] : [];
  });
  return {
    name,
    changed: new Date(),
    weights,
    images: pictures.map(({ id, name, file, width, height }) => ({ id, name, files: [file], width, height })),
    tasks,
    page: { task: kind, selected: selected?.id, opacity, unpaintedIsBackground } satisfies Remembered,
  };
}

/**
 * A session from what a file holds, under ids of its own, and what had to be left out. Pictures that it only refers to are
 * among those `given`, by their names. Rejects with a {@link SessionError} or an `ImageError`; nothing is kept then.
 */
export async function fromFile(
  file: SessionFile,
  given: readonly File[] = [],
  read: typeof readPicture = readPicture,
): Promise<{ saved: Saved; problems: string[] }> {
  const problems: string[] = [];
  const pictures = new Map<string, Picture>();
  for (const image of file.images) {
    const picture = await pictureOf(image, given, read);
    if (picture) pictures.set(image.id, picture);
    else problems.push(messages.fileProblem(image.name, messages.session.absent));
    if (image.files.length > 1) problems.push(messages.fileProblem(image.name, messages.session.pair));
  }
  const tasks: Record<Kind, TaskState> = newTasks();
  const taken = new Set<Kind>();
  for (const task of file.tasks) {
    const kind = kindOf(task);
    if (!kind || taken.has(kind)) {
      problems.push(messages.fileProblem(task.channels.join(', '), messages.session.otherTask));
      continue;
    }
    taken.add(kind);
    // Whether its weights are those that run here is found out when it is used.
    const adapter = task.adapter && { bytes: task.adapter, weights: file.weights ?? '' };
    tasks[kind] = { channels: task.channels, ...(adapter ? { adapter } : {}) };
    for (const { image, label } of task.labels) {
      const picture = pictures.get(image);
      if (picture) picture.labels[kind] = 'tags' in label ? fromLibraryTags(label, task.channels) : fromLibrary(label);
    }
  }
  const { task, selected, opacity, unpaintedIsBackground } = (file.page ?? {}) as Remembered;
  const [first] = taken;
  const begun = file.tasks.find(({ id }) => id === task)?.kind;
  const saved = {
    id: newId(),
    name: file.name,
    kind: isKind(begun) && taken.has(begun) ? begun : (first ?? 'mask'),
    tasks,
    pictures: [...pictures.values()],
    selected: typeof selected === 'string' ? pictures.get(selected) : undefined,
    opacity: typeof opacity === 'number' && opacity >= 0 && opacity <= 1 ? opacity : 0.6,
    unpaintedIsBackground: unpaintedIsBackground !== false,
  };
  return { saved, problems };
}

function kept(kind: Kind, label: AnyLabel, channels: readonly string[]): SessionLabel['label'] {
  return 'said' in label ? toLibraryTags(label, channels) : toLibrary(kind, label, channels.length);
}

async function pictureOf(
  { name, files, width, height }: SessionImage,
  given: readonly File[],
  read: typeof readPicture,
): Promise<Picture | undefined> {
  const file = files[0] ?? given.find((one) => one.name === name);
  const picture = file && (await read(newId(), name, file));
  if (picture && (picture.width !== width || picture.height !== height))
    throw inOwnWords(new SessionError('session-file', messages.session.otherSize(name)));
  return picture;
}

/** The kind as which the page can show a task. */
function kindOf({ kind, channels, overlap }: SessionTask): Kind | undefined {
  if (!isKind(kind) || overlap || (channels.length > 1 && !kinds[kind].several)) return undefined;
  return kind;
}
