import {
  AbortError,
  type Anolis,
  AnolisError,
  type AnolisImage,
  type Task,
  WorkerError,
} from '../../anolis/public/index.js';
import { drawPrediction } from './overlay.js';
import type { Picture } from './picture.js';
import { toLabel } from './raster.js';
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
  #unpaintedIsBackground: boolean;
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
    this.#unpaintedIsBackground = session.unpaintedIsBackground;
    session.addEventListener('change', this.#onChange);
    session.addEventListener('paint', this.#onPaint);
    session.addEventListener('stroke', this.#onStroke);
    this.#onChange();
    for (const picture of session.pictures) if (picture.painted) this.#staleLabels.add(picture);
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.session.removeEventListener('change', this.#onChange);
    this.session.removeEventListener('paint', this.#onPaint);
    this.session.removeEventListener('stroke', this.#onStroke);
    this.#pass.abort();
    this.#wake();
  }

  #onChange = (): void => {
    const { pictures, unpaintedIsBackground } = this.session;
    for (const gone of this.#known.filter((picture) => !pictures.includes(picture))) this.#forget(gone);
    this.#known = pictures;
    if (unpaintedIsBackground !== this.#unpaintedIsBackground) {
      this.#unpaintedIsBackground = unpaintedIsBackground;
      this.#relabel(pictures.filter(({ painted }) => painted));
    }
    this.#wake();
  };

  #onPaint = (event: Event): void => {
    const { picture } = event as SessionEvent;
    if (picture) this.#relabel([picture]);
  };

  #onStroke = (): void => {
    // What is being computed is out of date; the read-out goes first.
    if (this.session.painting) this.#pass.abort();
    this.#wake();
  };

  #relabel(pictures: readonly Picture[]): void {
    for (const picture of pictures) this.#staleLabels.add(picture);
    this.#wake();
  }

  #forget(picture: Picture): void {
    const wasExample = this.#examples.delete(picture);
    for (const set of [this.#staleLabels, this.#staleQuick, this.#staleFull, this.visible]) set.delete(picture);
    void this.#open.get(picture)?.dispose().catch(this.#report);
    this.#open.delete(picture);
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
    const { classes } = this.session;
    if (this.#task?.channels.length === classes.length) return this.#task;
    const old = this.#task;
    // Names are the page's affair: renaming a class changes nothing for the network.
    this.#task = await this.anolis.task({ kind: 'mask', channels: classes.map((_, place) => `class-${place + 1}`) });
    for (const picture of this.#examples.keys()) this.#staleLabels.add(picture);
    this.#examples.clear();
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
    if (!image || !picture.raster) return true;
    const example = this.#examples.get(picture);
    if (picture.painted) {
      const label = toLabel(picture.raster, this.#unpaintedIsBackground);
      if (example === undefined) this.#examples.set(picture, await task.add(image, label));
      else await task.update(example, label);
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
      const { canvas, covered } = drawPrediction(prediction);
      const { milliseconds } = prediction;
      this.session.show(picture, { overlay: canvas, covered, predicted: quick ? 'quick' : 'full', milliseconds });
    } catch (reason) {
      if (reason instanceof AbortError && this.#open.has(picture))
        (quick ? this.#staleQuick : this.#staleFull).add(picture);
      throw reason;
    }
    return true;
  }

  // Every prediction is out of date; with no example left there is nothing to show.
  #expire(): void {
    for (const picture of this.#open.keys()) {
      if (this.#examples.size > 0) {
        this.#staleQuick.add(picture);
        this.#staleFull.add(picture);
      } else {
        this.session.show(picture, { overlay: undefined, covered: 0, predicted: 'none', milliseconds: undefined });
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
