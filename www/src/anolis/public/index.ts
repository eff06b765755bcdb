/**
 * anolis: label a few pictures, see the rest, in the browser.
 *
 * @packageDocumentation
 */
export type { Assets, DeepPartial, Runtime, WeightFiles } from '../internal/assets.js';
export { Anolis } from './anolis.js';
export {
  AbortError,
  AnolisError,
  BackendError,
  type ErrorCode,
  ImageError,
  LabelError,
  LiveError,
  PredictionError,
  SessionError,
  WeightsError,
  WorkerError,
} from './errors.js';
export { AnolisImage } from './image.js';
export type { ClassIds, Keypoints, Label, Layers, MapValues, Mark, Marks, Point, Points } from './labels.js';
export type { Live, LiveFrame, LiveOptions, LiveSource, LiveStats, LiveStyle } from './live.js';
export type {
  AdaptLevel,
  AdaptOptions,
  AdaptProgress,
  AdaptReport,
  Backend,
  ImageSource,
  ImageSources,
  LoadOptions,
  Notice,
  Phase,
  Pixels,
  PredictOptions,
  Progress,
  Quality,
  SearchOptions,
  SearchResult,
  TagOptions,
  TaskKind,
  TaskOptions,
  Timings,
  Weights,
} from './options.js';
export {
  type Colour,
  channelColours,
  colourScales,
  drawOverlay,
  type OverlayOptions,
  type OverlayView,
  shownPoints,
} from './overlay.js';
export { type Found, Prediction } from './prediction.js';
export {
  type OpenedImage,
  type OpenedTask,
  type OpenSession,
  type OpenSessionOptions,
  readSession,
  type SessionFile,
  type SessionImage,
  type SessionLabel,
  type SessionTask,
  writeSession,
} from './session-file.js';
export { workingSize } from './size.js';
export { type TagAnswer, type TagLabel, TagTask } from './tags.js';
export { Task } from './task.js';
export { TiledPrediction, type TilesOptions, type TilesProgress } from './tiles.js';
