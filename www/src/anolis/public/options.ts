import type { Assets, DeepPartial } from '../internal/assets.js';
import type { AnolisImage } from './image.js';

/** Where the network runs. */
export type Backend = 'webgpu' | 'cpu';

/**
 * How much work a full prediction may be.
 *
 * - `'best'`: the read-out also sees every picture enlarged and mirrored
 * - `'fast'`: it does not, which spares slow devices most of the work at the first look at a picture
 */
export type Quality = 'best' | 'fast';

/**
 * How the weights are stored; they are worked with as f32 either way.
 *
 * - `'f16'`: 8.6 MB
 * - `'int8'`: 4.8 MB, most of them in eight bits: a faster first visit. Scores differ by at most 0.006 on sixteen tasks
 *   (docs/weights.md). They are other weights: an adapter that was made with one form is left out by the other.
 */
export type Weights = 'f16' | 'int8';

/** Part of loading that is under way. */
export type Phase = 'runtime' | 'weights' | 'self-test';

/**
 * Milliseconds that each phase of loading took. The weights are fetched while the runtime is; theirs is the time that was left
 * to wait for them.
 */
export type Timings = Readonly<Record<Phase, number>>;

/** How far loading is. */
export interface Progress {
  /** From 0 to 1, never going back. */
  readonly fraction: number;
  /** What is being done. */
  readonly phase: Phase;
}

/** Something the user may want to know that did not stop the call. */
export interface Notice {
  /** Stable reason, such as `'no-webgpu'` or `'image-downscaled'`. */
  readonly code: string;
  /** One sentence for the user. */
  readonly message: string;
}

/** Options of `Anolis.load`. */
export interface LoadOptions {
  /** `'auto'` (default) takes WebGPU where it works and passes its self-test, otherwise the CPU. */
  readonly backend?: Backend | 'auto';
  /** `'best'` by default. */
  readonly quality?: Quality;
  /** `'f16'` by default. */
  readonly weights?: Weights;
  /**
   * Bytes that may be spent on what can be computed again, 512 MiB by default: half on encodings (4 MB and 28 ms a
   * picture), half on what full predictions see (17 MB). The most recently used ones stay, and the encodings of
   * a task's examples always. Answers do not depend on it.
   */
  readonly memory?: number;
  /**
   * Most threads that the CPU's runtime may have, by default as many as there are cores, up to 8; 1 does without. Threads need
   * a page that is isolated from other origins (`crossOriginIsolated`), which takes two headers: see the package's README.
   * Elsewhere, and where they cannot be started, there is one. `Anolis.threads` says how many there are; answers differ by
   * rounding.
   */
  readonly threads?: number;
  /** Called as loading goes on. */
  readonly onProgress?: (progress: Progress) => void;
  /** Called for each notice, at load and later (a lost GPU, say). */
  readonly onNotice?: (notice: Notice) => void;
  /** Aborts loading. */
  readonly signal?: AbortSignal;
  /**
   * Where the runtimes and the weights are: a copy of the package's folder `dist/assets`, or the addresses of some of them.
   *
   * The CPU has three runtimes, `threads` where there are several of them, `relaxed` for browsers with relaxed SIMD and `cpu`
   * for the others; their answers differ by rounding. `{ runtime: { cpu: {} } }` has `cpu` run everywhere.
   */
  readonly assets?: string | URL | DeepPartial<Assets>;
  /** Where the worker is, when the bundler does not copy it. May be on another origin. */
  readonly workerUrl?: string | URL;
}

/** A picture as bytes: red, green, blue and opacity of each pixel, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** `4 * width * height` long. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** What can be opened as a picture; in Node, {@link Pixels} alone. */
export type ImageSource =
  | Blob
  | ImageBitmap
  | ImageData
  | Pixels
  | VideoFrame
  | HTMLImageElement
  | HTMLCanvasElement
  | HTMLVideoElement
  | OffscreenCanvas;

/**
 * A picture, or two that are seen together: labels and predictions belong to the first, the second is more to see, such as
 * another stain, a depth map, the other eye, the frame before. What both show is compared at the same place, so give both the
 * same proportions; their sizes may differ.
 */
export type ImageSources = ImageSource | readonly [ImageSource, ImageSource];

/** What a task predicts. */
export interface TaskOptions {
  /**
   * - `'mask'`: which pixels belong to a class; each to at most one, unless classes may overlap
   * - `'keypoints'`: where named points are, at most one of each
   * - `'map'`: a value from 0 to 1 for every pixel, in one or several components (depth, normals, edges)
   * - `'density'`: how many objects there are, and where
   */
  readonly kind: TaskKind;
  /** Names of the classes, keypoints, components or objects; background is not one of them. */
  readonly channels: readonly string[];
  /** Whether a pixel may belong to several classes of a mask; not by default. */
  readonly overlap?: boolean;
  /** How many pictures are seen together, 1 by default; with 2, examples and questions are {@link ImageSources | pairs}. */
  readonly images?: 1 | 2;
}

/** A task on whole pictures: which tags they have. */
export interface TagOptions {
  readonly kind: 'tags';
  /** Names of the tags, which differ by more than case and space; more can be added later. */
  readonly channels: readonly string[];
}

/** What to search for: what an operation on the tags of two pictures makes. */
export interface SearchOptions {
  /**
   * - `'and'`: what both have
   * - `'or'`: what one of them has
   * - `'minus'`: what `a` has and `b` has not
   */
  readonly op: 'and' | 'or' | 'minus';
  readonly a: AnolisImage;
  readonly b: AnolisImage;
  /** Where to look; `a` and `b` themselves are left out. */
  readonly among: readonly AnolisImage[];
  /** Most pictures to find, 20 by default. */
  readonly count?: number;
  readonly signal?: AbortSignal;
}

/** A picture that was found. */
export interface SearchResult {
  readonly image: AnolisImage;
  /** From -1 to 1, higher is more alike. */
  readonly score: number;
  /** How much each part of the picture resembles what was sought, 0 to 1, row by row. */
  readonly heat: { readonly width: number; readonly height: number; readonly data: Float32Array };
}

/** Kinds of tasks on the pixels of pictures. */
export type TaskKind = 'mask' | 'keypoints' | 'map' | 'density';

/** A step of an adaptation. */
export interface AdaptProgress {
  /** Steps made so far, and in all. */
  readonly step: number;
  readonly steps: number;
  /** Loss on the step's crops; it falls, with noise. */
  readonly loss: number;
  /** Loss on the examples that a run has held out, after its last step: the steps are shared by up to five runs. */
  readonly heldOut?: number;
}

/**
 * How much of the network an adaptation tunes; what each gains and costs is in docs/adaptation.md.
 *
 * - 0: nothing.
 * - 1: how the tokens that are matched are normalised. The features are computed once, so that steps are cheap. Masks only; other kinds take it as 0.
 * - 2: the biases of the image encoder: of its convolutions and, for masks, of its tokens.
 * - 3: the weights of the encoder's convolutions. Of the levels that were measured it gains most.
 * - 4: these, the tokens' and the decoder's. Masks only; other kinds take it as 3.
 */
export type AdaptLevel = 0 | 1 | 2 | 3 | 4;

/** Options of `Task.adapt`. */
export interface AdaptOptions {
  /** What is tuned; by default `'auto'`: level 3, or 0 for other kinds than masks and where `seconds` are too few for it. */
  readonly level?: AdaptLevel | 'auto';
  /** Gradient steps, 240 by default; more help where pictures are far from photographs. */
  readonly steps?: number;
  /** About how long the steps may take on a CPU; fewer are made where they would take longer. No limit by default. */
  readonly seconds?: number;
  /**
   * Whether to go on: with the steps of an adaptation that was stopped, as it was begun (level, steps, seed and examples),
   * or else from what an earlier one has tuned, with the examples as they are now. Starts anew by default.
   */
  readonly resume?: boolean;
  /** Decides every random choice; 0 by default. */
  readonly seed?: number;
  /** Called after every step. */
  readonly onProgress?: (progress: AdaptProgress) => void;
  /** Stops after the step that runs; the task stays as it was, and `resume` goes on from there. */
  readonly signal?: AbortSignal;
}

/** What came of an adaptation. */
export interface AdaptReport {
  /** What was tuned. */
  readonly level: AdaptLevel;
  /** Whether half of what was tuned is used: held-out examples do not refute it. Otherwise the task stays as it was. */
  readonly used: boolean;
  /** Mean loss on held-out examples before and after; every example is held out of one run. */
  readonly before: number;
  readonly after: number;
  /** Held-out examples that were judged, and how many of them are answered better. */
  readonly judged: number;
  readonly better: number;
}

/** Options of `Task.predict`. */
export interface PredictOptions {
  /** Only the read-out: milliseconds instead of the full network. */
  readonly quick?: boolean;
  /** Size of the prediction in pixels; the picture's by default. */
  readonly width?: number;
  readonly height?: number;
  /** Drops the prediction if it has not begun, ignores its result otherwise. */
  readonly signal?: AbortSignal;
}
