//! The tokens.

use burn::tensor::Tensor;

use super::Values;
use super::convolution::Map;
use super::norm::norm;
use super::product::{Layer, Product, copy};
use super::resize::upsample;
use crate::model::tokens::Tokens;
use crate::model::trunk::Features;

/// [`Tokens::forward`] for one picture `[1, channels, height, width]`.
pub fn tokens(tokens: &Tokens, features: &Features) -> Option<Tensor<3>> {
    let [batch, fine, height, width] = features.s16.dims();
    let coarse = features.s32.dims()[1];
    let layer = Layer::of(&tokens.linear)?;
    let count = height * width;
    if batch != 1 || layer.inner != fine + coarse {
        return None;
    }
    let s16 = Values::of(features.s16.clone())?;
    let s32 = Map { values: Values::of(features.s32.clone())?, shape: features.s32.dims() };
    let map = s16.room(layer.inner * count);
    copy(&s16, fine * count, &map.part(0, fine * count)?)?;
    upsample(&s32, None, &map.part(fine * count, coarse * count)?);
    let product = Product { left_transposed: true, ..Product::linear(&layer, count, &map) };
    let normed = norm(&tokens.norm, count, &product.compute()?)?;
    Some(normed.into_tensor([1, count, layer.out]))
}
