//! The body.

use burn::tensor::Tensor;

use super::Values;
use super::attention::{Attention, Biases, Tokens};
use super::convolution::Map;
use super::norm::norm;
use super::product::{Activation, Layer, Product, copy};
use super::resize::upsample;
use crate::model::body::{Body, BodyBlock, Taps};
use crate::model::trunk::Features;

/// [`Body::forward`] for one picture `[1, channels, height, width]`.
pub fn taps(body: &Body, features: &Features, bias: &[Tensor<4>]) -> Option<Taps> {
    let [batch, fine, height, width] = features.s16.dims();
    let coarse = features.s32.dims()[1];
    let layer = Layer::of(&body.tokens)?;
    let [count, dim] = [height * width, layer.out];
    if batch != 1 || layer.inner != fine + coarse {
        return None;
    }
    let s16 = Values::of(features.s16.clone())?;
    let s32 = Map { values: Values::of(features.s32.clone())?, shape: features.s32.dims() };
    let map = s16.room(layer.inner * count);
    copy(&s16, fine * count, &map.part(0, fine * count)?)?;
    upsample(&s32, None, &map.part(fine * count, coarse * count)?);

    let mut x = s16.room((1 + count) * dim);
    copy(&Values::of(body.cls.val())?, dim, &x.part(0, dim)?)?;
    let tokens = Product { left_transposed: true, ..Product::linear(&layer, count, &map) };
    tokens.write(&x.part(dim, count * dim)?)?;
    let tap = |x: &Values| Some(x.part(dim, count * dim)?.into_tensor([1, count, dim]));
    let mut seen = vec![tap(&x)?];
    for (done, (block, bias)) in (1..).zip(body.blocks.iter().zip(bias)) {
        x = forward(block, 1 + count, &x, bias)?;
        if body.taps[1..].contains(&done) {
            seen.push(tap(&x)?);
        }
    }
    seen.try_into().ok()
}

fn forward(block: &BodyBlock, sequence: usize, x: &Values, bias: &Tensor<4>) -> Option<Values> {
    let layers = [&block.qkv, &block.proj, &block.fc1, &block.fc2];
    let [qkv, proj, fc1, fc2] = layers.map(Layer::of);
    let (qkv, proj, fc1, fc2) = (qkv?, proj?, fc1?, fc2?);
    let [gamma1, gamma2] = [&block.gamma1, &block.gamma2].map(|gamma| Values::of(gamma.val()));
    let (gamma1, gamma2) = (gamma1?, gamma2?);

    let qkv = Product::linear(&qkv, sequence, &norm(&block.norm1, sequence, x)?).compute()?;
    let dim = block.gamma1.dims()[0];
    let [query, key, value] = [0, 1, 2].map(|part| Tokens::part(&qkv, part, [sequence, dim]));
    let biases = Biases {
        query: &Values::of(block.q_bias.val())?,
        value: &Values::of(block.v_bias.val())?,
        score: &Values::of(bias.clone())?,
    };
    let attention = Attention {
        batch: 1,
        queries: sequence,
        keys: sequence,
        dim,
        heads: block.heads,
        scale: ((dim / block.heads) as f32).sqrt().recip(),
        query,
        key,
        value,
        biases: Some(biases),
    };
    let seen = attention.compute()?;
    let proj = Product::linear(&proj, sequence, &seen);
    let x = Product { scale: Some(&gamma1), skip: Some(x), ..proj }.compute()?;
    let seen = norm(&block.norm2, sequence, &x)?;
    let fc1 = Product::linear(&fc1, sequence, &seen);
    let hidden = Product { activation: Activation::Gelu, ..fc1 }.compute()?;
    let fc2 = Product::linear(&fc2, sequence, &hidden);
    Product { scale: Some(&gamma2), skip: Some(&x), ..fc2 }.compute()
}
