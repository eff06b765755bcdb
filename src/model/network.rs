//! The whole network: encode once, match many.

use anolis_kernels::awake;
use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::config::NetworkConfig;
use super::decoder::Decoder;
use super::label_encoder::LabelEncoder;
use super::matching::{Matched, Matching};
use super::resize::{pool, up2};
use super::tokens::Tokens;
use super::trunk::{Features, Trunk};

/// Trunk, tokens, label encoder, matching and decoder; see docs/network.md.
#[derive(Module, Debug)]
pub struct Network {
    pub trunk: Trunk,
    pub tokens: Tokens,
    pub label_encoder: LabelEncoder,
    pub matching: Matching,
    pub decoder: Decoder,
}

/// A picture as the network sees it; serves as query and as support.
#[derive(Clone, Debug)]
pub struct Encoding {
    /// What the trunk sees, batch 1; pictures that belong together side by side.
    pub features: Features,
    /// Of the first picture `[1, tokens, dim]`.
    pub tokens: Tensor<3>,
}

impl Encoding {
    /// What it takes of the device's memory.
    pub fn bytes(&self) -> usize {
        let Features { s2, s4, s8, s16, s32 } = &self.features;
        let features = [s2, s4, s8, s16, s32].map(|map| map.shape().num_elements());
        let tokens = self.tokens.shape().num_elements();
        size_of::<f32>() * (features.into_iter().sum::<usize>() + tokens)
    }
}

impl Network {
    /// A network with random parameters.
    pub fn new(config: &NetworkConfig, device: &Device) -> Self {
        Self {
            trunk: Trunk::new(device),
            tokens: Tokens::new(config, device),
            label_encoder: LabelEncoder::new(config, device),
            matching: Matching::new(config, device),
            decoder: Decoder::new(config, device),
        }
    }

    /// Encodes one picture `[1, 3, height, width]`, RGB in `[0, 1]`, or several side by side.
    pub fn encode(&self, rgb: Tensor<4>) -> Encoding {
        awake(|| self.encoding(self.trunk.forward(rgb)))
    }

    /// The encoding of what a trunk saw.
    pub fn encoding(&self, features: Features) -> Encoding {
        Encoding { tokens: self.tokens.forward(&features), features }
    }

    /// What matching needs of an example: its encoding and its labels `[channel, 1, height, width]`.
    pub fn support(&self, encoding: &Encoding, labels: Tensor<4>) -> Matched {
        awake(|| Matched {
            keys: self.matching.keys(&encoding.tokens).map(|keys| keys.squeeze_dim(0)),
            values: self.matching.values(&self.label_encoder.forward(labels)),
        })
    }

    /// Logits `[channel, 1, height / 2, width / 2]` on top of the read-out's logits of the same shape.
    pub fn predict(&self, query: &Encoding, support: &[Matched], readout: Tensor<4>) -> Tensor<4> {
        awake(|| {
            let matched = self.matching.forward(&query.tokens, support);
            self.decoder.forward(&matched, &query.features, readout)
        })
    }

    /// The same for a read-out at stride 2 or 1; at stride 1 what the decoder changes is added to its finer logits.
    pub fn refine(&self, query: &Encoding, support: &[Matched], readout: Tensor<4>) -> Tensor<4> {
        let [_, _, height, _] = readout.dims();
        let [_, _, cells, _] = query.features.s2.dims();
        if height == cells {
            return self.predict(query, support, readout);
        }
        let coarse = pool(readout.clone(), 2);
        let change = self.predict(query, support, coarse.clone()) - coarse;
        readout + up2(change)
    }
}
