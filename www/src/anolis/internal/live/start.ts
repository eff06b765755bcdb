import { transfer } from 'comlink';
import { AnolisError, errorOf } from '../../public/errors.js';
import type { Live, LiveFrame, LiveOptions, LiveSource, LiveStats, LiveStyle } from '../../public/live.js';
import type { TagOptions, TaskOptions } from '../../public/options.js';
import type { TagAnswer } from '../../public/tags.js';
import type { Client } from '../client.js';
import { Counter } from '../counter.js';
import type { Frame, TagFound } from '../engine.js';
import { foundIn } from '../found.js';
import { lookOf } from '../overlay/look.js';
import { scaleFor } from '../overlay/palette.js';
import type { LiveReply } from '../protocol.js';
import { Meter } from './meter.js';
import { Screen } from './screen.js';
import { Source } from './source.js';

/** A worker that dies so often in a row dies of the frames. */
const MOST_FAILURES = 3;
const numbers = new Counter();

/** The task that follows. */
export interface Follower {
  readonly id: number;
  readonly of: Required<TaskOptions> | TagOptions;
  /** Whether there is no example now. */
  readonly isBlank: () => boolean;
  readonly tagsOf?: (found: readonly TagFound[]) => TagAnswer[];
}

/** Follows a source; see `Task.live`. */
export async function startLive(
  client: Client,
  follower: Follower,
  source: LiveSource,
  canvas: HTMLCanvasElement | OffscreenCanvas,
  options: LiveOptions,
): Promise<Live> {
  if (options.signal?.aborted) throw errorOf('aborted');
  const run = new Run(client, follower, new Screen(canvas), options);
  await run.open(source);
  return run;
}

class Run implements Live {
  readonly finished: Promise<void>;
  readonly #number = numbers.next();
  readonly #meter = new Meter();
  readonly #stop = new AbortController();
  #style: LiveStyle;
  #source: Source | undefined;
  #paused = false;
  /** Whether there is a frame that was not drawn yet. */
  #fresh = false;
  /** Whether the one that is shown is to be drawn, be it for the second time. */
  #asked = false;
  #sent = false;
  #wake: () => void = () => {};
  #failures = 0;
  #finish: () => void = () => {};
  #fail: (reason: Error) => void = () => {};

  constructor(
    private readonly client: Client,
    private readonly follower: Follower,
    private readonly screen: Screen,
    private readonly options: LiveOptions,
  ) {
    this.#style = options;
    // What cannot be drawn is refused at the start.
    lookOf(follower.of, options);
    this.finished = new Promise((resolve, reject) => {
      [this.#finish, this.#fail] = [resolve, reject];
    });
  }

  async open(source: LiveSource): Promise<void> {
    this.#source = await Source.open(source, { onFrame: this.#onFrame, onEnd: this.#end });
    if (this.options.signal?.aborted) {
      this.#source.close();
      throw errorOf('aborted');
    }
    this.options.signal?.addEventListener('abort', () => this.stop(), { signal: this.#stop.signal });
    void this.#run(this.#source);
  }

  get stats(): LiveStats {
    return this.#meter.stats;
  }

  get paused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#paused = true;
    this.#meter.rest();
  }

  resume(): void {
    this.#paused = false;
    this.redraw();
  }

  set(style: LiveStyle): void {
    const all = { ...this.#style, ...style };
    lookOf(this.follower.of, all);
    this.#style = all;
    this.redraw();
  }

  redraw(): void {
    this.#asked = true;
    this.#wake();
  }

  stop(): void {
    this.#end();
  }

  // The newest frame wins: one that nobody had time for is passed over.
  #onFrame = (): void => {
    if (this.#fresh && !this.#paused) this.#meter.skip();
    this.#fresh = true;
    if (!this.#paused) this.#wake();
  };

  #end = (reason?: Error): void => {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#source?.close();
    this.#wake();
    // A dead worker is not started again for it, and has nothing to free.
    if (this.#sent && this.#failures === 0) this.client.call('liveStop', { live: this.#number }).catch(() => {});
    reason ? this.#fail(reason) : this.#finish();
  };

  async #run(source: Source): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#wanted();
      if (signal.aborted) return;
      try {
        await this.#draw(source);
        this.#failures = 0;
      } catch (reason) {
        if (signal.aborted) return;
        // Whoever took the task away has ended it.
        if (codeOf(reason) === 'disposed') return this.#end();
        this.#failures += 1;
        if (!isPassing(reason) || this.#failures >= MOST_FAILURES) return this.#end(reason as Error);
        // The next call starts the worker again; whatever frame is shown then will do.
        this.#asked = true;
      }
    }
  }

  #wanted(): Promise<void> {
    if (this.#asked || (this.#fresh && !this.#paused)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #draw(source: Source): Promise<void> {
    [this.#asked, this.#fresh] = [false, false];
    const taken = performance.now();
    const frame = await source.take();
    if (!frame) return;
    const reply = await this.#ask(frame);
    this.screen.show(reply.bitmap);
    this.#meter.drawn(taken, performance.now());
    this.options.onFrame?.(this.#report(reply));
  }

  async #ask(frame: Frame): Promise<LiveReply> {
    const { id: task, of, isBlank } = this.follower;
    const { quick = true, opacity = 0.6, picture = true } = this.#style;
    try {
      const look = lookOf(of, this.#style);
      const drawn = { ...look, scale: scaleFor(look.view), opacity, picture };
      const request = { live: this.#number, task, frame, of, blank: isBlank(), quick, look: drawn };
      this.#sent = true;
      return await this.client.call('liveFrame', transfer(request, [frame]), this.#stop.signal);
    } finally {
      // One that was not sent is still here.
      frame.close();
    }
  }

  #report({ width, height, milliseconds, predicted, points, counts, tags }: LiveReply): LiveFrame {
    return {
      ...this.stats,
      width,
      height,
      milliseconds,
      predicted,
      ...(points && { points: foundIn(points) }),
      ...(counts && { counts: [...counts] }),
      ...(tags && this.follower.tagsOf && { tags: this.follower.tagsOf(tags) }),
    };
  }
}

// What costs one frame and is mended by the next call.
function isPassing(reason: unknown): boolean {
  return ['worker-crashed', 'device-lost'].includes(codeOf(reason) ?? '');
}

function codeOf(reason: unknown): string | undefined {
  return reason instanceof AnolisError ? reason.code : undefined;
}
