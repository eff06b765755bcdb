//! The convolutional pyramid that refines the read-out.

use burn::module::{Module, Param};
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use super::config::NetworkConfig;
#[cfg(feature = "cpu")]
use super::cpu;
#[cfg(feature = "gpu")]
use super::gpu;
use super::resize::{pool, up2};
use super::trunk::Features;

/// From stride 16 to stride 2, one logit map a channel, added to the read-out's logit.
///
/// # Differences from the reference
/// Widths shrink with the stride, detail comes from the query's trunk features, and the last layer starts at zero,
/// so that an untrained decoder is the read-out (the reference is a DPT decoder of one width).
#[derive(Module, Debug)]
pub struct Decoder {
    pub(super) merge: Conv2d,
    pub(super) readout: Vec<Conv2d>,
    pub(super) rcu: Vec<ResidualConvUnit>,
    pub(super) shrink: Vec<Conv2d>,
    pub(super) detail: Vec<Conv2d>,
    pub(super) head: Conv2d,
    pub(super) last: Conv2d,
}

impl Decoder {
    /// A decoder with random parameters, but for a last layer of zeros.
    pub fn new(config: &NetworkConfig, device: &Device) -> Self {
        let widths = config.decoder;
        let [s2, s4, s8, _, _] = config.features;
        let mut last = conv(widths[3], 1, 1, device);
        last.weight = Param::from_tensor(Tensor::zeros([1, widths[3], 1, 1], device));
        last.bias = Some(Param::from_tensor(Tensor::zeros([1], device)));
        Self {
            merge: conv(4 * config.label_dim, widths[0], 1, device),
            readout: widths.map(|width| conv(1, width, 3, device)).to_vec(),
            rcu: widths.map(|width| ResidualConvUnit::new(width, device)).to_vec(),
            shrink: (0..3).map(|i| conv(widths[i], widths[i + 1], 1, device)).collect(),
            detail: [s8, s4, s2]
                .into_iter()
                .zip(&widths[1..])
                .map(|(from, &to)| conv(from, to, 1, device))
                .collect(),
            head: conv(widths[3], widths[3], 3, device),
            last,
        }
    }

    /// Logits at stride 2.
    ///
    /// # Shapes
    /// - `matched`: per level `[channel, tokens, label_dim]`
    /// - `query`: features of one picture, batch 1; of several side by side those of the first count
    /// - `readout`: the read-out's logit `[channel, 1, height / 2, width / 2]`
    /// - returns `[channel, 1, height / 2, width / 2]`
    pub fn forward(
        &self,
        matched: &[Tensor<3>; 4],
        query: &Features,
        readout: Tensor<4>,
    ) -> Tensor<4> {
        #[cfg(feature = "cpu")]
        if let Some(logits) = cpu::logits(self, matched, query, &readout) {
            return logits;
        }
        let [_, _, height, width] = query.s16.dims();
        let details = [&query.s8, &query.s4, &query.s2];
        let hints = [8, 4, 2, 1].map(|cell| pool(readout.clone(), cell));
        #[cfg(feature = "gpu")]
        if let Some(logits) = gpu::decode(self, matched, details, &hints) {
            return logits;
        }
        let matched = Tensor::cat(matched.to_vec(), 2).swap_dims(1, 2);
        let [channels, wide, _] = matched.dims();
        let matched = matched.reshape([channels, wide, height, width]);
        let mut hints = self.readout.iter().zip(hints).map(|(layer, hint)| layer.forward(hint));
        let mut hint = || hints.next().expect("four strides");
        let mut x = self.rcu[0].forward(self.merge.forward(matched) + hint());
        for (n, features) in details.into_iter().enumerate() {
            let first = features.clone().narrow(1, 0, self.detail[n].weight.dims()[1]);
            let detail = self.detail[n].forward(first);
            x = self.rcu[n + 1].forward(up2(self.shrink[n].forward(x)) + hint() + detail);
        }
        readout + self.last.forward(relu(self.head.forward(relu(x))))
    }
}

/// `x + conv(relu(conv(relu(x))))` (RefineNet, section 3.2).
#[derive(Module, Debug)]
pub(super) struct ResidualConvUnit {
    pub(super) first: Conv2d,
    pub(super) second: Conv2d,
}

impl ResidualConvUnit {
    fn new(width: usize, device: &Device) -> Self {
        Self { first: conv(width, width, 3, device), second: conv(width, width, 3, device) }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        x.clone() + self.second.forward(relu(self.first.forward(relu(x))))
    }
}

fn conv(from: usize, to: usize, kernel: usize, device: &Device) -> Conv2d {
    let pad = kernel / 2;
    Conv2dConfig::new([from, to], [kernel, kernel])
        .with_padding(PaddingConfig2d::Explicit(pad, pad, pad, pad))
        .init(device)
}
