/** A point `[x, y]` in pixels of the picture, from its top left corner; the first pixel reaches from 0 to 1. */
export type Point = readonly [x: number, y: number];

/** Of a `mask`: one class a pixel. */
export interface ClassIds {
  readonly width: number;
  readonly height: number;
  /** Row by row, `width * height` long: 0 background, 1 to n the channels in order, 254 probably background, 255 unknown. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Of a `mask` whose classes may overlap: one layer a channel. */
export interface Layers {
  readonly width: number;
  readonly height: number;
  /** Each row by row, `width * height` long: 0 no, 1 yes, 254 probably no, 255 unknown. */
  readonly layers: readonly (Uint8Array | Uint8ClampedArray)[];
}

/** Of a `mask`: something drawn. `class` is 1 to n for the channels, 0 for background. */
export type Mark =
  | {
      readonly class: number;
      readonly scribble: readonly Point[] /** In pixels, 3 by default. */;
      readonly width?: number;
    }
  | { readonly class: number; readonly click: Point /** In pixels, 3 by default. */; readonly radius?: number }
  /** Two opposite corners; everything between them is of the class. */
  | { readonly class: number; readonly box: readonly [Point, Point] };

/** Of a `mask`: scribbles, clicks and boxes, later ones on top; what is not marked is unknown. */
export interface Marks {
  readonly marks: readonly Mark[];
}

/** Of `keypoints`: one point a channel, in order, `null` where it is not visible. */
export interface Keypoints {
  readonly keypoints: readonly (Point | null)[];
}

/** Of a `map`: values from 0 to 1, `NaN` where nothing is known. */
export interface MapValues {
  readonly width: number;
  readonly height: number;
  /** One array a component, each row by row, `width * height` long; a single component may stand alone. */
  readonly map: Float32Array | readonly Float32Array[];
}

/** Of a `density`: every object as a point, all of them; the third number is its channel, counted from 0. */
export interface Points {
  readonly points: readonly (Point | readonly [x: number, y: number, channel: number])[];
}

/** A label of any kind; `ImageData` stands for class ids whose non-transparent pixels are channel 1. */
export type Label = ClassIds | ImageData | Layers | Marks | Keypoints | MapValues | Points;
