import {
  AbortError,
  type Anolis,
  AnolisError,
  type AnolisImage,
  type Prediction,
  type Task,
  type TiledPrediction,
  type TilesOptions,
  WorkerError,
} from '../../anolis/public/index.js';
import type { Kind } from './kinds.js';
import { toLibrary } from './label.js';
import { originalSize, type Picture } from './picture.js';
import type { Session, SessionEvent } from './session.js';

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
  #task: Task | undefined;
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
    return this.#examples.size > 0 ? this.#task : undefined;
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

  async #currentTask(): Promise<Task> {
    const { kind, channels } = this.session;
    if (this.#task?.channels.length === channels.length && this.#task.options.kind === kind) return this.#task;
    const old = this.#task;
    // Names are the page's affair: renaming a channel changes nothing for the network.
    this.#task = await this.anolis.task({ kind, channels: channels.map((_, place) => `channel-${place + 1}`) });
    this.#examples.clear();
    for (const picture of this.#known) if (this.session.isLabelled(picture)) this.#staleLabels.add(picture);
    await old?.dispose();
    return this.#task;
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
      for (const notice of image.notices) this.#notify(picture, notice.message);
    } catch (reason) {
      if (reason instanceof WorkerError) throw reason;
      picture.state = 'unusable';
      this.#report(reason);
    }
    this.session.touch();
    return true;
  }

  async #sendLabel(task: Task, picture: Picture): Promise<boolean> {
    const image = this.#open.get(picture);
    // Cleared before sending: a stroke that goes on meanwhile marks it again.
    this.#staleLabels.delete(picture);
    const label = this.session.labelOf(picture);
    const example = this.#examples.get(picture);
    // The session may be at another task meanwhile, which begins anew.
    if (!image || task.options.kind !== this.session.kind) return true;
    if (label && this.session.isLabelled(picture)) {
      const { kind, channels } = task.options;
      const given = toLibrary(kind as Kind, label, channels.length);
      if (example === undefined) this.#examples.set(picture, await task.add(image, given));
      else await task.update(example, given);
    } else if (example !== undefined) {
      this.#examples.delete(picture);
      await task.remove(example);
    }
    this.#expire();
    return true;
  }

  async #predict(task: Task, picture: Picture, quick: boolean): Promise<boolean> {
    const image = this.#open.get(picture) as AnolisImage;
    (quick ? this.#staleQuick : this.#staleFull).delete(picture);
    const scale = Math.min(
      1,
      (picture === this.session.selected ? LARGE : SMALL) / Math.max(image.width, image.height),
    );
    const width = Math.max(1, Math.round(image.width * scale));
    const height = Math.max(1, Math.round(image.height * scale));
    try {
      const prediction = await task.predict(image, { quick, width, height, signal: this.#pass.signal });
      if (task === this.#task && task.options.kind === this.session.kind)
        this.session.showPrediction(picture, prediction, quick ? 'quick' : 'full');
    } catch (reason) {
      if (reason instanceof AbortError && this.#open.has(picture))
        (quick ? this.#staleQuick : this.#staleFull).add(picture);
      throw reason;
    }
    return true;
  }

  /** What the whole network says about a picture, pixel by pixel; nothing without examples. */
  async predict(picture: Picture): Promise<Prediction | undefined> {
    const image = this.#open.get(picture);
    if (!image || !this.#task || this.#examples.size === 0) return undefined;
    return this.#task.predict(image);
  }

  /** The same in tiles of the picture's file, which see things as large as the examples' files show them. */
  async predictTiles(picture: Picture, options: TilesOptions): Promise<TiledPrediction | undefined> {
    const task = this.#task;
    if (!task || this.#examples.size === 0) return undefined;
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
    this.dispatchEvent(new LearnerEvent('problem', reason instanceof Error ? reason.message : String(reason)));
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

function first<T>(values: Iterable<T>, fits: (value: T) => boolean = () => true): T | undefined {
  for (const value of values) if (fits(value)) return value;
  return undefined;
}
