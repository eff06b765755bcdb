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

impl InvertedResidual<'_> {
    /// `[in, height, width]` to `[out, height / stride, width / stride]`.
    ///
    /// # Panics
    /// When shapes do not agree.
    pub fn forward(&self, input: &[f32], [height, width]: [usize; 2]) -> Vec<f32> {
        let area = height * width;
        assert!(area > 0 && input.len() % area == 0, "whole channels");
        assert!(matches!((self.kernel, self.stride), (3 | 5, 1 | 2)), "3 or 5, stride 1 or 2");
        assert!(height >= self.stride && width >= self.stride, "a cell a stride");
        let [rows, columns] = [filtered(height, self.stride), filtered(width, self.stride)];
        let mut output = self.beginning(input, rows * columns);
        let strip = (STRIP / (width * self.stride)).clamp(1, rows);
        for top in (0..rows).step_by(strip) {
            self.strip(input, [height, width], [top, rows.min(top + strip)], &mut output);
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

    /// Adds what the block makes of output rows `from` to `to`.
    fn strip(
        &self,
        input: &[f32],
        [height, width]: [usize; 2],
        [from, to]: [usize; 2],
        output: &mut [f32],
    ) {
        let area = height * width;
        let channels = input.len() / area;
        let wide = self.depthwise.bias.len();
        let columns = filtered(width, self.stride);
        let out_area = filtered(height, self.stride) * columns;
        let [top, end] = rows_read(from, to, self.kernel, self.stride, height);
        let (cells, out_cells) = ((end - top) * width, (to - from) * columns);
        let right = self.expand.is_some().then(|| {
            let rows = Matrix::strided(&input[top * width..], channels, cells, area);
            Right::new(rows)
        });
        let most = (PIECE / cells).clamp(8, 96).min(wide);
        let mut expanded = vec![0.0; if right.is_some() { most * cells } else { 0 }];
        let mut filtered = vec![0.0; most * out_cells];
        for first in (0..wide).step_by(most) {
            let count = most.min(wide - first);
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
                &mut output[from * columns..],
                out_area,
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
