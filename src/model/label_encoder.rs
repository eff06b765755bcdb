//! The encoder of single-channel labels.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::gelu;
use burn::tensor::{Device, Distribution, Tensor};

use super::attention::attend;
use super::config::NetworkConfig;
#[cfg(feature = "cpu")]
use super::cpu;
#[cfg(feature = "gpu")]
use super::gpu;
use super::resize::grid_resize;

/// What a label pixel holds where nothing is known.
pub const UNKNOWN: f32 = -1.0;

/// Of the tokens, in pixels.
const STRIDE: usize = 16;

/// Label tokens at four depths, each `[batch, tokens, label_dim]`.
pub type LabelTaps = [Tensor<3>; 4];

/// Convolutional stem to stride 16 and three plain ViT blocks; no task-specific parameters (Chameleon, section 3.1).
#[derive(Module, Debug)]
pub struct LabelEncoder {
    pub(super) stem: Vec<Conv2d>,
    position: Param<Tensor<2>>,
    pub(super) blocks: Vec<LabelBlock>,
    base_grid: usize,
}

impl LabelEncoder {
    /// A label encoder with random parameters.
    pub fn new(config: &NetworkConfig, device: &Device) -> Self {
        let dim = config.label_dim;
        let grid = config.base_grid;
        let position = Tensor::random([grid * grid, dim], Distribution::Normal(0.0, 0.02), device);
        Self {
            stem: [(1, dim / 4), (dim / 4, dim / 2), (dim / 2, dim), (dim, dim)]
                .map(|(from, to)| {
                    Conv2dConfig::new([from, to], [3, 3])
                        .with_stride([2, 2])
                        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                        .init(device)
                })
                .to_vec(),
            position: Param::from_tensor(position),
            blocks: (0..3).map(|_| LabelBlock::new(dim, config.label_heads, device)).collect(),
            base_grid: grid,
        }
    }

    /// Tokens of labels `[batch, 1, height, width]` in `[0, 1]`, [`UNKNOWN`] where nothing is known.
    pub fn forward(&self, labels: Tensor<4>) -> LabelTaps {
        let position = self.position_on(grid(&labels));
        #[cfg(feature = "cpu")]
        if let Some(taps) = cpu::label_taps(self, &labels, &position) {
            return taps;
        }
        let x = self.tokens(labels, position);
        let mut taps = vec![x.clone()];
        taps.extend(self.after_each_block(x));
        taps.try_into().expect("four taps")
    }

    /// What the convolutions see, with the position of each token.
    fn tokens(&self, labels: Tensor<4>, position: Tensor<2>) -> Tensor<3> {
        #[cfg(feature = "gpu")]
        if let Some(tokens) = gpu::label_tokens(&self.stem, &labels, &position) {
            return tokens;
        }
        let (last, others) = self.stem.split_last().expect("four convolutions");
        let x = others.iter().fold(labels, |x, convolution| gelu(convolution.forward(x)));
        last.forward(x).flatten::<3>(2, 3).swap_dims(1, 2) + position.unsqueeze()
    }

    /// `[tokens, dim]` on a grid of `[height, width]` tokens.
    fn position_on(&self, grid: [usize; 2]) -> Tensor<2> {
        let (side, position) = (self.base_grid, self.position.val());
        if grid == [side, side] {
            return position;
        }
        let dim = position.dims()[1];
        let table = position.transpose().reshape([1, dim, side, side]);
        grid_resize(table, grid).reshape([dim, grid[0] * grid[1]]).transpose()
    }

    fn after_each_block(&self, mut x: Tensor<3>) -> Vec<Tensor<3>> {
        #[cfg(feature = "gpu")]
        if let Some(after) = gpu::label_blocks(&self.blocks, &x) {
            return after;
        }
        let after = self.blocks.iter().map(|block| {
            x = block.forward(x.clone());
            x.clone()
        });
        after.collect()
    }
}

/// Rows and columns of the tokens of labels `[batch, 1, height, width]`.
fn grid(labels: &Tensor<4>) -> [usize; 2] {
    let [_, _, height, width] = labels.dims();
    [height, width].map(|side| side.div_ceil(STRIDE))
}

/// A pre-norm ViT block.
#[derive(Module, Debug)]
pub(super) struct LabelBlock {
    pub(super) norm1: LayerNorm,
    pub(super) qkv: Linear,
    pub(super) proj: Linear,
    pub(super) norm2: LayerNorm,
    pub(super) fc1: Linear,
    pub(super) fc2: Linear,
    pub(super) heads: usize,
}

impl LabelBlock {
    fn new(dim: usize, heads: usize, device: &Device) -> Self {
        Self {
            norm1: LayerNormConfig::new(dim).init(device),
            qkv: LinearConfig::new(dim, 3 * dim).init(device),
            proj: LinearConfig::new(dim, dim).init(device),
            norm2: LayerNormConfig::new(dim).init(device),
            fc1: LinearConfig::new(dim, 4 * dim).init(device),
            fc2: LinearConfig::new(4 * dim, dim).init(device),
            heads,
        }
    }

    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let dim = x.dims()[2];
        let qkv = self.qkv.forward(self.norm1.forward(x.clone()));
        let part = |i: usize| qkv.clone().narrow(2, i * dim, dim);
        let scale = ((dim / self.heads) as f64).sqrt().recip();
        let x = x + self.proj.forward(attend(part(0), part(1), part(2), self.heads, scale));
        let hidden = gelu(self.fc1.forward(self.norm2.forward(x.clone())));
        x + self.fc2.forward(hidden)
    }
}
