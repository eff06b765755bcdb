//! A question with a known answer: does this device compute what the network means?
//!
//! GPU drivers compute wrong numbers without an error; the answer of the real network on a fixed picture tells.

use burn::tensor::{Tensor, TensorData};

use super::Session;
use crate::error::Result;
use crate::model::{BALANCE, FeatureMaps, Quantity, ReadOut, read};
use crate::weights::SelfTest;

/// Least cosine between expected and computed numbers.
const MIN_COSINE: f32 = 0.999;

/// Every how many values one is kept.
const SAMPLE: usize = 97;

/// The result of [`Session::self_test`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SelfTestReport {
    /// The smaller of the cosines of tokens and decoder, -1 to 1.
    pub cosine: f32,
    /// Whether every number was finite.
    pub finite: bool,
}

impl SelfTestReport {
    /// Whether this device can be trusted.
    pub fn passed(&self) -> bool {
        self.finite && self.cosine >= MIN_COSINE
    }
}

impl Session {
    /// Asks the network the built-in question and compares with `expected`.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn self_test(&self, expected: &SelfTest) -> Result<SelfTestReport> {
        let found = self.self_test_answer().await?;
        let finite = found.tokens.iter().chain(&found.refinement).all(|value| value.is_finite());
        let cosine = cosine(&expected.tokens, &found.tokens)
            .min(cosine(&expected.refinement, &found.refinement));
        Ok(SelfTestReport { cosine, finite })
    }

    /// The network's answer, to be stored with new weights.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn self_test_answer(&self) -> Result<SelfTest> {
        let (side, cells) = (self.side, self.side / 2);
        let [example, query] = [0, 1].map(|variant| {
            let rgb = TensorData::new(pattern(side, variant), [1, 3, side, side]);
            self.network.encode(Tensor::from_data(rgb, &self.device))
        });
        let label: Vec<f32> =
            (0..side * side).map(|i| f32::from(disc(i % side, i / side, side, 0))).collect();
        let coarse = |i: usize| f32::from(disc(i % cells * 2, i / cells * 2, side, 0));
        let labels = vec![(0..cells * cells).map(coarse).collect()];
        let maps = FeatureMaps::read(&example.features).await?;
        let mut sums = ReadOut::new(maps.channels(), 1);
        sums.change(&maps, None, Some(&labels));
        let readout = sums.solve(0, 0.3, BALANCE).apply(&FeatureMaps::read(&query.features).await?);
        let readout: Vec<_> =
            readout.into_iter().map(|value| Quantity::Class.logit(value)).collect();
        let readout =
            Tensor::from_data(TensorData::new(readout, [1, 1, cells, cells]), &self.device);
        let label = Tensor::from_data(TensorData::new(label, [1, 1, side, side]), &self.device);
        let support = [self.network.support(&example, label)];
        let refinement = self.network.predict(&query, &support, readout.clone()) - readout;
        Ok(SelfTest {
            tokens: sample(read(query.tokens.clone()).await?),
            refinement: sample(read(refinement).await?),
        })
    }
}

/// A coloured picture with a disc on stripes, in whole numbers so that it is the same everywhere.
fn pattern(side: usize, variant: usize) -> Vec<f32> {
    let mut rgb = Vec::with_capacity(3 * side * side);
    for channel in 0..3 {
        for i in 0..side * side {
            let (x, y) = (i % side, i / side);
            let stripes = (x * (channel + 2) + y * 3 + variant * 17) % 64 + 64;
            let level = if disc(x, y, side, variant) { 220 - 60 * channel } else { stripes };
            rgb.push(level as f32 / 255.0);
        }
    }
    rgb
}

fn disc(x: usize, y: usize, side: usize, variant: usize) -> bool {
    let centre = |i: usize| i as i64 - (side * (2 + variant) / 5) as i64;
    centre(x).pow(2) + centre(y).pow(2) < (side as i64 / 5).pow(2)
}

fn sample(values: Vec<f32>) -> Vec<f32> {
    values.into_iter().step_by(SAMPLE).collect()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    if a.len() != b.len() {
        return -1.0;
    }
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(x * y)).sum::<f64>();
    let norms = dot(a, a).sqrt() * dot(b, b).sqrt();
    // A decoder that refines nothing answers zero everywhere.
    if norms == 0.0 { if a == b { 1.0 } else { -1.0 } } else { (dot(a, b) / norms) as f32 }
}
