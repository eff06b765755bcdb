//! Layers that label encoder and matching share.

use anolis_kernels::{Matrix, Right, Start, layer_norm, product};
use burn::nn::{LayerNorm, Linear};

use super::Values;

/// Of the network's LayerNorms (docs/network.md); Burn keeps its own to itself.
const EPSILON: f32 = 1e-5;

pub struct Norm {
    gamma: Values,
    beta: Values,
}

impl Norm {
    pub fn of(norm: &LayerNorm) -> Option<Self> {
        let beta = Values::of(norm.beta.as_ref()?.val())?;
        Some(Self { gamma: Values::of(norm.gamma.val())?, beta })
    }

    pub fn forward(&self, x: &[f32]) -> Vec<f32> {
        layer_norm(x, &self.gamma, &self.beta, EPSILON)
    }
}

/// A linear layer, weight `[in, out]`.
pub struct Layer {
    weight: Values,
    bias: Vec<f32>,
}

impl Layer {
    pub fn of(linear: &Linear) -> Option<Self> {
        let bias = match &linear.bias {
            Some(bias) => Values::of(bias.val())?.to_vec(),
            None => vec![0.0; linear.weight.dims()[1]],
        };
        Some(Self { weight: Values::of(linear.weight.val())?, bias })
    }

    /// Width of what it answers.
    pub fn out(&self) -> usize {
        self.bias.len()
    }

    pub fn forward(&self, x: &[f32]) -> Vec<f32> {
        let out = self.out();
        let inner = self.weight.len() / out;
        let rows = x.len() / inner;
        let mut y = vec![0.0; rows * out];
        let weight = Right::new(Matrix::new(&self.weight, inner, out));
        product(&mut y, out, Matrix::new(x, rows, inner), &weight, Start::Columns(&self.bias));
        y
    }
}
