import { type AdaptProgress, type AdaptReport, AnolisError, type Task } from '../../anolis/public/index.js';
import { messages } from '../messages.js';
import { sentence } from '../sentence.js';
import type { Kind } from './kinds.js';

/** Steps whose time is known before the rest is foretold. */
const FORETOLD = 3;

/** Of an adaptation whose worker is gone. */
const interrupted: ReadonlySet<string> = new Set(['adaptation-lost', 'worker-crashed', 'device-lost', 'disposed']);

/** How an adaptation stands. */
export type AdaptState = 'none' | 'running' | 'used' | 'refuted' | 'stopped' | 'failed';

/** An adaptation as a person sees it: what it does, how far it is, what came of it. Fires `change`. */
export class Adaptation extends EventTarget {
  state: AdaptState = 'none';
  /** What was or is adapted. */
  kind: Kind | undefined;
  /** Every step that was made. */
  progress: readonly AdaptProgress[] = [];
  /** Known once it ended. */
  report: AdaptReport | undefined;
  /** Why it failed. */
  problem = '';
  /** Time that is left, in seconds, once it can be foretold. */
  secondsLeft: number | undefined;
  #stop = new AbortController();

  /** Adapts a task; `resume` goes on where the last adaptation stopped, or from what it tuned. Answers whether something new is used. */
  async run(task: Task, kind: Kind, options: { readonly steps: number; readonly resume: boolean }): Promise<boolean> {
    const goesOn = options.resume && this.state === 'stopped' && this.kind === kind;
    this.#stop = new AbortController();
    Object.assign(this, { state: 'running', kind, report: undefined, secondsLeft: undefined });
    if (!goesOn) this.progress = [];
    this.#tell();
    const began = performance.now();
    const made = this.progress.length;
    const onProgress = (progress: AdaptProgress) => {
      this.progress = [...this.progress, progress];
      const fresh = this.progress.length - made;
      const seconds = (performance.now() - began) / 1000 / fresh;
      if (fresh >= FORETOLD) this.secondsLeft = seconds * (progress.steps - progress.step);
      this.#tell();
    };
    try {
      this.report = await task.adapt({ ...options, onProgress, signal: this.#stop.signal });
      this.state = this.report.used ? 'used' : 'refuted';
    } catch (reason) {
      const code = reason instanceof AnolisError ? reason.code : undefined;
      this.state = code === 'aborted' ? 'stopped' : 'failed';
      this.problem = code && interrupted.has(code) ? messages.adapt.lost : sentence(reason);
    }
    this.#tell();
    return this.state === 'used';
  }

  /** Stops after the step that is being made. */
  stop(): void {
    this.#stop.abort();
  }

  /** Forgets what came of the last one. */
  clear(): void {
    this.stop();
    Object.assign(this, { state: 'none', progress: [], report: undefined });
    this.#tell();
  }

  #tell(): void {
    this.dispatchEvent(new Event('change'));
  }
}
