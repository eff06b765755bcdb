import {
  AbortError,
  type Anolis,
  AnolisError,
  type AnolisImage,
  type Prediction,
  type SearchOptions,
  type SearchResult,
  TagTask,
  type Task,
  type TiledPrediction,
  type TilesOptions,
  WorkerError,
} from '../../anolis/public/index.js';
import { messages } from '../messages.js';
import { sentence } from '../sentence.js';
import type { Adaptation } from './adaptation.js';
import type { Kind } from './kinds.js';
import { type AnyLabel, type Label, libraryNames, type TagsLabel, toLibrary, toLibraryTags } from './label.js';
import { originalSize, type Picture } from './picture.js';
import type { Adapter, Session, SessionEvent } from './session.js';

/** Longest side of predictions: in the grid while painting, and of the picture in the editor. */
const SMALL = 192;
const LARGE = 384;
/** A worker that keeps dying is not worth restarting. */
const MOST_CRASHES = 3;

/** Keeps predictions in step with what is painted: the read-out at once, the full network when the hand rests. */
export class Learner extends EventTarget {
  /** Pictures on screen; predicted before the others. */
  readonly visible = new Set<Picture>();
  readonly #open = new Map<Picture, AnolisImage>();
  readonly #examples = new Map<Picture, number>();
  readonly #staleLabels = new Set<Picture>();
  readonly #staleQuick = new Set<Picture>();
  readonly #staleFull = new Set<Picture>();
  #task: Task | TagTask | undefined;
  /** What the task was given. */
  #adapter: Adapter | undefined;
  /** An adaptation that is to begin once all labels are sent, and the task of the one that runs. */
  #wanted: (() => void) | undefined;
  #adapting: Task | undefined;
  #known: readonly Picture[] = [];
  #pass = new AbortController();
  #resume: () => void = () => {};
  #woken = false;
  #busy = true;
  #stopped = false;
  #crashes = 0;

  constructor(
    private readonly session: Session,
    private readonly anolis: Anolis,
  ) {
    super();
    session.addEventListener('change', this.#onChange);
    session.addEventListener('paint', this.#onPaint);
    session.addEventListener('stroke', this.#onStroke);
    this.#onChange();
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.session.removeEventListener('change', this.#onChange);
    this.session.removeEventListener('paint', this.#onPaint);
    this.session.removeEventListener('stroke', this.#onStroke);
    this.#pass.abort();
    this.#wake();
    this.dispatchEvent(new Event('stop'));
  }

  /** Stops, and frees what it holds of the network, for others who use it too. */
  async dispose(): Promise<void> {
    this.stop();
    const images = [...this.#open.values()];
    this.#open.clear();
    await this.#task?.dispose();
    await Promise.all(images.map((image) => image.dispose()));
  }

  /** The task with every example that was sent; nothing without examples. */
  get task(): Task | undefined {
    return this.#examples.size > 0 && !(this.#task instanceof TagTask) ? this.#task : undefined;
  }

  /** What predicts, with examples or without; another one after each `task` event. */
  get predictor(): Task | TagTask | undefined {
    return this.#task;
  }

  #onChange = (): void => {
    const { pictures } = this.session;
    for (const gone of this.#known.filter((picture) => !pictures.includes(picture))) this.#forget(gone);
    this.#known = pictures;
    this.#wake();
  };

  #onPaint = (event: Event): void => {
    const { picture } = event as SessionEvent;
    for (const each of picture ? [picture] : this.#known) this.#staleLabels.add(each);
    this.#wake();
  };

  #onStroke = (): void => {
    // What is being computed is out of date; the read-out goes first.
    if (this.session.painting) this.#pass.abort();
    this.#wake();
  };

  #forget(picture: Picture): void {
    const wasExample = this.#examples.delete(picture);
    for (const set of [this.#staleLabels, this.#staleQuick, this.#staleFull, this.visible]) set.delete(picture);
    void this.#open.get(picture)?.dispose().catch(this.#report);
    this.#open.delete(picture);
    // It may come back.
    if (picture.state === 'ready') picture.state = 'waiting';
    if (wasExample) this.#expire();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#pass = new AbortController();
      this.#woken = false;
      try {
        if (!(await this.#once())) await this.#sleep();
      } catch (reason) {
        if (!(reason instanceof AbortError)) this.#report(reason);
        if (reason instanceof WorkerError) {
          this.#crashes += 1;
          if (this.#crashes >= MOST_CRASHES) this.stop();
        }
      }
    }
  }

  // One thing at a time, the most urgent first, so that a new stroke never waits for more than one call.
  async #once(): Promise<boolean> {
    const task = await this.#currentTask();
    const label = first(this.#staleLabels, (picture) => this.#open.has(picture));
    if (label) return this.#sendLabel(task, label);
    if (
      !(task instanceof TagTask) &&
      !this.#adapting &&
      this.#adapter !== this.session.tasks[task.options.kind].adapter
    )
      return this.#sendAdapter(task);
    this.#wanted?.();
    const quick = this.#examples.size > 0 && this.#nextStale(this.#staleQuick, this.session.painting);
    if (quick) return this.#predict(task, quick, true);
    const unopened = this.#known.find((picture) => picture.state === 'waiting');
    if (unopened) return this.#openPicture(unopened);
    const full = this.#examples.size > 0 && !this.session.painting && this.#nextStale(this.#staleFull, false);
    if (full) return this.#predict(task, full, false);
    if (this.#busy) this.dispatchEvent(new Event('idle'));
    this.#busy = false;
    return false;
  }

  async #currentTask(): Promise<Task | TagTask> {
    const { kind, channels } = this.session;
    if (this.#task?.channels.length === channels.length && kindOf(this.#task) === kind) return this.#task;
    const old = this.#task;
    const names = libraryNames(channels.length);
    this.#task = await (kind === 'tags'
      ? this.anolis.task({ kind, channels: names })
      : this.anolis.task({ kind, channels: names }));
    this.#examples.clear();
    this.#adapter = undefined;
    for (const picture of this.#known) if (this.session.isLabelled(picture)) this.#staleLabels.add(picture);
    // What is being adapted is of use when the person comes back to it.
    if (old !== this.#adapting) await old?.dispose();
    this.dispatchEvent(new Event('task'));
    return this.#task;
  }

  async #sendAdapter(task: Task): Promise<boolean> {
    const { kind } = task.options;
    const { adapter } = this.session.tasks[kind];
    const before = this.#adapter;
    this.#adapter = adapter;
    if (adapter && adapter.weights !== this.anolis.weightsHash) {
      this.dispatchEvent(new LearnerEvent('notice', messages.adapt.otherWeights));
      return true;
    }
    await again(task.setAdapter(adapter?.bytes), () => {
      this.#adapter = before;
    });
    this.#expire();
    return true;
  }

  /** Tunes the task that is worked on, on its examples as they are; `adaptation` shows how it goes. */
  adapt(adaptation: Adaptation, options: { readonly steps: number; readonly resume: boolean }): void {
    if (this.#adapting || this.#stopped) return;
    this.#wanted = () => {
      this.#wanted = undefined;
      if (this.#task && !(this.#task instanceof TagTask) && this.#examples.size > 0)
        void this.#adapt(this.#task, adaptation, options);
    };
    this.#wake();
  }

  // Beside everything else: the worker answers other calls between the steps.
  async #adapt(task: Task, adaptation: Adaptation, options: { readonly steps: number; readonly resume: boolean }) {
    const { kind } = task.options;
    const { id } = this.session;
    this.#adapting = task;
    try {
      const bytes = (await adaptation.run(task, kind, options)) ? await task.adapter() : undefined;
      if (!bytes || this.session.id !== id) return;
      const adapter = { bytes, weights: this.anolis.weightsHash };
      if (task === this.#task) {
        this.#adapter = adapter;
        this.#expire();
      }
      this.session.setAdapter(kind, adapter);
    } catch (reason) {
      this.#report(reason);
    } finally {
      this.#adapting = undefined;
      if (task !== this.#task) await task.dispose().catch(this.#report);
      this.#wake();
    }
  }

  async #openPicture(picture: Picture): Promise<boolean> {
    try {
      const image = await this.anolis.image(picture.file);
      if (!this.#known.includes(picture)) {
        await image.dispose();
        return true;
      }
      this.#open.set(picture, image);
      picture.state = 'ready';
      this.#staleQuick.add(picture);
      this.#staleFull.add(picture);
      if (this.session.isLabelled(picture)) this.#staleLabels.add(picture);
      for (const notice of image.notices) this.#notify(picture, sentence(notice));
    } catch (reason) {
      if (reason instanceof WorkerError) throw reason;
      picture.state = 'unusable';
      this.#report(reason);
    }
    this.session.touch();
    return true;
  }

  async #sendLabel(task: Task | TagTask, picture: Picture): Promise<boolean> {
    const image = this.#open.get(picture);
    // Cleared before sending: a stroke that goes on meanwhile marks it again.
    this.#staleLabels.delete(picture);
    const label = this.session.labelOf(picture);
    const example = this.#examples.get(picture);
    // The session may be at another task meanwhile, which begins anew.
    if (!image || kindOf(task) !== this.session.kind) return true;
    const stale = () => this.#staleLabels.add(picture);
    if (label && this.session.isLabelled(picture)) {
      this.#examples.set(picture, await again(give(task, image, label, example), stale));
    } else if (example !== undefined) {
      await again(task.remove(example), stale);
      this.#examples.delete(picture);
    }
    this.#expire();
    return true;
  }

  async #predict(task: Task | TagTask, picture: Picture, quick: boolean): Promise<boolean> {
    if (task instanceof TagTask) return this.#predictTags(task, picture);
    const image = this.#open.get(picture) as AnolisImage;
    const stale = quick ? this.#staleQuick : this.#staleFull;
    stale.delete(picture);
    const scale = Math.min(
      1,
      (picture === this.session.selected ? LARGE : SMALL) / Math.max(image.width, image.height),
    );
    const width = Math.max(1, Math.round(image.width * scale));
    const height = Math.max(1, Math.round(image.height * scale));
    const { signal } = this.#pass;
    const prediction = await again(task.predict(image, { quick, width, height, signal }), () => {
      if (this.#open.has(picture)) stale.add(picture);
    });
    if (task === this.#task && task.options.kind === this.session.kind)
      this.session.showPrediction(picture, prediction, quick ? 'quick' : 'full');
    return true;
  }

  /** What the whole network says about a picture, pixel by pixel; nothing without examples. */
  async predict(picture: Picture): Promise<Prediction | undefined> {
    const image = this.#open.get(picture);
    if (!image || !this.#task || this.#task instanceof TagTask || this.#examples.size === 0) return undefined;
    return this.#task.predict(image);
  }

  // Quick ones are all there are.
  async #predictTags(task: TagTask, picture: Picture): Promise<boolean> {
    for (const stale of [this.#staleQuick, this.#staleFull]) stale.delete(picture);
    const answers = await again(task.predict(this.#open.get(picture) as AnolisImage), () => {
      if (this.#open.has(picture)) this.#staleQuick.add(picture);
    });
    if (task !== this.#task || this.session.kind !== 'tags') return true;
    const examples = new Map([...this.#examples].map(([of, example]) => [example, of]));
    const tags = answers.map(({ probability, present, because }) => ({
      probability,
      present,
      because: because.flatMap(({ example, weight }) => {
        const of = examples.get(example);
        return of ? [{ picture: of, weight }] : [];
      }),
    }));
    this.session.showTags(picture, tags);
    return true;
  }

  /** Pictures that have what an operation on the tags of two pictures makes, the most alike first. */
  async search(op: SearchOptions['op'], a: Picture, b: Picture): Promise<{ picture: Picture; result: SearchResult }[]> {
    const [first, second] = [this.#open.get(a), this.#open.get(b)];
    if (!first || !second) return [];
    const found = await this.anolis.search({ op, a: first, b: second, among: [...this.#open.values()] });
    const pictures = new Map([...this.#open].map(([picture, image]) => [image, picture]));
    return found.map((result) => ({ picture: pictures.get(result.image) as Picture, result }));
  }

  /** The picture whose label would say most: like many others, and unlike those that are labelled. */
  async suggest(): Promise<Picture | undefined> {
    const { session } = this;
    const free = [...this.#open].filter(([picture]) => !session.isLabelled(picture));
    if (!this.#task || free.length === 0) return undefined;
    if (this.#task instanceof TagTask) return session.leastSure(free.map(([picture]) => picture));
    const [image] = await this.#task.suggest(free.map(([, open]) => open));
    return free.find(([, open]) => open === image)?.[0];
  }

  /** The same in tiles of the picture's file, which see things as large as the examples' files show them. */
  async predictTiles(picture: Picture, options: TilesOptions): Promise<TiledPrediction | undefined> {
    const task = this.#task;
    if (!task || task instanceof TagTask || this.#examples.size === 0) return undefined;
    const sizes = await Promise.all([...this.#examples.keys()].map(originalSize));
    const tile = Math.round(sizes.reduce((sum, size) => sum + Math.max(size.width, size.height), 0) / sizes.length);
    return task.predictTiles(picture.file, { ...options, tile: Math.max(64, tile) });
  }

  // Every prediction is out of date; with no example left there is nothing to show.
  #expire(): void {
    for (const picture of this.#open.keys()) {
      if (this.#examples.size > 0) {
        this.#staleQuick.add(picture);
        this.#staleFull.add(picture);
      } else {
        this.session.showPrediction(picture, undefined, 'none');
        picture.tags = undefined;
      }
    }
  }

  // Sets keep the order of insertion, so pictures take turns when strokes come faster than predictions.
  #nextStale(stale: Set<Picture>, onlyVisible: boolean): Picture | undefined {
    const { selected } = this.session;
    if (selected && stale.has(selected)) return selected;
    return first(stale, (picture) => this.visible.has(picture)) ?? (onlyVisible ? undefined : first(stale));
  }

  #wake = (): void => {
    if (!this.#busy) this.dispatchEvent(new Event('busy'));
    this.#busy = true;
    this.#woken = true;
    this.#resume();
  };

  // Waking just before falling asleep must not be missed.
  #sleep(): Promise<void> {
    if (this.#woken) return Promise.resolve();
    return new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  #report = (reason: unknown): void => {
    if (reason instanceof AnolisError && reason.code === 'disposed') return;
    this.dispatchEvent(new LearnerEvent('problem', sentence(reason)));
  };

  #notify(picture: Picture, message: string): void {
    this.dispatchEvent(new LearnerEvent('notice', `${picture.name}: ${message}`));
  }
}

/** Something to tell the user. */
export class LearnerEvent extends Event {
  constructor(
    type: 'problem' | 'notice',
    readonly message: string,
  ) {
    super(type);
  }
}

function kindOf(task: Task | TagTask): Kind {
  return task instanceof TagTask ? 'tags' : task.options.kind;
}

/** Has a call made once more that was stopped, or whose worker died. */
async function again<T>(call: Promise<T>, mark: () => void): Promise<T> {
  try {
    return await call;
  } catch (reason) {
    if (reason instanceof AbortError || reason instanceof WorkerError) mark();
    throw reason;
  }
}

// Adds or replaces an example and answers its id.
async function give(
  task: Task | TagTask,
  image: AnolisImage,
  label: AnyLabel,
  example: number | undefined,
): Promise<number> {
  const count = task.channels.length;
  if (task instanceof TagTask) {
    const said = toLibraryTags(label as TagsLabel, task.channels);
    if (example === undefined) return task.add(image, said);
    await task.update(example, said);
    return example;
  }
  const given = toLibrary(task.options.kind, label as Label, count);
  if (example === undefined) return task.add(image, given);
  await task.update(example, given);
  return example;
}

function first<T>(values: Iterable<T>, fits: (value: T) => boolean = () => true): T | undefined {
  for (const value of values) if (fits(value)) return value;
  return undefined;
}
