// Must be kept in sync with src/image/tiles.rs and src/session/tiles.rs; tests/tiles/spans.json holds both together.

/** Where a tile lies along one side of the picture. */
export interface Span {
  readonly from: number;
  /** Outside. */
  readonly to: number;
  /** Where it is nearer to its middle than to that of its neighbours. */
  readonly core: readonly [from: number, to: number];
  /** How much it counts at each of its pixels: at every pixel of the side all tiles together count 1. */
  readonly weights: Float32Array;
}

/** Evenly spread tiles of one length that cover a side and overlap by at least `overlap`. */
export function spansOf(side: number, tile: number, overlap: number): Span[] {
  const length = Math.min(side, tile);
  const count = side <= tile ? 1 : Math.ceil((side - overlap) / (tile - overlap));
  const starts = Array.from({ length: count }, (_, i) =>
    count === 1 ? 0 : Math.round((i * (side - length)) / (count - 1)),
  );
  const sums = new Float32Array(side);
  // Less towards the edges, where a tile sees nothing of what is beyond.
  const ramp = Float32Array.from({ length }, (_, at) => Math.min(at + 1, length - at));
  for (const from of starts)
    for (const [at, weight] of ramp.entries()) sums[from + at] = (sums[from + at] as number) + weight;
  return starts.map((from, i) => {
    const between = (other: number | undefined) => other !== undefined && (from + other + length) / 2;
    const core = [between(starts[i - 1]) || 0, between(starts[i + 1]) || side] as const;
    const weights = ramp.map((weight, at) => weight / (sums[from + at] as number));
    return { from, to: from + length, core, weights };
  });
}

/** Values of tiles that overlap, blended row by row: only the rows of one tile are in memory. */
export class Blend {
  readonly #band: Float32Array;
  #top = 0;

  constructor(
    private readonly width: number,
    private readonly channels: number,
    private readonly rows: number,
    /** Told of every row once, `[channel, width]`. */
    private readonly onRow: (y: number, values: readonly Float32Array[]) => void,
  ) {
    this.#band = new Float32Array(channels * rows * width);
  }

  /** Adds a tile, `[channel, height, width]`; tiles come from top to bottom. */
  add(values: Float32Array, across: Span, down: Span): void {
    const [columns, lines] = [across.weights.length, down.weights.length];
    for (let channel = 0; channel < this.channels; channel += 1)
      for (let y = 0; y < lines; y += 1) {
        const row = this.#row(channel, down.from + y) + across.from;
        const source = (channel * lines + y) * columns;
        const weight = down.weights[y] as number;
        for (let x = 0; x < columns; x += 1)
          this.#band[row + x] =
            (this.#band[row + x] as number) + weight * (across.weights[x] as number) * (values[source + x] as number);
      }
  }

  /** No further tile begins above `y`: the rows before it are told. */
  finish(y: number): void {
    for (; this.#top < y; this.#top += 1) {
      const rows = Array.from({ length: this.channels }, (_, channel) => {
        const start = this.#row(channel, this.#top);
        return this.#band.subarray(start, start + this.width);
      });
      this.onRow(this.#top, rows);
      for (const row of rows) row.fill(0);
    }
  }

  // Rows take turns in the band.
  #row(channel: number, y: number): number {
    return (channel * this.rows + (y % this.rows)) * this.width;
  }
}
