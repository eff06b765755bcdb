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
use super::resize::grid_resize;

/// What a label pixel holds where nothing is known.
pub const UNKNOWN: f32 = -1.0;

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
        let [_, _, height, width] = labels.dims();
        let (side, dim) = (self.base_grid, self.position.dims()[1]);
        let position = self.position.val().transpose().reshape([1, dim, side, side]);
        let position = grid_resize(position, [height.div_ceil(16), width.div_ceil(16)]);
        #[cfg(feature = "cpu")]
        if let Some(taps) = cpu::label_taps(self, &labels, &position) {
            return taps;
        }
        let mut x = labels;
        for (i, conv) in self.stem.iter().enumerate() {
            x = conv.forward(x);
            if i + 1 < self.stem.len() {
                x = gelu(x);
            }
        }
        let x = (x + position).flatten::<3>(2, 3).swap_dims(1, 2);
        let mut taps = vec![x];
        for block in &self.blocks {
            taps.push(block.forward(taps[taps.len() - 1].clone()));
        }
        taps.try_into().expect("four taps")
    }
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
        let x = x + self.proj.forward(attend(part(0), part(1), part(2), self.heads, scale, None));
        let hidden = gelu(self.fc1.forward(self.norm2.forward(x.clone())));
        x + self.fc2.forward(hidden)
    }
}
