import type { Assets, DeepPartial } from '../internal/assets.js';

/** Where the network runs. */
export type Backend = 'webgpu' | 'cpu';

/** Part of loading that is under way. */
export type Phase = 'runtime' | 'weights' | 'warm-up' | 'self-test';

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
  /** Called as loading goes on. */
  readonly onProgress?: (progress: Progress) => void;
  /** Called for each notice, at load and later (a lost GPU, say). */
  readonly onNotice?: (notice: Notice) => void;
  /** Aborts loading. */
  readonly signal?: AbortSignal;
  /** Where the runtimes and the weights are; parts may be left out. */
  readonly assets?: DeepPartial<Assets>;
  /** Where the worker is, when the bundler does not copy it. May be on another origin. */
  readonly workerUrl?: string | URL;
}

/** What can be opened as a picture. */
export type ImageSource =
  | Blob
  | ImageBitmap
  | ImageData
  | VideoFrame
  | HTMLImageElement
  | HTMLCanvasElement
  | HTMLVideoElement
  | OffscreenCanvas;

/** A label as class ids: 0 background, 1 to n the channels in order, 254 probably background, 255 unknown. */
export interface ClassIds {
  readonly width: number;
  readonly height: number;
  /** Row by row, `width * height` long. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** A label: class ids, or `ImageData` whose non-transparent pixels are channel 1. */
export type Label = ClassIds | ImageData;

/** What a task predicts. */
export interface TaskOptions {
  /** Only masks for now. */
  readonly kind: 'mask';
  /** Names of the classes; background is not one of them. */
  readonly channels: readonly string[];
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
