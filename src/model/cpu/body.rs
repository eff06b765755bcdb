//! The body's blocks.

use anolis_kernels::{Attention, add_scaled, attention, gelu};
use burn::tensor::Tensor;

use super::layers::{Layer, Norm};
use super::{Values, tensor};
use crate::model::body::BodyBlock;

/// The tokens `[batch, sequence, dim]` after each of the blocks, from those before the first; `bias` is that of each block.
pub fn blocks(blocks: &[BodyBlock], x: &Tensor<3>, bias: &[Tensor<4>]) -> Option<Vec<Tensor<3>>> {
    let shape @ [_, sequence, dim] = x.dims();
    let device = x.device();
    let mut x = Values::of(x.clone())?.to_vec();
    let weights: Option<Vec<_>> =
        blocks.iter().zip(bias).map(|(block, bias)| Block::of(block, bias)).collect();
    let after = weights?.into_iter().map(|block| {
        x.chunks_exact_mut(sequence * dim).for_each(|x| block.forward(x));
        tensor(x.clone(), shape, &device)
    });
    Some(after.collect())
}

struct Block {
    norm1: Norm,
    qkv: Layer,
    proj: Layer,
    gamma1: Values,
    norm2: Norm,
    fc1: Layer,
    fc2: Layer,
    gamma2: Values,
    bias: Values,
    heads: usize,
}

impl Block {
    fn of(block: &BodyBlock, bias: &Tensor<4>) -> Option<Self> {
        let [query, value] = [&block.q_bias, &block.v_bias].map(|bias| Values::of(bias.val()));
        let (query, value) = (query?, value?);
        let no_bias = vec![0.0; query.len()];
        Some(Self {
            norm1: Norm::of(&block.norm1)?,
            qkv: Layer::with_bias(&block.qkv, [&*query, &no_bias, &*value].concat())?,
            proj: Layer::of(&block.proj)?,
            gamma1: Values::of(block.gamma1.val())?,
            norm2: Norm::of(&block.norm2)?,
            fc1: Layer::of(&block.fc1)?,
            fc2: Layer::of(&block.fc2)?,
            gamma2: Values::of(block.gamma2.val())?,
            bias: Values::of(bias.clone())?,
            heads: block.heads,
        })
    }

    fn forward(&self, x: &mut [f32]) {
        let dim = self.gamma1.len();
        let qkv = self.qkv.forward(&self.norm1.forward(x));
        let scale = ((dim / self.heads) as f32).sqrt().recip();
        let heads = Attention { heads: self.heads, scale, bias: &self.bias };
        let seen = attention(&qkv, dim, heads);
        add_scaled(x, &self.proj.forward(&seen), &self.gamma1);
        let mut hidden = self.fc1.forward(&self.norm2.forward(x));
        gelu(&mut hidden);
        add_scaled(x, &self.fc2.forward(&hidden), &self.gamma2);
    }
}
