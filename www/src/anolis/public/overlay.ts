/**
 * How a prediction is drawn over its picture.
 *
 * - `'fill'`, `'contour'`: areas of a mask in the colours of their classes, filled or as lines
 * - `'heat'`: one channel of a mask, of keypoints or of a density, from nothing to much
 * - `'colours'`, `'grey'`: the values of a map, from low to high
 * - `'points'`: keypoints, or the objects of a density
 * - `'doubt'`: how far each pixel can be trusted
 */
export type OverlayView = 'fill' | 'contour' | 'heat' | 'colours' | 'grey' | 'points' | 'doubt';

/** A colour as red, green and blue from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];
