//! The label encoder: its convolutions, and its blocks.

use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;

use super::Values;
use super::attention::{Attention, Tokens};
use super::convolution::{Activation, Convolution, Map};
use super::norm::norm;
use super::product::{self, Layer, Product};
use crate::model::label_encoder::LabelBlock;

/// Tokens `[channel, tokens, dim]` of labels `[channel, 1, height, width]`: convolutions, GELU after all but the last, plus
/// the `position` of each token `[tokens, dim]`.
pub fn label_tokens(
    stem: &[Conv2d],
    labels: &Tensor<4>,
    position: &Tensor<2>,
) -> Option<Tensor<3>> {
    let (last, others) = stem.split_last()?;
    let mut map = Map { values: Values::of(labels.clone())?, shape: labels.dims() };
    for filter in others {
        let activation = Activation::Gelu;
        map = Convolution { activation, ..Convolution::PLAIN }.compute(filter, &map)?;
    }
    let position = Values::of(position.clone())?;
    let placed = Convolution { skip: Some(&position), tokens: true, ..Convolution::PLAIN };
    let Map { values, shape: [channels, dim, height, width] } = placed.compute(last, &map)?;
    Some(values.into_tensor([channels, height * width, dim]))
}

/// The tokens `[channel, tokens, dim]` after each of the blocks, from those before the first.
pub fn label_blocks(blocks: &[LabelBlock], x: &Tensor<3>) -> Option<Vec<Tensor<3>>> {
    let shape @ [channels, tokens, _] = x.dims();
    let mut x = Values::of(x.clone())?;
    let after = blocks.iter().map(|block| {
        x = forward(block, [channels, tokens], &x)?;
        Some(x.clone().into_tensor(shape))
    });
    after.collect()
}

fn forward(block: &LabelBlock, [channels, tokens]: [usize; 2], x: &Values) -> Option<Values> {
    let layers = [&block.qkv, &block.proj, &block.fc1, &block.fc2];
    let [qkv, proj, fc1, fc2] = layers.map(Layer::of);
    let (qkv, proj, fc1, fc2) = (qkv?, proj?, fc1?, fc2?);
    let rows = channels * tokens;
    let qkv = Product::linear(&qkv, rows, &norm(&block.norm1, rows, x)?).compute()?;
    let dim = block.proj.weight.dims()[0];
    let [query, key, value] = [0, 1, 2].map(|part| Tokens::part(&qkv, part, [tokens, dim]));
    let attention = Attention {
        batch: channels,
        queries: tokens,
        keys: tokens,
        dim,
        heads: block.heads,
        scale: ((dim / block.heads) as f32).sqrt().recip(),
        query,
        key,
        value,
    };
    let seen = attention.compute()?;
    let proj = Product::linear(&proj, rows, &seen);
    let x = Product { skip: Some(x), ..proj }.compute()?;
    let fc1_of = norm(&block.norm2, rows, &x)?;
    let fc1 = Product::linear(&fc1, rows, &fc1_of);
    let hidden = Product { activation: product::Activation::Gelu, ..fc1 }.compute()?;
    let fc2 = Product::linear(&fc2, rows, &hidden);
    Product { skip: Some(&x), ..fc2 }.compute()
}
