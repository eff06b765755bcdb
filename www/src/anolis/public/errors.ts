/** Every code an {@link AnolisError} can carry, with the sentence shown when the cause gave none. */
const sentences = {
  aborted: 'The call was aborted.',
  channels: 'Give the task between 1 and 253 channels, each with its own name; at most 1000 if they are tags.',
  disposed: 'This object was disposed; load or open it again.',
  'empty-support': 'Label at least one picture before predicting.',
  'image-count':
    'Give as many pictures at a time as the task was begun with: one, or two of which the first is labelled.',
  'image-disposed': 'This picture was removed; open it again.',
  'image-size': 'The pixels do not fit the width and height of the picture; open it again.',
  'image-too-small': 'Use a picture of at least 16 pixels on each side.',
  'not-an-image': 'This is not a picture the browser can read; use JPEG, PNG, WebP, AVIF or GIF.',
  'label-size': 'Give the label the same width and height as its picture.',
  'label-brush': 'Give scribbles a width and clicks a radius above 0 pixels.',
  'label-channel': 'Count the channels of points from 0 and use those of the task.',
  'label-kind': 'Give the task a label of its own kind.',
  'label-point': 'Give points in pixels, from the top left corner of the picture to its bottom right one.',
  'label-points': 'Give one keypoint a channel, in order, and null for those not visible.',
  'label-range': 'Scale maps to values from 0 to 1, with NaN where nothing is known.',
  'answer-kind': 'Ask a prediction for what its kind of task answers.',
  'unknown-example': 'This example is not part of the task; add it first.',
  'unsupported-kind': "There is no such kind of task; use 'mask', 'keypoints', 'map', 'density' or 'tags'.",
  'label-tags': 'Name tags that the task has, none of them as present and absent at once.',
  'label-value': 'Labels hold 0 for background, 1 to n for the channels, 254 for unpainted and 255 for unknown.',
  operation: "Search with 'and', 'or' or 'minus'.",
  'live-source': 'Give a video element that can play, or a camera with a picture; videos of other sites need CORS.',
  'live-canvas': 'Give a canvas that nothing else draws on.',
  tiles: 'Use tiles of 64 pixels or more that share 0 to 0.5 of their side.',
  'not-found': 'This picture or task is not known; open or begin it again.',
  'weights-manifest':
    'The list of the weights cannot be read; reload, or ask whoever runs this site to upload it again.',
  'weights-missing': 'The weights could not be fetched; check the connection and reload.',
  'weights-truncated': 'The weights arrived incomplete; check the connection and reload.',
  'weights-hash': 'The weights are damaged; reload, or ask whoever runs this site to upload them again.',
  'weights-version': 'The weights belong to another version; update anolis and its weights together.',
  'no-simd': 'This browser has no WebAssembly SIMD; update it.',
  'no-webgpu': 'This browser offers no WebGPU; the CPU works everywhere.',
  adapter: 'This adapter does not fit; adapt the task again, or use the weights it was made with.',
  'adaptation-lost': 'The adaptation was interrupted; start it again. The task is as it was.',
  'adapter-refused': 'The browser offers no usable GPU; the CPU works everywhere.',
  'runtime-missing': 'The runtime for this backend is not on the server yet; the CPU works meanwhile.',
  'runtime-failed': 'The runtime could not be started; reload the page.',
  'self-test-failed': 'This backend computes wrong numbers on this machine; use the other one.',
  'device-lost': 'The GPU was lost; the CPU took over.',
  'worker-blocked': 'The worker could not be started; serve it from your own site and pass workerUrl.',
  'worker-crashed': 'The worker stopped; the next call starts it again with your pictures and labels.',
  'session-file': 'This is not a session file, or it is damaged; take another copy of it.',
  'session-version': 'A newer version of anolis made this session file; update anolis to open it.',
  internal: 'Something unexpected went wrong; reload the page.',
} as const;

/** Stable, machine-readable reason of an error. */
export type ErrorCode = keyof typeof sentences;

/** Every code. @internal */
export const errorCodes = Object.keys(sentences) as readonly ErrorCode[];

/** What every call rejects with: a stable `code` and a sentence that says what to do. */
export class AnolisError extends Error {
  override name = 'AnolisError';

  constructor(
    /** Stable reason; branch on this, not on the message. */
    readonly code: ErrorCode,
    message: string = sentences[code],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A picture could not be used. */
export class ImageError extends AnolisError {
  override name = 'ImageError';
}

/** A label or a task description could not be used. */
export class LabelError extends AnolisError {
  override name = 'LabelError';
}

/** A prediction was asked for what its kind of task does not answer. */
export class PredictionError extends AnolisError {
  override name = 'PredictionError';
}

/** The weights could not be fetched or are not the right ones. */
export class WeightsError extends AnolisError {
  override name = 'WeightsError';
}

/** The requested backend cannot run here. */
export class BackendError extends AnolisError {
  override name = 'BackendError';
}

/** The caller aborted through an `AbortSignal`. */
export class AbortError extends AnolisError {
  override name = 'AbortError';
}

/** The worker could not be started or died. */
export class WorkerError extends AnolisError {
  override name = 'WorkerError';
}

/** A video or a camera could not be followed, or nothing can be drawn for it. */
export class LiveError extends AnolisError {
  override name = 'LiveError';
}

/** A session file could not be read or written. */
export class SessionError extends AnolisError {
  override name = 'SessionError';
}

type ErrorClass = new (code: ErrorCode, message?: string, options?: ErrorOptions) => AnolisError;

const classes: Partial<Record<ErrorCode, ErrorClass>> = {
  aborted: AbortError,
  channels: LabelError,
  'empty-support': LabelError,
  'image-count': ImageError,
  'image-disposed': ImageError,
  'image-size': ImageError,
  'image-too-small': ImageError,
  'not-an-image': ImageError,
  'label-size': LabelError,
  'label-brush': LabelError,
  'label-channel': LabelError,
  'label-kind': LabelError,
  'label-point': LabelError,
  'label-points': LabelError,
  'label-range': LabelError,
  'label-tags': LabelError,
  'live-source': LiveError,
  'live-canvas': LiveError,
  'answer-kind': PredictionError,
  'unknown-example': LabelError,
  'weights-manifest': WeightsError,
  'weights-missing': WeightsError,
  'weights-truncated': WeightsError,
  'weights-hash': WeightsError,
  'weights-version': WeightsError,
  'no-simd': BackendError,
  'no-webgpu': BackendError,
  'adapter-refused': BackendError,
  'runtime-missing': BackendError,
  'runtime-failed': BackendError,
  'self-test-failed': BackendError,
  'device-lost': BackendError,
  'worker-blocked': WorkerError,
  'worker-crashed': WorkerError,
  'session-file': SessionError,
  'session-version': SessionError,
};

/** Builds the error of the class that belongs to `code`. */
export function errorOf(code: ErrorCode, message?: string, options?: ErrorOptions): AnolisError {
  return new (classes[code] ?? AnolisError)(code, message || undefined, options);
}

/** The sentence that belongs to `code`. */
export function sentenceOf(code: ErrorCode): string {
  return sentences[code];
}

/** Whether `value` is one of the codes above. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(sentences, value);
}
