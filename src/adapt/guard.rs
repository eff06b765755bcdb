//! What keeps tuning honest: every example is held out once, and only what they confirm together is used.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};

use super::answer::{Seen, answer, batch};
use super::augment::Example;
use super::folds::{Fold, Support};
use super::loss::Loss;
use super::overlap::Overlap;
use super::tuning::Plan;
use crate::error::Result;
use crate::model::{FeatureMaps, Features, Network, ReadOut, Trunk, read};

/// Most examples of a fold that an answer is made from when it is judged.
const ANSWERING: usize = 8;

/// Most examples of a fold that are judged.
const JUDGED: usize = 2;

/// Least mean gain that is believed: of overlap, or as a share of the loss.
const LEAST_OVERLAP: f32 = 0.01;
const LEAST_LOSS: f32 = 0.02;

/// An answer for an example that was held out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// How far it is from the label, by what adaptation lowers.
    pub loss: f32,
    /// Intersection over union, 0 to 1, where channels are classes.
    pub overlap: Option<f32>,
}

impl Judgement {
    /// By how many least gains this answer is better than another.
    fn gain_over(&self, other: &Self) -> f32 {
        match (self.overlap, other.overlap) {
            (Some(overlap), Some(other)) => (overlap - other) / LEAST_OVERLAP,
            _ => (other.loss - self.loss) / (LEAST_LOSS * other.loss).max(f32::MIN_POSITIVE),
        }
    }

    /// Whether it is better at all.
    pub fn better(&self, other: &Self) -> bool {
        self.gain_over(other) > 0.0
    }
}

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

    /// By fold the answers for its held-out examples when its other examples are the support.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn judge(
        &mut self,
        network: &Network,
        support: &Support,
        folds: &[Fold],
    ) -> Result<Vec<Vec<Judgement>>> {
        let mut judgements = Vec::new();
        for fold in folds {
            judgements.push(self.judge_fold(network, support, fold).await?);
        }
        if self.plan.level.tunes_trunk() {
            self.maps.clear();
        }
        Ok(judgements)
    }

    async fn judge_fold(
        &mut self,
        network: &Network,
        support: &Support,
        fold: &Fold,
    ) -> Result<Vec<Judgement>> {
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
        let tensor = |values| Tensor::<4>::from_data(TensorData::new(values, shape), &self.device);
        let mut logits = tensor(readout);
        if plan.network {
            logits = self.answer(network, support, [train, held], side, logits);
        }
        let mut judgements = Vec::new();
        for (i, example) in held.iter().enumerate() {
            let cells = examples[*example].cells();
            let target = TensorData::new(cells.concat(), [1, channels, side / 2, side / 2]);
            let logits = logits.clone().narrow(0, i, 1);
            let loss = plan.loss.of(logits.clone(), Tensor::from_data(target, &self.device));
            let loss = read(loss).await?[0];
            let mut overlap = Overlap::default();
            if plan.loss.decides() {
                overlap.count(&read(logits).await?, cells, plan.loss == Loss::Exclusive);
            }
            judgements.push(Judgement { loss, overlap: overlap.mean() });
        }
        Ok(judgements)
    }

    /// The network's logits on top of the read-out's, for held-out examples by the others.
    fn answer(
        &self,
        network: &Network,
        support: &Support,
        [train, held]: [&[usize]; 2],
        side: usize,
        readout: Tensor<4>,
    ) -> Tensor<4> {
        let bias = network.body.bias([side / 16, side / 16], self.plan.images);
        let see = |examples: &[usize]| {
            let seen =
                examples.iter().map(|&i| Seen::new(network, self.features[i].clone(), &bias));
            Seen::join(&seen.collect::<Vec<_>>().iter().collect::<Vec<_>>())
        };
        let labels: Vec<_> = train.iter().map(|&i| support.examples[i].cells()).collect();
        answer(network, &see(train), &labels, &see(held), readout, self.plan.channels)
    }
}

/// By how many least gains answers for held-out examples got better in the mean; 0 without any.
pub fn gain(before: &[Judgement], after: &[Judgement]) -> f32 {
    let gains = before.iter().zip(after).map(|(before, after)| after.gain_over(before));
    gains.sum::<f32>() / before.len().max(1) as f32
}

/// Whether answers for held-out examples got better: by enough in the mean, and by more than the examples differ in it (the
/// standard error), so that no single one decides.
pub fn confirmed(before: &[Judgement], after: &[Judgement]) -> bool {
    let (count, mean) = (before.len() as f32, gain(before, after));
    let pairs = before.iter().zip(after);
    let squares = pairs.map(|(before, after)| (after.gain_over(before) - mean).powi(2));
    let variance = squares.sum::<f32>() / (count - 1.0);
    before.len() > 1 && mean > 1.0 && mean > (variance / count).sqrt()
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

    fn confirmed_by(gains: &[f32]) -> bool {
        let judgement = |overlap| Judgement { loss: 1.0, overlap: Some(overlap) };
        let before = vec![judgement(0.5); gains.len()];
        let after: Vec<_> = gains.iter().map(|gain| judgement(0.5 + gain)).collect();
        confirmed(&before, &after)
    }

    #[test]
    fn a_gain_is_confirmed_by_several_examples() {
        assert!(confirmed_by(&[0.03, 0.02, 0.04, -0.01, 0.03]));
        assert!(!confirmed_by(&[0.3]), "one example says nothing");
        assert!(!confirmed_by(&[]));
        assert!(!confirmed_by(&[0.3, -0.01, -0.02, -0.01, -0.01]), "one example decides");
        assert!(!confirmed_by(&[0.001; 5]), "too little to be worth it");
    }

    #[test]
    fn without_classes_the_loss_decides() {
        let judgement = |loss| Judgement { loss, overlap: None };
        let before = [judgement(1.0), judgement(0.5)];
        assert!(confirmed(&before, &[judgement(0.9), judgement(0.46)]));
        assert!(!confirmed(&before, &[judgement(0.99), judgement(0.495)]));
    }
}
