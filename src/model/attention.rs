//! Multi-head attention as label encoder and matching use it.

use burn::tensor::Tensor;
use burn::tensor::activation::softmax;

/// `softmax(scale q kT) v`, per head.
///
/// # Shapes
/// - `query`: `[batch, queries, heads * width]`, `key`: `[batch, keys, heads * width]`, `value`: `[batch, keys, heads * value_width]`
/// - returns `[batch, queries, heads * value_width]`
pub(super) fn attend(
    query: Tensor<3>,
    key: Tensor<3>,
    value: Tensor<3>,
    heads: usize,
    scale: f64,
) -> Tensor<3> {
    let scores = split(query, heads).matmul(split(key, heads).swap_dims(2, 3)) * scale;
    merge(softmax(scores, 3).matmul(split(value, heads)))
}

/// `[batch, tokens, heads * width]` to `[batch, heads, tokens, width]`.
fn split(x: Tensor<3>, heads: usize) -> Tensor<4> {
    let [batch, tokens, dim] = x.dims();
    x.reshape([batch, tokens, heads, dim / heads]).swap_dims(1, 2)
}

/// `[batch, heads, tokens, width]` to `[batch, tokens, heads * width]`.
fn merge(x: Tensor<4>) -> Tensor<3> {
    let [batch, heads, tokens, width] = x.dims();
    x.swap_dims(1, 2).reshape([batch, tokens, heads * width])
}
