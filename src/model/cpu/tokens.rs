//! The tokens.

use anolis_kernels::{Matrix, Right, Start, double, product};
use burn::tensor::Tensor;

use super::layers::Norm;
use super::{Values, tensor};
use crate::model::tokens::Tokens;
use crate::model::trunk::Features;

/// [`Tokens::forward`] of maps with an even height and width.
pub fn tokens(tokens: &Tokens, features: &Features) -> Option<Tensor<3>> {
    let [batch, fine, height, width] = features.s16.dims();
    let [_, coarse, half, quarter] = features.s32.dims();
    if [height, width] != [2 * half, 2 * quarter] {
        return None;
    }
    let area = height * width;
    let (s16, s32) = (Values::of(features.s16.clone())?, Values::of(features.s32.clone())?);
    let (weight, norm) = (Values::of(tokens.linear.weight.val())?, Norm::of(&tokens.norm)?);
    let bias = Values::of(tokens.linear.bias.as_ref()?.val())?;
    let [wide, dim] = tokens.linear.weight.dims();
    let pictures = (fine + coarse) / wide;
    let (near, far) = (fine / pictures, coarse / pictures);
    let by_output: Vec<f32> =
        (0..dim).flat_map(|to| weight.iter().skip(to).step_by(dim)).copied().collect();
    let mut all = Vec::with_capacity(batch * area * dim);
    // Of pictures side by side the first one counts.
    for (s16, s32) in s16.chunks_exact(fine * area).zip(s32.chunks_exact(coarse * area / 4)) {
        let mut map = vec![0.0; dim * area];
        let maps = Right::new(Matrix::new(&s16[..near * area], near, area));
        product(
            &mut map,
            area,
            Matrix::strided(&by_output, dim, near, wide),
            &maps,
            Start::Rows(&bias),
        );
        // Enlarged after the projection, which costs a quarter of it and is the same.
        let mut small = vec![0.0; dim * area / 4];
        let maps = Right::new(Matrix::new(&s32[..far * area / 4], far, area / 4));
        let columns = Matrix::strided(&by_output[near..], dim, far, wide);
        product(&mut small, area / 4, columns, &maps, Start::Zero);
        map.iter_mut().zip(double(&small, [half, quarter])).for_each(|(to, more)| *to += more);
        all.extend((0..area).flat_map(|token| map[token..].iter().step_by(area)));
    }
    Some(tensor(norm.forward(&all), [batch, area, dim], &features.s16.device()))
}
