//! What of an episode does not depend on the parameters that are learned: computed once, beside the learner.

use std::borrow::Cow;

use anolis::model::{
    BALANCE, CellLabels, FeatureMaps, Features, Quantity, ReadOut, Trunk, UNPAINTED_BALANCE, up2,
};
use burn::tensor::{Device, Tensor, TensorData, read_sync};

use crate::episodes::labels::{UNPAINTED, cells, raster, target};
use crate::episodes::{Episode, pictures};
use crate::scenes::Kind;

/// Answers of a training episode that are decoded at least, over questions and channels.
///
/// Where an episode has fewer, its examples are asked for too. That costs no encoding, and `burn-flex` takes the weight
/// gradient of a convolution ten times slower for a batch of up to four.
const DECODED: usize = 5;

/// The refined read-out's ridge penalty.
const LAMBDA: f64 = 0.3;

/// An episode as the frozen trunk and the read-out see it.
pub struct Prepared {
    pub source: &'static str,
    pub kind: Kind,
    pub channels: usize,
    pub side: usize,
    /// Features of all pictures, support first.
    pub features: Features,
    /// Per example `[channel, side, side]`: the label encoder's input.
    pub labels: Vec<Vec<f32>>,
    pub questions: Vec<Question>,
}

/// What is asked for: a picture from some examples.
pub struct Question {
    /// The picture's number among all of the episode.
    pub picture: usize,
    /// Numbers of the examples.
    pub support: Vec<usize>,
    /// The read-out's logits `[channel, side / 2, side / 2]`.
    pub readout: Vec<f32>,
    /// `[channel, side / 2, side / 2]` in `[0, 1]`, or unknown.
    pub target: Vec<f32>,
}

impl Prepared {
    /// Encodes the pictures, solves the read-out on the support and applies it to the queries: at two scales, which is what
    /// the decoder refines for users, but without the mirror image.
    pub fn new(episode: &Episode, trunk: &Trunk) -> Self {
        Self::with_examples(episode, trunk, 0)
    }

    /// The same for training: examples are asked for from the other ones where queries and channels are few.
    pub fn crossed(episode: &Episode, trunk: &Trunk) -> Self {
        let asked = DECODED.div_ceil(episode.channels).saturating_sub(episode.queries.len());
        let others = if episode.support.len() > 1 { episode.support.len() } else { 0 };
        Self::with_examples(episode, trunk, asked.min(others))
    }

    /// `asked` examples are questions too.
    fn with_examples(episode: &Episode, trunk: &Trunk, asked: usize) -> Self {
        let (side, channels, shots) = (episode.side, episode.channels, episode.support.len());
        let shots_of = || episode.support.iter().chain(&episode.queries);
        let rgb = shots_of().map(|shot| &shot.rgb);
        let rgb = pictures(rgb, side, &Device::flex());
        let features = trunk.forward(rgb.clone());
        let enlarged = trunk.forward_enlarged(up2(rgb));
        let maps: Vec<_> = (0..shots + episode.queries.len())
            .map(|i| {
                let Features { s2, s4, s8, s16, .. } = one(&features, i);
                let maps = [s2, s4, s8, s16].into_iter();
                let maps = maps.chain(enlarged.clone().map(|map| map.narrow(0, i, 1)));
                let maps = read_sync(FeatureMaps::read_maps(&maps.collect::<Vec<_>>()));
                maps.expect("the CPU keeps its tensors")
            })
            .collect();
        let known: Vec<CellLabels> = episode
            .support
            .iter()
            .map(|shot| shot.marks.iter().map(|label| cells(label, side)).collect())
            .collect();
        let mut sums = ReadOut::new(2 * trunk.readout_channels(), channels);
        for (maps, known) in maps.iter().zip(&known) {
            sums.change(maps, None, Some(known));
        }
        let question = |picture: usize| {
            let support: Vec<_> = (0..shots).filter(|&i| i != picture).collect();
            let mut sums = Cow::Borrowed(&sums);
            if picture < shots {
                sums.to_mut().change(&maps[picture], Some(&known[picture]), None);
            }
            let unpainted = support
                .iter()
                .any(|&i| episode.support[i].marks.iter().any(|label| label.contains(&UNPAINTED)));
            let (quantity, balance) = match (episode.kind, unpainted) {
                (Kind::Mask, false) => (Quantity::Class, BALANCE),
                (Kind::Mask, true) => (Quantity::Class, UNPAINTED_BALANCE),
                _ => (Quantity::Value, 0.0),
            };
            let readout = quantity.logits(&sums.solve_all(LAMBDA, balance), &maps[picture]);
            let shot = shots_of().nth(picture).expect("a picture of the episode");
            let target = shot.labels.iter().flat_map(|label| target(label, side)).collect();
            Question { picture, support, readout, target }
        };
        let questions = (0..asked).chain(shots..maps.len()).map(question).collect();
        let labels = episode.support.iter();
        Self {
            source: episode.source,
            kind: episode.kind,
            channels,
            side,
            questions,
            labels: labels
                .map(|shot| shot.marks.iter().flat_map(|label| raster(label)).collect())
                .collect(),
            features,
        }
    }

    /// Something of every question, channels side by side: `[question * channel, 1, side / 2, side / 2]`.
    pub fn cells(&self, of: impl Fn(&Question) -> &[f32], device: &Device) -> Tensor<4> {
        let values: Vec<f32> = self.questions.iter().flat_map(of).copied().collect();
        let shape = [self.questions.len() * self.channels, 1, self.side / 2, self.side / 2];
        Tensor::from_data(TensorData::new(values, shape), device)
    }
}

/// The features of one picture.
pub fn one(features: &Features, i: usize) -> Features {
    map(features, |map| map.narrow(0, i, 1))
}

/// Changes every map of some features.
pub fn map(features: &Features, change: impl Fn(Tensor<4>) -> Tensor<4>) -> Features {
    Features {
        s2: change(features.s2.clone()),
        s4: change(features.s4.clone()),
        s8: change(features.s8.clone()),
        s16: change(features.s16.clone()),
        s32: change(features.s32.clone()),
    }
}
