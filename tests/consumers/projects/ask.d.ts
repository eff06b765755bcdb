/** What {@link ask} answers. */
export interface Answer {
  readonly backend: string;
  /** Share of pixels that are predicted right. */
  readonly right: number;
  readonly probability: number[];
}

interface Raster<Data> {
  readonly width: number;
  readonly height: number;
  readonly data: Data;
}

export function disc(x: number): { picture: Raster<Uint8ClampedArray>; label: Raster<Uint8Array> };
export function ask(library: unknown, options?: object): Promise<Answer>;
