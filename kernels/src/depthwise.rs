//! Each channel filtered on its own.

use crate::lanes::{Lanes, vectorised};

/// A plane of a channel, or some of its rows.
pub struct Plane<'a> {
    /// `[rows, width]`, not bounded.
    pub data: &'a [f32],
    pub width: usize,
    /// The first of the rows, and how many the whole plane has.
    pub top: usize,
    pub height: usize,
}

/// What is done to a plane.
#[derive(Clone, Copy)]
pub struct Filter<'a> {
    /// `[kernel, kernel]`
    pub weight: &'a [f32],
    pub bias: f32,
    pub kernel: usize,
    pub stride: usize,
}

/// Length of an axis that was filtered, padded with TensorFlow's SAME for even sides.
pub fn filtered(length: usize, stride: usize) -> usize {
    (length - stride) / stride + 1
}

/// Input rows that output rows `from` to `to` read, padding excluded.
pub fn rows_read(
    from: usize,
    to: usize,
    kernel: usize,
    stride: usize,
    height: usize,
) -> [usize; 2] {
    let before = (kernel - stride) / 2;
    [(from * stride).saturating_sub(before), ((to - 1) * stride + kernel - before).min(height)]
}

/// Bounds a plane between 0 and 6, filters it, and bounds what comes out: output rows from `from` on, as many as fill `out`.
pub fn depthwise(plane: &Plane, filter: Filter, from: usize, out: &mut [f32]) {
    match (filter.kernel, filter.stride) {
        (3, 1) => run::<3, 1>(plane, filter, from, out),
        (3, 2) => run::<3, 2>(plane, filter, from, out),
        (5, 1) => run::<5, 1>(plane, filter, from, out),
        (5, 2) => run::<5, 2>(plane, filter, from, out),
        (kernel, stride) => unreachable!("no kernel of {kernel} with stride {stride}"),
    }
}

fn run<const KERNEL: usize, const STRIDE: usize>(
    plane: &Plane,
    filter: Filter,
    from: usize,
    out: &mut [f32],
) {
    let columns = filtered(plane.width, STRIDE);
    let rows = out.len() / columns;
    // A row of the scratch: the columns of each phase of the stride, so that what a vector reads lies side by side.
    let phase = columns + KERNEL.div_ceil(STRIDE) + 4 * Lanes::COUNT;
    let length = STRIDE * phase;
    let read = (rows - 1) * STRIDE + KERNEL;
    let mut scratch = vec![0.0; read * length];
    let before = (KERNEL - STRIDE) / 2;
    vectorised(
        #[inline(always)]
        || {
            for (i, to) in scratch.chunks_exact_mut(length).enumerate() {
                let y = from * STRIDE + i;
                if y < before || y - before >= plane.height {
                    continue;
                }
                let row = &plane.data[(y - before - plane.top) * plane.width..][..plane.width];
                bounded::<STRIDE>(row, before, phase, to);
            }
            for (y, out) in out.chunks_exact_mut(columns).enumerate() {
                filter_row::<KERNEL, STRIDE>(&scratch[y * STRIDE * length..], phase, filter, out);
            }
        },
    );
}

/// A row after `before` zeros, by phases of the stride.
#[inline(always)]
fn bounded<const STRIDE: usize>(row: &[f32], before: usize, phase: usize, to: &mut [f32]) {
    let relu6 = |value: f32| value.clamp(0.0, 6.0);
    if STRIDE == 1 {
        let to = &mut to[before..before + row.len()];
        let whole = row.len() / Lanes::COUNT * Lanes::COUNT;
        for (to, row) in to.chunks_exact_mut(Lanes::COUNT).zip(row.chunks_exact(Lanes::COUNT)) {
            Lanes::load(row).relu6().store(to);
        }
        to[whole..].iter_mut().zip(&row[whole..]).for_each(|(to, &value)| *to = relu6(value));
        return;
    }
    let (even, odd) = to.split_at_mut(phase);
    // Two columns at a time; with an odd number of zeros before, the first pair has its first column in the padding.
    let (even, odd, row) = if before.is_multiple_of(2) {
        (&mut even[before / 2..], &mut odd[before / 2..], row)
    } else {
        odd[before / 2] = relu6(row[0]);
        (&mut even[before / 2 + 1..], &mut odd[before / 2 + 1..], &row[1..])
    };
    let whole = row.len() / (2 * Lanes::COUNT) * Lanes::COUNT;
    for ((even, odd), row) in even
        .chunks_exact_mut(Lanes::COUNT)
        .zip(odd.chunks_exact_mut(Lanes::COUNT))
        .zip(row.chunks_exact(2 * Lanes::COUNT))
    {
        let next = Lanes::load(&row[Lanes::COUNT..]);
        let [first, second] = Lanes::load(row).pairs_apart(next);
        first.relu6().store(even);
        second.relu6().store(odd);
    }
    for (i, &value) in row.iter().enumerate().skip(2 * whole) {
        let phase = if i % 2 == 0 { &mut *even } else { &mut *odd };
        phase[i / 2] = relu6(value);
    }
}

#[inline(always)]
fn filter_row<const KERNEL: usize, const STRIDE: usize>(
    rows: &[f32],
    phase: usize,
    filter: Filter,
    out: &mut [f32],
) {
    let mut x = 0;
    while x < out.len() {
        let left = out.len() - x;
        if left >= 4 * Lanes::COUNT {
            filter_cells::<KERNEL, STRIDE, 4>(rows, phase, filter, x, &mut out[x..]);
            x += 4 * Lanes::COUNT;
        } else if left >= Lanes::COUNT {
            filter_cells::<KERNEL, STRIDE, 1>(rows, phase, filter, x, &mut out[x..]);
            x += Lanes::COUNT;
        } else {
            let mut cells = [0.0; Lanes::COUNT];
            filter_cells::<KERNEL, STRIDE, 1>(rows, phase, filter, x, &mut cells);
            out[x..].copy_from_slice(&cells[..left]);
            x = out.len();
        }
    }
}

/// `VECTORS` vectors of output cells from column `x` on.
#[inline(always)]
fn filter_cells<const KERNEL: usize, const STRIDE: usize, const VECTORS: usize>(
    rows: &[f32],
    phase: usize,
    filter: Filter,
    x: usize,
    out: &mut [f32],
) {
    let mut sums = [Lanes::splat(filter.bias); VECTORS];
    for dy in 0..KERNEL {
        for dx in 0..KERNEL {
            let weight = Lanes::splat(filter.weight[dy * KERNEL + dx]);
            let from = (dy * STRIDE + dx % STRIDE) * phase + x + dx / STRIDE;
            let cells = &rows[from..][..VECTORS * Lanes::COUNT];
            for (v, sum) in sums.iter_mut().enumerate() {
                *sum = sum.plus_product(weight, Lanes::load(&cells[v * Lanes::COUNT..]));
            }
        }
    }
    for (v, sum) in sums.into_iter().enumerate() {
        sum.relu6().store(&mut out[v * Lanes::COUNT..]);
    }
}
