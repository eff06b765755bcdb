//! Convolutions of 3 x 3 cells.

use crate::inverted_residual::Convolution;
use crate::lanes::{Lanes, vectorised};
use crate::parallel;
use crate::tile::{TALL, VECTORS, WIDE, multiply, pack, store};

/// The widest one of a convolution.
const STRIDE: usize = 2;

/// A map `[channel, height, width]` between zeros.
pub struct Padded {
    planes: Vec<f32>,
    height: usize,
    width: usize,
    /// Values from a row to the next.
    pitch: usize,
}

impl Padded {
    /// The map as it is.
    pub fn new(map: &[f32], size: [usize; 2]) -> Self {
        Self::of(map, size, |value| value)
    }

    /// The map's ReLU.
    pub fn positive(map: &[f32], size: [usize; 2]) -> Self {
        Self::of(map, size, |value| if value > 0.0 { value } else { 0.0 })
    }

    fn of(map: &[f32], [height, width]: [usize; 2], value: impl Fn(f32) -> f32 + Sync) -> Self {
        let area = height * width;
        assert!(area > 0 && map.len().is_multiple_of(area), "whole channels");
        let pitch = width.next_multiple_of(STRIDE * WIDE) + 2;
        let mut planes = vec![0.0; map.len() / area * (height + 2) * pitch];
        parallel::chunks(&mut planes, (height + 2) * pitch, |i, to| {
            let plane = &map[i * area..][..area];
            for (to, row) in to[pitch..].chunks_exact_mut(pitch).zip(plane.chunks_exact(width)) {
                to[1..].iter_mut().zip(row).for_each(|(to, &cell)| *to = value(cell));
            }
        });
        Self { planes, height, width, pitch }
    }

    /// Cells that one of the output reads.
    fn read(&self) -> usize {
        self.planes.len() / ((self.height + 2) * self.pitch) * 9
    }

    /// What `WIDE` cells of the output from column `x` of row `y` on read, cell by cell of the filter.
    #[inline(always)]
    fn gather(&self, stride: usize, y: usize, x: usize, panel: &mut [f32]) {
        let planes = self.planes.chunks_exact((self.height + 2) * self.pitch);
        for (plane, panel) in planes.zip(panel.chunks_exact_mut(9 * WIDE)) {
            for (dy, panel) in panel.chunks_exact_mut(3 * WIDE).enumerate() {
                let row = &plane[(y * stride + dy) * self.pitch + x * stride..];
                let row = &row[..WIDE * stride + 2];
                for (dx, panel) in panel.chunks_exact_mut(WIDE).enumerate() {
                    if stride == 1 {
                        panel.copy_from_slice(&row[dx..][..WIDE]);
                    } else {
                        let cells = row[dx..].iter().step_by(stride);
                        panel.iter_mut().zip(cells).for_each(|(to, cell)| *to = *cell);
                    }
                }
            }
        }
    }
}

/// Adds a 3 x 3 convolution of stride 1 or 2 with one cell of zeros around to a map `[out, height / stride, width / stride]`,
/// rounded up.
///
/// # Panics
/// When shapes do not agree.
pub fn add_convolution(to: &mut [f32], convolution: Convolution, map: &Padded, stride: usize) {
    let Convolution { weight, bias } = convolution;
    let (out, inner) = (bias.len(), map.read());
    assert!((1..=STRIDE).contains(&stride), "a stride of 1 or 2");
    let [height, width] = [map.height, map.width].map(|side| side.div_ceil(stride));
    let area = height * width;
    assert!(weight.len() == out * inner && to.len() == out * area, "a weight a cell that is read");
    let weights = pack::<TALL>(out, inner, |channel| &weight[channel * inner..]);
    // By row, all channels, so that what is read is gathered once for them.
    let mut rows = vec![0.0; to.len()];
    parallel::chunks(&mut rows, out * width, |y, row| {
        let mut panel = vec![0.0; inner * WIDE];
        vectorised(
            #[inline(always)]
            || {
                for x in (0..width).step_by(WIDE) {
                    map.gather(stride, y, x, &mut panel);
                    let groups = row.chunks_mut(TALL * width);
                    for (to, weights) in groups.zip(weights.chunks_exact(TALL * inner)) {
                        let tile = multiply(weights, &panel);
                        for (to, sums) in to.chunks_exact_mut(width).zip(tile) {
                            write(&mut to[x..], sums);
                        }
                    }
                }
            },
        );
    });
    parallel::chunks(to, area, |channel, to| {
        let rows = rows.chunks_exact(width).skip(channel).step_by(out);
        for (to, row) in to.chunks_exact_mut(width).zip(rows) {
            to.iter_mut().zip(row).for_each(|(to, sum)| *to += sum + bias[channel]);
        }
    });
}

/// Sums into the first cells, as many as there are.
#[inline(always)]
fn write(to: &mut [f32], sums: [Lanes; VECTORS]) {
    if let Some(to) = to.first_chunk_mut::<WIDE>() {
        return store(sums, to);
    }
    let mut cells = [0.0; WIDE];
    store(sums, &mut cells);
    to.copy_from_slice(&cells[..to.len()]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| ((i + seed) * 7919 % 1009) as f32 / 500.0 - 1.0).collect()
    }

    proptest! {
        #[test]
        fn each_cell_gets_the_sum_of_what_is_around_it(
            channels in 1..6_usize, out in 1..7_usize, height in 1..9_usize, width in 1..40_usize, relu: bool, stride in 1..3_usize,
        ) {
            let (columns, area) = (width.div_ceil(stride), height.div_ceil(stride) * width.div_ceil(stride));
            let (map, weight) = (values(channels * height * width, 1), values(out * channels * 9, 2));
            let (bias, before) = (values(out, 3), values(out * area, 4));
            let convolution = Convolution { weight: &weight, bias: &bias };
            let mut found = before.clone();
            let make = if relu { Padded::positive } else { Padded::new };
            add_convolution(&mut found, convolution, &make(&map, [height, width]), stride);
            for (i, found) in found.into_iter().enumerate() {
                let (o, y, x) = (i / area, i % area / columns * stride, i % area % columns * stride);
                let mut sum = f64::from(before[i]) + f64::from(bias[o]);
                for (c, dy, dx) in (0..9 * channels).map(|k| (k / 9, k / 3 % 3, k % 3)) {
                    if (1..=height).contains(&(y + dy)) && (1..=width).contains(&(x + dx)) {
                        let cell = map[(c * height + y + dy - 1) * width + x + dx - 1];
                        let cell = if relu { cell.max(0.0) } else { cell };
                        sum += f64::from(weight[(o * channels + c) * 9 + dy * 3 + dx]) * f64::from(cell);
                    }
                }
                prop_assert!((f64::from(found) - sum).abs() < 1e-4, "{} {}", found, sum);
            }
        }
    }
}
