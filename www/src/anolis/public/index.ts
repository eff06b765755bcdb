/**
 * anolis: label a few pictures, see the rest, in the browser.
 *
 * @packageDocumentation
 */
export type { Assets, DeepPartial, Runtime } from '../internal/assets.js';
export { Anolis } from './anolis.js';
export {
  AbortError,
  AnolisError,
  BackendError,
  type ErrorCode,
  ImageError,
  LabelError,
  WeightsError,
  WorkerError,
} from './errors.js';
export { AnolisImage } from './image.js';
export type {
  Backend,
  ClassIds,
  ImageSource,
  Label,
  LoadOptions,
  Notice,
  Phase,
  PredictOptions,
  Progress,
  TaskOptions,
} from './options.js';
export { Prediction } from './prediction.js';
export { workingSize } from './size.js';
export { Task } from './task.js';
