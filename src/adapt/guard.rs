//! What keeps tuning honest: every example is held out once, and together they can refute it.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};

use super::answer::{answer, batch, join};
use super::augment::Example;
use super::folds::{Fold, Support};
use super::tuning::Plan;
use crate::error::Result;
use crate::model::{FeatureMaps, Features, Network, ReadOut, Trunk, read};

/// Most examples of a fold that an answer is made from when it is judged.
const ANSWERING: usize = 8;

/// Most examples of a fold that are judged.
const JUDGED: usize = 2;

/// Judges networks by their answers for held-out examples, made the way predictions will be.
pub struct Guard {
    plan: Plan,
    device: Device,
    /// What the shipped trunk sees of each example, where the network is asked.
    features: Vec<Features>,
    /// What the refined read-out sees of each example; kept where no level changes it.
    maps: BTreeMap<usize, FeatureMaps>,
}

impl Guard {
    pub fn new(support: &Support, shipped: &Trunk, plan: Plan, device: &Device) -> Self {
        let see = |example: &Example| shipped.forward(batch([&example.0[0]], device));
        let features = match plan.network {
            true => support.examples.iter().map(see).collect(),
            false => Vec::new(),
        };
        Self { plan, device: device.clone(), features, maps: BTreeMap::new() }
    }

    /// By fold the loss of each held-out example, answered from the fold's other examples.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn judge(
        &mut self,
        network: &Network,
        support: &Support,
        folds: &[Fold],
    ) -> Result<Vec<Vec<f32>>> {
        let mut losses = Vec::new();
        for fold in folds {
            losses.push(self.judge_fold(network, support, fold).await?);
        }
        if self.plan.level.tunes_trunk() {
            self.maps.clear();
        }
        Ok(losses)
    }

    async fn judge_fold(
        &mut self,
        network: &Network,
        support: &Support,
        fold: &Fold,
    ) -> Result<Vec<f32>> {
        let plan = self.plan;
        let train = &fold.train[..fold.train.len().min(ANSWERING)];
        let held = &fold.held[..fold.held.len().min(JUDGED)];
        let examples = &support.examples;
        for &example in train.iter().chain(held) {
            if !self.maps.contains_key(&example) {
                let maps = examples[example].maps(&network.trunk, &self.device).await?;
                self.maps.insert(example, maps);
            }
        }
        let (side, channels) = (examples[0].0[0].side, examples[0].cells().len());
        let mut sums = ReadOut::new(self.maps[&train[0]].channels(), channels);
        for example in train {
            sums.change(&self.maps[example], None, Some(examples[*example].cells()));
        }
        let weights = sums.solve_all(plan.refined_lambda, plan.balance);
        let readout = held.iter().flat_map(|i| plan.quantity.logits(&weights, &self.maps[i]));
        let readout: Vec<f32> = readout.collect();
        let shape = [held.len(), channels, side / 2, side / 2];
        let mut logits = Tensor::from_data(TensorData::new(readout, shape), &self.device);
        if plan.network {
            logits = self.answer(network, support, [train, held], logits);
        }
        let mut losses = Vec::new();
        for (i, example) in held.iter().enumerate() {
            let cells = examples[*example].cells().concat();
            let target = TensorData::new(cells, [1, channels, side / 2, side / 2]);
            let target = Tensor::from_data(target, &self.device);
            losses.push(read(plan.loss.of(logits.clone().narrow(0, i, 1), target)).await?[0]);
        }
        Ok(losses)
    }

    /// The network's logits on top of the read-out's, for held-out examples by the others.
    fn answer(
        &self,
        network: &Network,
        support: &Support,
        [train, held]: [&[usize]; 2],
        readout: Tensor<4>,
    ) -> Tensor<4> {
        let see = |examples: &[usize]| {
            join(&examples.iter().map(|&i| &self.features[i]).collect::<Vec<_>>())
        };
        let labels: Vec<_> = train.iter().map(|&i| support.examples[i].cells()).collect();
        answer(network, &see(train), &labels, &see(held), readout, self.plan.channels)
    }
}

/// Whether held-out examples are answered so much worse that it cannot be chance (twice the standard error), or are too few
/// to tell.
pub fn refuted(before: &[f32], after: &[f32]) -> bool {
    let gains = gains(before, after);
    let (count, gain) = (gains.len() as f32, mean(&gains));
    let squares: f32 = gains.iter().map(|one| (one - gain).powi(2)).sum();
    gains.len() < 2 || gain < -2.0 * (squares / (count - 1.0) / count).sqrt()
}

/// The share of each example's loss by which it is answered better.
fn gains(before: &[f32], after: &[f32]) -> Vec<f32> {
    let pairs = before.iter().zip(after);
    pairs.map(|(before, after)| (before - after) / before.max(f32::MIN_POSITIVE)).collect()
}

/// The mean; 0 of nothing.
pub fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

impl Example {
    /// What the refined read-out sees of the picture, without its mirror image.
    async fn maps(&self, trunk: &Trunk, device: &Device) -> Result<FeatureMaps> {
        let [plain, enlarged] = self.0.each_ref().map(|example| batch([example], device));
        let enlarged = trunk.forward_enlarged(enlarged);
        let plain = FeatureMaps::read_maps(&trunk.forward_fine(plain)).await?;
        Ok(plain.with(&FeatureMaps::read_maps(&enlarged).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_examples_answer_worse_is_refuted() {
        let refuted_by = |gains: &[f32]| {
            let after: Vec<_> = gains.iter().map(|gain| 1.0 - gain).collect();
            refuted(&vec![1.0; gains.len()], &after)
        };
        assert!(refuted_by(&[-0.15, -0.26, -0.32, -0.22, -0.13]));
        assert!(!refuted_by(&[-0.33, 0.01, -0.37, 0.06, 0.0]), "that may be chance");
        assert!(!refuted_by(&[0.05, 0.02, 0.03]));
        assert!(refuted_by(&[0.2]) && refuted_by(&[]), "too few to tell");
    }

    #[test]
    fn an_example_counts_by_the_share_of_its_own_loss() {
        assert!(mean(&gains(&[1.0, 0.1], &[0.9, 0.11])).abs() < 1e-6);
    }
}
