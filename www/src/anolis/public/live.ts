import type { OverlayOptions } from './overlay.js';
import type { Found } from './prediction.js';
import type { TagAnswer } from './tags.js';

/** What can be followed live: a video that plays or is paused, or a camera. */
export type LiveSource = HTMLVideoElement | MediaStream | MediaStreamTrack;

/** How live frames are drawn; see `Live.set`. */
export interface LiveStyle extends OverlayOptions {
  /** Opacity of the overlay from 0 to 1; 0.6 by default. */
  readonly opacity?: number;
  /**
   * Whether the canvas shows each frame under its overlay, as it does by default, so that both belong together; otherwise the
   * overlay alone, to lay over the video itself, which is then ahead of it by {@link LiveStats.latency}.
   */
  readonly picture?: boolean;
  /**
   * Only the read-out, as by default; without it the full network, which sees adaptations and takes far longer on a CPU.
   */
  readonly quick?: boolean;
}

/** Options of `Task.live` and `TagTask.live`. */
export interface LiveOptions extends LiveStyle {
  /** Called after every frame that was drawn. */
  readonly onFrame?: (frame: LiveFrame) => void;
  /** Stops it. */
  readonly signal?: AbortSignal;
}

/** How live frames come along. */
export interface LiveStats {
  /** Frames that were drawn. */
  readonly frames: number;
  /** Frames of the source that were passed over, because a newer one was there when the network was free. */
  readonly skipped: number;
  /** Drawn in a second, over the last ones; 0 before the second frame. */
  readonly framesPerSecond: number;
  /** From taking the last frame to showing it, in milliseconds. */
  readonly latency: number;
}

/** A frame that was drawn. */
export interface LiveFrame extends LiveStats {
  /** Size of the frame in pixels. */
  readonly width: number;
  readonly height: number;
  /** Spent on the frame by the worker. */
  readonly milliseconds: number;
  /** Whether anything was predicted; not as long as the task has no example. */
  readonly predicted: boolean;
  /**
   * Keypoints, or the objects of a density, in pixels of the frame; absent for other kinds, and where a GPU draws frames that
   * are never read back.
   */
  readonly points?: readonly Found[];
  /** How many objects of each channel of a density there are; absent likewise. */
  readonly counts?: readonly number[];
  /** What is known of each tag; absent unless the task is about tags. */
  readonly tags?: readonly TagAnswer[];
}

/** A task that follows a video or a camera. */
export interface Live {
  /** How it goes. */
  readonly stats: LiveStats;
  /** Whether frames are let go by. */
  readonly paused: boolean;
  /**
   * Resolves when it was stopped or aborted, the camera ended, or the task was disposed; rejects with an `AnolisError` when it
   * cannot go on: a {@link LiveError} for a video that breaks, or a {@link WorkerError} when the worker died three times in a
   * row. A worker that dies once is started again and costs one frame.
   */
  readonly finished: Promise<void>;
  /** Lets frames go by; the canvas keeps the last one. The source itself plays on. */
  pause(): void;
  /** Goes on with the newest frame. */
  resume(): void;
  /** Draws otherwise from now on. Throws a `RangeError` for what the task has not. */
  set(style: LiveStyle): void;
  /** Draws the source's frame once more, with the examples as they are now; of use while the source is paused. */
  redraw(): void;
  /** Ends it; a camera goes on until its owner stops it. The canvas keeps the last frame. */
  stop(): void;
}
