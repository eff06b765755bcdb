import type {
  AdaptOptions,
  AdaptProgress,
  AdaptReport,
  Backend,
  Notice,
  Phase,
  Pixels,
  Quality,
  TagOptions,
  TaskOptions,
  Timings,
  Weights,
} from '../public/options.js';
import type { Assets } from './assets.js';
import type { Answer, Begun, Frame, LiveLook, SearchFound, TagFound } from './engine.js';
import type { Reply } from './failure.js';
import type { PostableLabel } from './labels.js';

/** What the worker needs to start a backend. */
export interface BootRequest {
  readonly backend: Backend;
  readonly assets: Assets;
  /** Software GPUs are slower than the CPU: taken only when WebGPU was asked for by name. */
  readonly softwareGpu: boolean;
  readonly quality: Quality;
  readonly weights: Weights;
  /** In bytes; the engine's own choice if undefined. */
  readonly memory: number | undefined;
  /** Most threads of the CPU; the worker's own choice if undefined. */
  readonly threads: number | undefined;
  /** Name of the channel on which threads say that they died; without it there are none. */
  readonly crashes: string | undefined;
}

/** What a started backend is. */
export interface BootReport {
  readonly weightsHash: string;
  readonly cosine: number;
  /** Threads that compute; 1 on the GPU. */
  readonly threads: number;
  readonly timings: Timings;
}

/** A picture in a form that can be posted. */
export type PostableSource = Blob | ImageBitmap | Pixels;

/** Ids are the client's: they stay the same when the worker is started again. */
export interface Operations {
  addImage: [
    { image: number; sources: readonly PostableSource[] },
    { width: number; height: number; notices: Notice[] },
  ];
  removeImage: [{ image: number }, undefined];
  addTask: [{ task: number; kind: string; channels: string[]; overlap: boolean; images: number }, undefined];
  removeTask: [{ task: number }, undefined];
  setLabel: [{ task: number; image: number; label: PostableLabel }, undefined];
  suggest: [{ task: number; images: number[]; count: number }, number[]];
  adaptBegin: [
    { task: number } & Required<Pick<AdaptOptions, 'level' | 'steps' | 'seconds' | 'seed' | 'resume'>>,
    Begun,
  ];
  adaptStep: [{ task: number }, Omit<AdaptProgress, 'steps'> | undefined];
  adaptFinish: [{ task: number }, { report: Omit<AdaptReport, 'level'>; adapter: Uint8Array | undefined }];
  adaptCancel: [{ task: number }, undefined];
  adapter: [{ task: number }, Uint8Array | undefined];
  setAdapter: [{ task: number; adapter: Uint8Array | undefined }, undefined];
  addTagTask: [{ task: number; names: string[] }, undefined];
  addTag: [{ task: number; name: string }, undefined];
  setTags: [{ task: number; image: number; said: Int8Array }, undefined];
  predictTags: [{ task: number; image: number }, TagFound[]];
  search: [{ op: string; a: number; b: number; images: number[]; count: number }, SearchFound[]];
  removeLabel: [{ task: number; image: number }, undefined];
  predict: [
    { task: number; image: number; width: number; height: number; quick: boolean },
    { answer: Answer; milliseconds: number },
  ];
  /** Predicts and draws a frame; nothing of it stays. A new worker needs to be told nothing first. */
  liveFrame: [LiveRequest, LiveReply];
  liveStop: [{ live: number }, undefined];
}

/** A frame, what is to be said of it, and how it is drawn. */
export interface LiveRequest {
  /** What canvases and GPU buffers are kept under from frame to frame. */
  readonly live: number;
  readonly task: number;
  /** Moved to the worker, which closes it. */
  readonly frame: Frame;
  readonly of: Required<TaskOptions> | TagOptions;
  /** Whether there is no example: the frame is shown as it is. */
  readonly blank: boolean;
  readonly quick: boolean;
  readonly look: LiveLook;
}

/** A frame with its overlay. */
export interface LiveReply {
  readonly bitmap: ImageBitmap;
  /** Size of the frame in pixels. */
  readonly width: number;
  readonly height: number;
  /** Spent by the worker on it. */
  readonly milliseconds: number;
  /** Whether there is an overlay. */
  readonly predicted: boolean;
  /** `[point, 4]`: channel, x, y (pixels of the frame), score; absent where the kind has none or nothing was read back. */
  readonly points?: Float32Array;
  /** `[channel]`; absent likewise. */
  readonly counts?: Float32Array;
  /** Absent unless the task is about tags. */
  readonly tags?: TagFound[];
}

/** Name of an operation. */
export type Operation = keyof Operations;
/** What an operation is given. */
export type Input<O extends Operation> = Operations[O][0];
/** What an operation answers. */
export type Output<O extends Operation> = Operations[O][1];

/** The worker as the client sees it. */
export interface WorkerApi {
  boot(request: BootRequest, onProgress: (phase: Phase, done: number) => void): Promise<Reply<BootReport>>;
  call<O extends Operation>(id: number, operation: O, input: Input<O>): Promise<Reply<Output<O>>>;
  cancel(id: number): void;
}
