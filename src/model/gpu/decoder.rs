//! The decoder.

use burn::tensor::Tensor;

use super::Values;
use super::convolution::{Activation, Convolution, Map, pointwise};
use super::product::{Axis, PointWise, Product};
use super::resize::upsampled;
use crate::model::decoder::{Decoder, ResidualConvUnit};

/// [`Decoder::forward`], with the read-out pooled to strides 16, 8, 4 and 2.
pub fn decode(
    decoder: &Decoder,
    matched: &[Tensor<3>; 4],
    details: [&Tensor<4>; 3],
    readout: &[Tensor<4>; 4],
) -> Option<Tensor<4>> {
    let mut hints = Vec::with_capacity(4);
    for map in readout {
        hints.push(Map { values: Values::of(map.clone())?, shape: map.dims() });
    }
    let mut x = merged(&PointWise::of(&decoder.merge)?, matched, hints[0].shape)?;
    x = hinted(decoder, 0, &hints[0], &x)?;
    for (n, features) in details.into_iter().enumerate() {
        let [batch, _, height, width] = features.dims();
        // Of several pictures that are seen together the first one counts.
        let first = Map { values: Values::of(features.clone())?, shape: features.dims() };
        let detail = pointwise(&PointWise::of(&decoder.detail[n])?, &first, None)?;
        let small = pointwise(&PointWise::of(&decoder.shrink[n])?, &x, None)?;
        if batch != 1 || small.shape[2..].iter().map(|length| 2 * length).ne([height, width]) {
            return None;
        }
        x = hinted(decoder, n + 1, &hints[n + 1], &upsampled(&small, Some(&detail.values)))?;
    }
    let head =
        Convolution { relu_before: true, activation: Activation::Relu, ..Convolution::PLAIN };
    let head = head.compute(&decoder.head, &x)?;
    let logits = pointwise(&PointWise::of(&decoder.last)?, &head, Some(&hints[3].values))?;
    Some(logits.values.into_tensor(logits.shape))
}

/// The levels `[channel, tokens, dim]` side by side, merged: a product for each of them.
fn merged(
    merge: &PointWise,
    levels: &[Tensor<3>; 4],
    [.., height, width]: [usize; 4],
) -> Option<Map> {
    let [channels, tokens, dim] = levels[0].dims();
    let mut sum: Option<Values> = None;
    for (level, seen) in levels.iter().enumerate() {
        let seen = Values::of(seen.clone())?;
        let product = Product {
            inner: dim,
            left_start: level * dim,
            right_transposed: true,
            right_step: tokens * dim,
            bias: if level == 0 { Some((Axis::Rows, &merge.bias)) } else { None },
            skip: sum.as_ref(),
            ..Product::pointwise(merge, [channels, tokens], &seen)
        };
        sum = Some(product.compute()?);
    }
    Some(Map { values: sum?, shape: [channels, merge.out, height, width] })
}

/// Adds what the read-out says at this stride, and sees it.
fn hinted(decoder: &Decoder, n: usize, hint: &Map, x: &Map) -> Option<Map> {
    let added = Convolution { skip: Some(&x.values), ..Convolution::PLAIN };
    residual(&decoder.rcu[n], &added.compute(&decoder.readout[n], hint)?)
}

/// `x + conv(relu(conv(relu(x))))`.
fn residual(unit: &ResidualConvUnit, x: &Map) -> Option<Map> {
    let first = Convolution { relu_before: true, ..Convolution::PLAIN };
    let second = Convolution { skip: Some(&x.values), ..first };
    second.compute(&unit.second, &first.compute(&unit.first, x)?)
}
