import { type Live, type LiveFrame, type LiveStyle, TagTask, type Task } from '../../anolis/public/index.js';
import type { Learner } from './learner.js';
import type { Session } from './session.js';

/** What is told while a video is followed. */
export interface FollowingEvents {
  readonly onFrame: (frame: LiveFrame) => void;
  readonly onProblem: (reason: Error) => void;
}

/** Keeps the overlay of a video in step with the session and with whoever predicts it. */
export class Following {
  #learner: Learner | undefined;
  #task: Task | TagTask | undefined;
  #live: Live | undefined;
  #style = '';
  #quick = true;
  #stopped = false;

  constructor(
    private readonly session: Session,
    private readonly video: HTMLVideoElement,
    private readonly canvas: HTMLCanvasElement,
    private readonly events: FollowingEvents,
  ) {
    session.addEventListener('change', this.#restyle);
    session.addEventListener('overlay', this.#refresh);
  }

  /** Who predicts; nobody while the network is loaded. */
  set learner(learner: Learner | undefined) {
    if (learner === this.#learner) return;
    this.#learner?.removeEventListener('task', this.#start);
    this.#learner = learner;
    learner?.addEventListener('task', this.#start);
    void this.#start();
  }

  /** Whether the read-out is enough. */
  set quick(quick: boolean) {
    this.#quick = quick;
    this.#restyle();
  }

  stop(): void {
    this.#stopped = true;
    this.session.removeEventListener('change', this.#restyle);
    this.session.removeEventListener('overlay', this.#refresh);
    this.learner = undefined;
  }

  #start = async (): Promise<void> => {
    const task = this.#stopped ? undefined : this.#learner?.predictor;
    if (task === this.#task) return;
    this.#task = task;
    this.#live?.stop();
    this.#live = undefined;
    if (!task) return;
    try {
      const style = this.#styleOf(task);
      this.#style = JSON.stringify(style);
      const live = await task.live(this.video, this.canvas, { ...style, onFrame: this.events.onFrame });
      // Meanwhile it may be another's turn.
      if (task !== this.#task) return live.stop();
      this.#live = live;
      this.#restyle();
      await live.finished;
    } catch (reason) {
      if (task === this.#task) this.events.onProblem(reason as Error);
    }
  };

  #restyle = (): void => {
    if (!this.#live || !this.#task || kindOf(this.#task) !== this.session.kind) return;
    const style = this.#styleOf(this.#task);
    const key = JSON.stringify(style);
    if (key === this.#style) return;
    this.#style = key;
    this.#live.set(style);
  };

  // A frame that stands still is predicted anew when the examples have changed.
  #refresh = (): void => {
    if (this.video.paused) this.#live?.redraw();
  };

  #styleOf(task: Task | TagTask): LiveStyle {
    const { view, opacity, kind, activeChannel } = this.session;
    if (kind !== kindOf(task) || kind === 'tags') return { opacity, quick: this.#quick };
    const channel = Math.min(task.channels.length, Math.max(1, activeChannel)) - 1;
    return { view, channel, opacity, quick: this.#quick };
  }
}

function kindOf(task: Task | TagTask) {
  return task instanceof TagTask ? 'tags' : task.options.kind;
}
