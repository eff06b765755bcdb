//! The body's blocks.

use anolis_kernels::{
    Attention, Matrix, Right, Start, add_scaled, attention, gelu, layer_norm, product,
};
use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;

use super::{Values, tensor};
use crate::model::body::BodyBlock;

/// Of the network's LayerNorms (docs/network.md); Burn keeps its own to itself.
const EPSILON: f32 = 1e-5;

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
            qkv: Layer {
                weight: Values::of(block.qkv.weight.val())?,
                bias: [&*query, &no_bias, &*value].concat(),
            },
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

struct Norm {
    gamma: Values,
    beta: Values,
}

impl Norm {
    fn of(norm: &LayerNorm) -> Option<Self> {
        let beta = Values::of(norm.beta.as_ref()?.val())?;
        Some(Self { gamma: Values::of(norm.gamma.val())?, beta })
    }

    fn forward(&self, x: &[f32]) -> Vec<f32> {
        layer_norm(x, &self.gamma, &self.beta, EPSILON)
    }
}

/// A linear layer, weight `[in, out]`.
struct Layer {
    weight: Values,
    bias: Vec<f32>,
}

impl Layer {
    fn of(linear: &Linear) -> Option<Self> {
        let bias = Values::of(linear.bias.as_ref()?.val())?.to_vec();
        Some(Self { weight: Values::of(linear.weight.val())?, bias })
    }

    fn forward(&self, x: &[f32]) -> Vec<f32> {
        let out = self.bias.len();
        let inner = self.weight.len() / out;
        let rows = x.len() / inner;
        let mut y = vec![0.0; rows * out];
        let weight = Right::new(Matrix::new(&self.weight, inner, out));
        product(&mut y, out, Matrix::new(x, rows, inner), &weight, Start::Columns(&self.bias));
        y
    }
}
