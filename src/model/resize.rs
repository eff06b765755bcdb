//! Bilinear resizing of feature maps and of position tables.

use burn::tensor::module::{avg_pool2d, interpolate};
use burn::tensor::ops::{AvgPoolOptions, InterpolateMode, InterpolateOptions};
use burn::tensor::{Device, Tensor, TensorData};

#[cfg(feature = "gpu")]
use super::gpu;

/// Doubles height and width, bilinear with half-pixel centres.
///
/// # Shapes
/// `[batch, channel, height, width]` to `[batch, channel, 2 height, 2 width]`
pub fn up2(x: Tensor<4>) -> Tensor<4> {
    #[cfg(feature = "gpu")]
    if let Some(larger) = gpu::up2(&x) {
        return larger;
    }
    let [_, _, height, width] = x.dims();
    let options = InterpolateOptions::new(InterpolateMode::Bilinear)
        .with_align_corners(false)
        .with_output_size([2 * height, 2 * width]);
    interpolate(x, options)
}

/// The mean over `cell x cell` squares.
///
/// # Shapes
/// `[batch, channel, height, width]` to `[batch, channel, height / cell, width / cell]`
pub(super) fn pool(x: Tensor<4>, cell: usize) -> Tensor<4> {
    if cell == 1 {
        return x;
    }
    #[cfg(feature = "gpu")]
    if let Some(smaller) = gpu::pool(&x, cell) {
        return smaller;
    }
    avg_pool2d(x, AvgPoolOptions::new([cell, cell]).with_stride([cell, cell]))
}

/// Resizes the last two axes of a table bilinearly with aligned corners, so that its middle stays in the middle.
///
/// # Shapes
/// `[batch, channel, from_h, from_w]` to `[batch, channel, to_h, to_w]`
pub fn grid_resize(table: Tensor<4>, to: [usize; 2]) -> Tensor<4> {
    let [batch, channel, from_h, from_w] = table.dims();
    if [from_h, from_w] == to {
        return table;
    }
    let device = table.device();
    let rows = grid_matrix(from_h, to[0], &device).reshape([1, 1, to[0], from_h]);
    let columns = grid_matrix(from_w, to[1], &device).transpose().reshape([1, 1, from_w, to[1]]);
    rows.expand([batch, channel, to[0], from_h])
        .matmul(table)
        .matmul(columns.expand([batch, channel, from_w, to[1]]))
}

/// The matrix `[to, from]` of a linear interpolation with aligned ends.
fn grid_matrix(from: usize, to: usize, device: &Device) -> Tensor<2> {
    let mut weights = vec![0.0f32; to * from];
    for (i, row) in weights.chunks_exact_mut(from).enumerate() {
        let position = if to > 1 { i as f64 * (from - 1) as f64 / (to - 1) as f64 } else { 0.0 };
        let low = (position.floor() as usize).min(from - 1);
        let high = (low + 1).min(from - 1);
        let fraction = (position - low as f64) as f32;
        row[low] += 1.0 - fraction;
        row[high] += fraction;
    }
    Tensor::from_data(TensorData::new(weights, [to, from]), device)
}
