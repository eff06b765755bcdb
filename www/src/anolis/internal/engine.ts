import type { AdaptLevel, AdaptProgress, AdaptReport, Backend } from '../public/options.js';
import type { PostableMark } from './labels.js';
import type { Look } from './overlay/look.js';

/** The class the WebAssembly glue exports; one call at a time. */
export interface Engine {
  addShard(file: string, bytes: Uint8Array): void;
  start(): void;
  setRefine(refine: boolean): void;
  setMemory(bytes: number): void;
  selfTest(): Promise<SelfTest>;
  readonly backend: Backend;
  readonly weightsHash: string;
  readonly side: number;
  /** `again` hands over the same pixels whenever they are needed again; without it the engine keeps them. */
  addImage(...pictures: [...Handed, again?: () => Promise<Handed>]): Promise<number>;
  removeImage(image: number): void;
  addTask(kind: string, channels: string[], overlap: boolean, images: number): number;
  removeTask(task: number): void;
  setClasses(task: number, image: number, ids: Uint8Array, width: number, height: number): Promise<void>;
  setLayers(task: number, image: number, layers: Uint8Array, width: number, height: number): Promise<void>;
  setMarks(task: number, image: number, marks: readonly PostableMark[]): Promise<void>;
  setKeypoints(task: number, image: number, points: Float32Array): Promise<void>;
  setMap(task: number, image: number, values: Float32Array, width: number, height: number): Promise<void>;
  setDots(task: number, image: number, dots: Float32Array): Promise<void>;
  removeLabel(task: number, image: number): void;
  predictReadout(task: number, image: number, width: number, height: number): Promise<Answer>;
  predict(task: number, image: number, width: number, height: number): Promise<Answer>;
  addTagTask(names: string[]): number;
  addTag(task: number, name: string): void;
  /** For each tag 1 (yes), 0 (no) or -1 (nothing is said). */
  setTags(task: number, image: number, said: Int8Array): Promise<void>;
  predictTags(task: number, image: number): Promise<TagFound[]>;
  search(op: string, a: number, b: number, images: Uint32Array, count: number): Promise<SearchFound[]>;
  suggest(task: number, images: Uint32Array, count: number): Uint32Array;
  adaptBegin(
    task: number,
    level: number | undefined,
    steps: number,
    seconds: number,
    seed: number,
    resume: boolean,
  ): Promise<Begun>;
  adaptStep(task: number): Promise<Omit<AdaptProgress, 'steps'> | undefined>;
  adaptFinish(task: number): Promise<Omit<AdaptReport, 'level'>>;
  adapter(task: number): Uint8Array | undefined;
  setAdapter(task: number, adapter?: Uint8Array): void;
  /**
   * Begins to draw frames that are shown `width` by `height` pixels large, and answers a number for it; `undefined` for a task
   * that this runtime does not draw. Runtimes that never draw without reading back have neither this nor the two below:
   * frames are then encoded and drawn by the worker (`internal/live/painter.ts`).
   */
  liveStart?(task: number, width: number, height: number): number | undefined;
  /**
   * Predicts a frame from the task's examples as they are now, with `quick` by the read-out alone, and draws it, without
   * reading anything back. The caller closes the frame. `undefined`, without examples or for a view that is not drawn here,
   * leaves the frame to the worker.
   */
  liveFrame?(live: number, frame: Frame, look: LiveLook, quick: boolean): Promise<ImageBitmap> | undefined;
  liveStop?(live: number): void;
  free(): void;
}

/** Bytes of red, green, blue and opacity of each picture, and width and height of each in turn. */
export type Handed = [rgba: Uint8Array[], sizes: Uint32Array];

/** A frame on its way to the worker. */
export type Frame = VideoFrame | ImageBitmap;

/** How a frame is drawn; numbers and strings alone, so that Rust reads it without a class of its own. */
export interface LiveLook extends Look {
  /** Colours of values from 0 to 1 in 256 steps, for the views that have a scale. */
  readonly scale: Uint32Array;
  /** Of the overlay, from 0 to 1. */
  readonly opacity: number;
  /** Whether the frame is drawn under its overlay; otherwise what is not overlay stays transparent. */
  readonly picture: boolean;
}

/** What an adaptation that begins or goes on does. */
export interface Begun {
  readonly level: AdaptLevel;
  /** In all, with those that are made already. */
  readonly steps: number;
}

/** What is predicted; empty where the kind has none. */
export interface Answer {
  /** `[channel, height, width]`: probabilities, heats, values, or objects a pixel. */
  readonly maps: Float32Array;
  /** `[point, 4]`: channel, x, y, score; keypoints in the order of their channels. */
  readonly points: Float32Array;
  /** `[channel]` */
  readonly counts: Float32Array;
  /** `[height, width]` */
  readonly uncertainty: Float32Array;
  readonly imageUncertainty: number;
}

/** One tag of a picture, with the examples that say most about it. */
export interface TagFound {
  readonly probability: number;
  readonly threshold: number;
  readonly images: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

/** A picture that was found. */
export interface SearchFound {
  readonly image: number;
  readonly score: number;
  /** `[height, width]` */
  readonly heat: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** How the golden input came out on this machine. */
export interface SelfTest {
  readonly cosine: number;
  readonly finite: boolean;
  readonly passed: boolean;
}

/** The glue module. */
export interface Glue {
  default(input: { module_or_path: WebAssembly.Module }): Promise<unknown>;
  readonly Engine: { create(manifestJson: string): Promise<Engine> };
}

/** That of the runtime with several threads. */
export interface ThreadedGlue extends Glue {
  default(input: { module_or_path: WebAssembly.Module }): Promise<{ readonly memory: WebAssembly.Memory }>;
  /** Shares work with the workers that have called the module's `work`, until there are so many threads; waits for them. */
  startThreads(count: number): void;
}
