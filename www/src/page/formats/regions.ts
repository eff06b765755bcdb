import type { Raster } from '../model/raster.js';

/** Corners x, y in turn along the edges of pixels; outer rings have a positive area, holes a negative one. */
export type Ring = readonly number[];

/** Pixels of one class that touch, also at their corners. */
export interface Region {
  /** From 1 on. */
  readonly class: number;
  /** What its pixels hold in {@link Regions.labels}. */
  readonly label: number;
  readonly left: number;
  readonly top: number;
  /** Outside. */
  readonly right: number;
  readonly bottom: number;
  /** In pixels. */
  readonly area: number;
  readonly rings: readonly Ring[];
}

/** The objects of a mask. */
export interface Regions {
  readonly regions: readonly Region[];
  /** `[height, width]`, 0 outside of regions. */
  readonly labels: Int32Array;
}

/** Finds the objects of a mask: its classes are 1 to 253. */
export function regionsOf({ width, height, data }: Raster): Regions {
  const labels = new Int32Array(width * height);
  const found: Omit<Region, 'rings'>[] = [];
  for (let start = 0; start < data.length; start += 1) {
    const id = data[start] as number;
    if (id > 0 && id < 254 && labels[start] === 0) found.push(fill(start, id, found.length + 1));
  }
  const edges = found.map(() => new Map<number, number>());
  for (let at = 0; at < labels.length; at += 1) collectEdges(at);
  const regions = found.map((region, place) => ({ ...region, rings: ringsOf(edges[place] as Map<number, number>) }));
  return { regions, labels };

  function fill(start: number, id: number, label: number): Omit<Region, 'rings'> {
    let [left, top, right, bottom, area] = [width, height, 0, 0, 0];
    const waiting = [start];
    labels[start] = label;
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const [x, y] = [at % width, Math.floor(at / width)];
      [left, top, right, bottom] = [
        Math.min(left, x),
        Math.min(top, y),
        Math.max(right, x + 1),
        Math.max(bottom, y + 1),
      ];
      area += 1;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny += 1)
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx += 1) {
          const next = ny * width + nx;
          if (labels[next] !== 0 || data[next] !== id) continue;
          labels[next] = label;
          waiting.push(next);
        }
    }
    return { class: id, label, left, top, right, bottom, area };
  }

  // Clockwise around each pixel, where the next pixel is not of the region: right, down, left, up.
  function collectEdges(at: number): void {
    const label = labels[at] as number;
    if (label === 0) return;
    const [x, y] = [at % width, Math.floor(at / width)];
    const starts = edges[label - 1] as Map<number, number>;
    const edge = (inside: boolean, next: number, cornerX: number, cornerY: number, direction: number) => {
      if (inside && labels[next] === label) return;
      const corner = cornerY * (width + 1) + cornerX;
      starts.set(corner, (starts.get(corner) ?? 0) | (1 << direction));
    };
    edge(y > 0, at - width, x, y, 0);
    edge(x + 1 < width, at + 1, x + 1, y, 1);
    edge(y + 1 < height, at + width, x + 1, y + 1, 2);
    edge(x > 0, at - 1, x, y + 1, 3);
  }

  function ringsOf(starts: Map<number, number>): Ring[] {
    const rings: Ring[] = [];
    const steps = [1, width + 1, -1, -width - 1];
    for (const first of starts.keys()) {
      while (starts.get(first)) {
        const ring: number[] = [];
        let [corner, before] = [first, -1];
        do {
          const open = starts.get(corner) as number;
          // Where two edges leave, the left one goes around both pixels that touch there.
          const turns = before < 0 ? [0, 1, 2, 3] : [before + 3, before, before + 1];
          const direction = (turns.find((turn) => open & (1 << (turn & 3))) as number) & 3;
          starts.set(corner, open & ~(1 << direction));
          if (direction !== before) ring.push(corner % (width + 1), Math.floor(corner / (width + 1)));
          corner += steps[direction] as number;
          before = direction;
        } while (corner !== first);
        rings.push(ring);
      }
    }
    return rings;
  }
}

/** Area inside a ring: negative where it is a hole. */
export function areaOf(ring: Ring): number {
  let doubled = 0;
  for (let i = 0; i < ring.length; i += 2) {
    const [x, y, nextX, nextY] = [ring[i], ring[i + 1], ring[(i + 2) % ring.length], ring[(i + 3) % ring.length]] as [
      number,
      number,
      number,
      number,
    ];
    doubled += x * nextY - nextX * y;
  }
  return doubled / 2;
}

/** One ring for formats that have one a region: holes and further parts hang on bridges without width. */
export function joined(rings: readonly Ring[]): Ring {
  const [outer = [], ...others] = [...rings].sort((a, b) => areaOf(b) - areaOf(a));
  const bridge = others.length > 0 ? outer.slice(0, 2) : [];
  return [outer, bridge, ...others.flatMap((ring) => [ring, ring.slice(0, 2), bridge])].flat();
}
