//! The matching.

use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;

use super::Values;
use super::attention::{Attention, Tokens};
use super::norm::norm;
use super::product::{Activation, Layer, Product};

/// A layer on tokens `[batch, tokens, dim]`.
pub fn linear(layer: &Linear, tokens: &Tensor<3>) -> Option<Tensor<3>> {
    let [batch, count, _] = tokens.dims();
    applied(layer, [batch, count], &Values::of(tokens.clone())?)
}

/// The same on tokens that are normalised before.
pub fn projected(layer_norm: &LayerNorm, layer: &Linear, tokens: &Tensor<3>) -> Option<Tensor<3>> {
    let [batch, count, _] = tokens.dims();
    let seen = norm(layer_norm, batch * count, &Values::of(tokens.clone())?)?;
    applied(layer, [batch, count], &seen)
}

fn applied(layer: &Linear, [batch, count]: [usize; 2], x: &Values) -> Option<Tensor<3>> {
    let layer = Layer::of(layer)?;
    let applied = Product::linear(&layer, batch * count, x).compute()?;
    Some(applied.into_tensor([batch, count, layer.out]))
}

/// What follows projected queries `[1, queries, dim]`: the attention over all examples' keys `[keys, dim]` for the values
/// `[channel, keys, dim]` of each channel, `out_norm`, and `x + GELU(output x)`: `[channel, queries, dim]`.
pub fn matched(
    query: &Tensor<3>,
    keys: &Tensor<2>,
    values: &Tensor<3>,
    heads: usize,
    out_norm: &LayerNorm,
    output: &Linear,
) -> Option<Tensor<3>> {
    let [channels, support, dim] = values.dims();
    let queries = query.dims()[1];
    let query_of = Values::of(query.clone())?;
    let keys_of = Values::of(keys.clone())?;
    let values_of = Values::of(values.clone())?;
    let tokens = |values, batch| Tokens { values, step: dim, batch, start: 0 };
    let attention = Attention {
        batch: channels,
        queries,
        keys: support,
        dim,
        heads,
        // The reference scales by the full width, not by the head's.
        scale: (dim as f32).sqrt().recip(),
        query: tokens(&query_of, 0),
        key: tokens(&keys_of, 0),
        value: tokens(&values_of, support * dim),
    };
    let rows = channels * queries;
    let matched = norm(out_norm, rows, &attention.compute()?)?;
    let output = Layer::of(output)?;
    let output = Product::linear(&output, rows, &matched);
    let added = Product { activation: Activation::Gelu, skip: Some(&matched), ..output };
    Some(added.compute()?.into_tensor([channels, queries, dim]))
}
