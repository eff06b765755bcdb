import { fitWithin, LONGEST_SIDE } from '../internal/decode.js';

/** The size a picture of this size is worked on at, and its labels must have. */
export function workingSize(width: number, height: number): { width: number; height: number } {
  return fitWithin(width, height, LONGEST_SIDE);
}
