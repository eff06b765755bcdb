//! Expand, filter, project: in pieces that stay in the cache.

use crate::depthwise::{Filter, Plane, depthwise, filtered, rows_read};
use crate::parallel;
use crate::product::{Matrix, Right, Start, product};

/// Weights `[out, in / groups, kernel, kernel]` and a bias an output channel.
#[derive(Clone, Copy)]
pub struct Convolution<'a> {
    pub weight: &'a [f32],
    pub bias: &'a [f32],
}

/// An inverted residual block (Sandler et al. 2018, section 3.3) with ReLU6 after its first two convolutions and padding as
/// TensorFlow's SAME for even sides.
///
/// The expanded map is never whole in memory: a strip of rows is expanded some channels at a time, filtered, and what it adds to
/// each output is summed.
pub struct InvertedResidual<'a> {
    /// 1 x 1; without it the input is bounded and filtered.
    pub expand: Option<Convolution<'a>>,
    pub depthwise: Convolution<'a>,
    pub project: Convolution<'a>,
    /// Side of the depthwise filter, 3 or 5, and its stride, 1 or 2.
    pub kernel: usize,
    pub stride: usize,
    /// Whether the input is added.
    pub residual: bool,
}

/// Floats of a piece of the expanded map: two thirds of a small second-level cache.
const PIECE: usize = 128 * 1024;
/// Input cells of a strip, about.
const STRIP: usize = 4096;
/// Input rows of a strip for each that the next strip expands again.
const AGAIN: usize = 8;
/// Parts that channels are shared out in, at most: each has sums of its own.
const PARTS: usize = 8;

impl InvertedResidual<'_> {
    /// `[in, height, width]` to `[out, height / stride, width / stride]`.
    ///
    /// # Panics
    /// When shapes do not agree.
    pub fn forward(&self, input: &[f32], [height, width]: [usize; 2]) -> Vec<f32> {
        let area = height * width;
        assert!(area > 0 && input.len().is_multiple_of(area), "whole channels");
        assert!(matches!((self.kernel, self.stride), (3 | 5, 1 | 2)), "3 or 5, stride 1 or 2");
        assert!(height >= self.stride && width >= self.stride, "a cell a stride");
        let [rows, columns] = [filtered(height, self.stride), filtered(width, self.stride)];
        let mut output = self.beginning(input, rows * columns);
        let threads = parallel::threads();
        let most = (STRIP / (width * self.stride)).clamp(1, rows);
        let least = (AGAIN * (self.kernel - self.stride)).div_ceil(self.stride);
        let strip = rows.div_ceil(threads).max(least).min(most);
        if rows <= most && rows.div_ceil(strip) < threads {
            // Rows are too few for all threads: channels are shared out.
            let wide = self.depthwise.bias.len();
            let part = wide.div_ceil(threads.min(PARTS));
            parallel::sum(&mut output, wide.div_ceil(part), |i, output| {
                let channels = [i * part, wide.min((i + 1) * part)];
                self.strip(input, [height, width], [0, rows], channels, output, rows * columns);
            });
        } else {
            parallel::columns(
                &mut output,
                rows * columns,
                strip * columns,
                |first, output, stride| {
                    let from = first / columns;
                    let channels = [0, self.depthwise.bias.len()];
                    let to = rows.min(from + strip);
                    self.strip(input, [height, width], [from, to], channels, output, stride);
                },
            );
        }
        output
    }

    /// The bias and, where it is added, the input.
    fn beginning(&self, input: &[f32], cells: usize) -> Vec<f32> {
        let mut output = Vec::with_capacity(self.project.bias.len() * cells);
        if self.residual {
            assert!(input.len() == self.project.bias.len() * cells, "an input like the output");
            for (plane, bias) in input.chunks_exact(cells).zip(self.project.bias) {
                output.extend(plane.iter().map(|value| value + bias));
            }
        } else {
            for &bias in self.project.bias {
                output.extend(std::iter::repeat_n(bias, cells));
            }
        }
        output
    }

    /// Adds what expanded channels `begin` to `end` make of output rows `from` to `to`; the planes of the output begin with row `from`
    /// and are `stride` values apart.
    fn strip(
        &self,
        input: &[f32],
        [height, width]: [usize; 2],
        [from, to]: [usize; 2],
        [begin, end]: [usize; 2],
        output: &mut [f32],
        stride: usize,
    ) {
        let area = height * width;
        let channels = input.len() / area;
        let wide = self.depthwise.bias.len();
        let columns = filtered(width, self.stride);
        let [top, bottom] = rows_read(from, to, self.kernel, self.stride, height);
        let (cells, out_cells) = ((bottom - top) * width, (to - from) * columns);
        let right = self.expand.is_some().then(|| {
            let rows = Matrix::strided(&input[top * width..], channels, cells, area);
            Right::new(rows)
        });
        let most = (PIECE / cells).clamp(8, 96).min(end - begin);
        let mut expanded = vec![0.0; if right.is_some() { most * cells } else { 0 }];
        let mut filtered = vec![0.0; most * out_cells];
        for first in (begin..end).step_by(most) {
            let count = most.min(end - first);
            if let (Some(expand), Some(right)) = (&self.expand, &right) {
                let weight = &expand.weight[first * channels..][..count * channels];
                let weight = Matrix::new(weight, count, channels);
                let bias = Start::Rows(&expand.bias[first..]);
                product(&mut expanded, cells, weight, right, bias);
            }
            let filtered = &mut filtered[..count * out_cells];
            parallel::chunks(filtered, out_cells, |i, out| {
                let channel = first + i;
                let data = match right {
                    Some(_) => &expanded[i * cells..][..cells],
                    None => &input[channel * area + top * width..][..cells],
                };
                let filter = Filter {
                    weight: &self.depthwise.weight[channel * self.kernel * self.kernel..]
                        [..self.kernel * self.kernel],
                    bias: self.depthwise.bias[channel],
                    kernel: self.kernel,
                    stride: self.stride,
                };
                depthwise(&Plane { data, width, top, height }, filter, from, out);
            });
            product(
                output,
                stride,
                Matrix::strided(
                    &self.project.weight[first..],
                    self.project.bias.len(),
                    count,
                    wide,
                ),
                &Right::new(Matrix::new(filtered, count, out_cells)),
                Start::Sum,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stem;

    fn values(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| ((i + seed) * 7919 % 1009) as f32 / 500.0 - 1.0).collect()
    }

    /// A convolution with TensorFlow's SAME padding, as it is written down; output bounded between 0 and 6 if `bounded`.
    fn convolve(
        input: &[f32],
        [height, width]: [usize; 2],
        convolution: Convolution,
        [kernel, stride, groups]: [usize; 3],
        bounded: bool,
    ) -> Vec<f32> {
        let channels = input.len() / (height * width);
        let out = convolution.bias.len();
        let (group, per_group) = (channels / groups, out / groups);
        let before = (kernel - stride) / 2;
        let mut output = Vec::new();
        for o in 0..out {
            for y in 0..filtered(height, stride) {
                for x in 0..filtered(width, stride) {
                    let mut sum = f64::from(convolution.bias[o]);
                    for c in 0..group {
                        for dy in 0..kernel {
                            for dx in 0..kernel {
                                let (row, column) = (y * stride + dy, x * stride + dx);
                                if (before..before + height).contains(&row)
                                    && (before..before + width).contains(&column)
                                {
                                    let channel = o / per_group * group + c;
                                    let at =
                                        (channel * height + row - before) * width + column - before;
                                    let weight = convolution.weight
                                        [((o * group + c) * kernel + dy) * kernel + dx];
                                    sum += f64::from(weight) * f64::from(input[at]);
                                }
                            }
                        }
                    }
                    output.push(if bounded { sum.clamp(0.0, 6.0) } else { sum } as f32);
                }
            }
        }
        output
    }

    fn close(found: &[f32], expected: &[f32]) -> bool {
        found.len() == expected.len()
            && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-4 * b.abs().max(1.0))
    }

    proptest! {
        #[test]
        fn a_block_is_three_convolutions(
            channels in 1..7_usize, expansion in 1..30_usize, out in 1..9_usize,
            height in 2..40_usize, width in 2..75_usize, threads in 1..6_usize,
            kernel in prop::sample::select(vec![3_usize, 5]), stride in 1..3_usize, residual: bool,
        ) {
            let (size, wide) = ([height, width], channels * expansion);
            let residual = residual && stride == 1;
            let out = if residual { channels } else { out };
            let weights = [
                values(wide * channels, 1), values(wide, 2), values(wide * kernel * kernel, 3),
                values(wide, 4), values(out * wide, 5), values(out, 6),
            ];
            let convolution = |i: usize| Convolution { weight: &weights[2 * i], bias: &weights[2 * i + 1] };
            let input = values(channels * height * width, 7);
            let block = InvertedResidual {
                expand: (expansion > 1).then(|| convolution(0)),
                depthwise: convolution(1),
                project: convolution(2),
                kernel,
                stride,
                residual,
            };
            let expanded = match block.expand {
                Some(expand) => convolve(&input, size, expand, [1, 1, 1], true),
                None => input.iter().map(|value| value.clamp(0.0, 6.0)).collect(),
            };
            let filter = [kernel, stride, wide];
            let found = convolve(&expanded, size, convolution(1), filter, true);
            let size = size.map(|side| filtered(side, stride));
            let mut expected = convolve(&found, size, convolution(2), [1, 1, 1], false);
            if residual {
                expected.iter_mut().zip(&input).for_each(|(sum, value)| *sum += value);
            }
            let found = parallel::with_threads(threads, || block.forward(&input, [height, width]));
            prop_assert!(close(&found, &expected));
        }

        #[test]
        fn the_stem_is_a_convolution(
            rows in 1..40_usize, columns in 1..60_usize, out in 1..7_usize, threads in 1..4_usize,
        ) {
            let size = [2 * rows, 2 * columns];
            let input = values(3 * size[0] * size[1], 1);
            let (weight, bias) = (values(27 * out, 2), values(out, 3));
            let convolution = Convolution { weight: &weight, bias: &bias };
            let scaled: Vec<f32> = input.iter().map(|value| value * 2.0 - 0.5).collect();
            let expected = convolve(&scaled, size, convolution, [3, 2, 1], false);
            let found = || stem(convolution, &input, size, [2.0, -0.5]);
            prop_assert!(close(&parallel::with_threads(threads, found), &expected));
        }
    }
}
