/** Steps towards the direction in which rows differ most. */
const STEPS = 3;

/** Rows `[row, dim]` in an order in which every `size` of them are alike, as `src/model/groups.rs` finds them. */
export function groups(rows: Float32Array, dim: number, size: number): Uint32Array {
  const order = Uint32Array.from({ length: rows.length / dim }, (_, row) => row);
  split(rows, dim, order, size);
  return order;
}

function split(rows: Float32Array, dim: number, order: Uint32Array, size: number): void {
  if (order.length <= size) return;
  const along = places(rows, dim, order);
  const sorted = [...order].map((row, i) => [along[i] as number, row] as const);
  sorted.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  order.set(sorted.map(([, row]) => row));
  const middle = Math.floor(order.length / size / 2) * size;
  split(rows, dim, order.subarray(0, middle), size);
  split(rows, dim, order.subarray(middle), size);
}

/** Where each of some rows lies along the direction in which they differ most. */
function places(rows: Float32Array, dim: number, of: Uint32Array): Float32Array {
  const mean = new Float32Array(dim);
  for (const i of of) add(mean, row(rows, dim, i), 1 / of.length);
  const centred = [...of].map((i) => row(rows, dim, i).map((value, c) => value - (mean[c] as number)));
  const lengths = centred.map((values) => dot(values, values));
  let direction = centred[lengths.indexOf(Math.max(...lengths))] as Float32Array;
  for (let step = 0; step < STEPS; step += 1) {
    const next = new Float32Array(dim);
    for (const values of centred) add(next, values, dot(values, direction));
    const length = Math.sqrt(dot(next, next));
    if (length === 0) break;
    direction = next.map((value) => value / length);
  }
  return Float32Array.from(centred, (values) => dot(values, direction));
}

const row = (rows: Float32Array, dim: number, i: number) => rows.subarray(i * dim, (i + 1) * dim);

function add(to: Float32Array, values: Float32Array, times: number): void {
  for (let c = 0; c < to.length; c += 1) to[c] = (to[c] as number) + times * (values[c] as number);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let c = 0; c < a.length; c += 1) sum += (a[c] as number) * (b[c] as number);
  return sum;
}
