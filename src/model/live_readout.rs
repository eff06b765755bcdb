//! The read-out on the device, for features that never leave it.

use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData};

use super::readout::{Quantity, ReadOutWeights};
use super::resize::resize;
use super::trunk::Features;

/// Solved weights of all channels of a task on the device; the same map as [`ReadOutWeights::apply`].
#[derive(Clone, Debug)]
pub struct LiveReadOut {
    /// Per level `[channel, features of the level, 1, 1]`.
    levels: [Tensor<4>; 4],
    /// `[channel]`
    offset: Tensor<1>,
}

impl LiveReadOut {
    /// Brings weights on features of strides 2 to 16, as wide as `widths`, to the device.
    pub fn new(weights: &[ReadOutWeights], widths: [usize; 4], device: &Device) -> Self {
        let channels = weights.len();
        let mut start = 0;
        let levels = widths.map(|width| {
            let level = start..start + width;
            start += width;
            let betas = weights.iter().flat_map(|weights| weights.beta[level.clone()].to_vec());
            let betas = TensorData::new(betas.collect::<Vec<f32>>(), [channels, width, 1, 1]);
            Tensor::from_data(betas, device)
        });
        let offset: Vec<f32> = weights.iter().map(|weights| weights.beta_0).collect();
        let offset = Tensor::from_data(TensorData::new(offset, [channels]), device);
        Self { levels, offset }
    }

    /// Values of every cell at stride 2: `[channel, 1, height / 2, width / 2]`.
    pub fn values(&self, Features { s2, s4, s8, s16, .. }: &Features) -> Tensor<4> {
        let [_, _, height, width] = s2.dims();
        // A linear map commutes with bilinear reading, so every level is multiplied at its own stride.
        let level = |features: &Tensor<4>, betas: &Tensor<4>, offset: Option<Tensor<1>>| {
            let options = ConvOptions::new([1, 1], [0, 0], [1, 1], 1);
            let values = conv2d(features.clone(), betas.clone(), offset, options);
            resize(values, [height, width])
        };
        let [fine, others @ ..] = &self.levels;
        let values = level(s2, fine, Some(self.offset.clone()));
        let values = [s4, s8, s16]
            .into_iter()
            .zip(others)
            .fold(values, |sum, (features, betas)| sum + level(features, betas, None));
        values.swap_dims(0, 1)
    }
}

impl Quantity {
    /// [`Quantity::logit`] on the device.
    pub fn live_logits(self, values: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Class | Self::Amount => (values - 0.5) * Self::LOGIT_GAIN,
            Self::Value => {
                let inside = values.clamp_min(Self::MARGIN).clamp_max(1.0 - Self::MARGIN);
                (inside.clone() / (inside * -1.0 + 1.0)).log()
            }
        }
    }

    /// [`Quantity::answer`] on the device.
    pub fn live_answers(self, logits: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Class | Self::Value => burn::tensor::activation::sigmoid(logits),
            Self::Amount => logits / Self::LOGIT_GAIN + 0.5,
        }
    }
}
