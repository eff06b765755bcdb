//! Tokens: what matching compares of pictures.

use burn::module::Module;
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use super::config::NetworkConfig;
#[cfg(feature = "cpu")]
use super::cpu;
#[cfg(feature = "gpu")]
use super::gpu;
use super::resize::up2;
use super::trunk::Features;

/// A projection of the trunk's two coarsest maps, normalised.
///
/// The reference has a transformer here. Six of its blocks, trained for 16,000 steps, changed no score (docs/quality.md), had two
/// fifths of all parameters and took more than half of the time of a picture, so there are none.
#[derive(Module, Debug)]
pub struct Tokens {
    pub(super) linear: Linear,
    pub(super) norm: LayerNorm,
}

impl Tokens {
    /// With random parameters.
    pub fn new(config: &NetworkConfig, device: &Device) -> Self {
        let [_, _, _, s16, s32] = config.features;
        Self {
            linear: LinearConfig::new(s16 + s32, config.dim).init(device),
            norm: LayerNormConfig::new(config.dim).init(device),
        }
    }

    /// `[batch, tokens, dim]` of the stride-16 grid in row-major order; of pictures that lie side by side the first one's.
    pub fn forward(&self, features: &Features) -> Tensor<3> {
        #[cfg(feature = "cpu")]
        if let Some(tokens) = cpu::tokens(self, features) {
            return tokens;
        }
        #[cfg(feature = "gpu")]
        if let Some(tokens) = gpu::tokens(self, features) {
            return tokens;
        }
        let [wide, _] = self.linear.weight.dims();
        let pictures = (features.s16.dims()[1] + features.s32.dims()[1]) / wide;
        let first = |map: &Tensor<4>| map.clone().narrow(1, 0, map.dims()[1] / pictures);
        let maps = Tensor::cat(vec![first(&features.s16), up2(first(&features.s32))], 1);
        self.norm.forward(self.linear.forward(maps.flatten::<3>(2, 3).swap_dims(1, 2)))
    }
}
