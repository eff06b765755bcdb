//! Bilinear resizing of feature maps and of position tables.
//!
//! As products with a matrix an axis: Burn's own operators would bring kernels, forwards and backwards, that nothing else needs.

use burn::tensor::{Tensor, TensorData};

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
    resize(x, [2 * height, 2 * width])
}

/// To any height and width, bilinear with half-pixel centres, edges clamped, without anti-aliasing.
///
/// # Shapes
/// `[batch, channel, from_h, from_w]` to `[batch, channel, to_h, to_w]`
pub fn resize(x: Tensor<4>, to: [usize; 2]) -> Tensor<4> {
    by_axes(x, to, |i, from, to| (i as f64 + 0.5) * from as f64 / to as f64 - 0.5)
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
    let [batch, channel, height, width] = x.dims();
    let [rows, columns] = [height / cell, width / cell];
    x.reshape([batch * channel * rows, cell, columns, cell])
        .mean_dim(3)
        .mean_dim(1)
        .reshape([batch, channel, rows, columns])
}

/// Resizes the last two axes of a table bilinearly with aligned corners, so that its middle stays in the middle.
///
/// # Shapes
/// `[batch, channel, from_h, from_w]` to `[batch, channel, to_h, to_w]`
pub fn grid_resize(table: Tensor<4>, to: [usize; 2]) -> Tensor<4> {
    by_axes(
        table,
        to,
        |i, from, to| if to > 1 { i as f64 * (from - 1) as f64 / (to - 1) as f64 } else { 0.0 },
    )
}

/// Reads each axis linearly where `place` says: of an index, the length it is read from and the length of the result.
fn by_axes(x: Tensor<4>, to: [usize; 2], place: fn(usize, usize, usize) -> f64) -> Tensor<4> {
    let [batch, channel, height, width] = x.dims();
    if [height, width] == to {
        return x;
    }
    let planes = batch * channel;
    // One product an axis, whatever the number of planes.
    let along = |x: Tensor<2>, from: usize, to: usize| {
        let matrix = TensorData::new(matrix(from, to, place), [from, to]);
        let matrix = Tensor::from_data(matrix, &x.device());
        x.matmul(matrix)
    };
    let x = along(x.reshape([planes * height, width]), width, to[1]);
    let x = x.reshape([planes, height, to[1]]).swap_dims(1, 2);
    let x = along(x.reshape([planes * to[1], height]), height, to[0]);
    x.reshape([planes, to[1], to[0]]).swap_dims(1, 2).reshape([batch, channel, to[0], to[1]])
}

/// The matrix `[from, to]` of a linear interpolation.
fn matrix(from: usize, to: usize, place: fn(usize, usize, usize) -> f64) -> Vec<f32> {
    let mut weights = vec![0.0f32; from * to];
    for i in 0..to {
        let position = place(i, from, to).clamp(0.0, (from - 1) as f64);
        let low = position.floor() as usize;
        let high = (low + 1).min(from - 1);
        let fraction = (position - low as f64) as f32;
        weights[low * to + i] += 1.0 - fraction;
        weights[high * to + i] += fraction;
    }
    weights
}
