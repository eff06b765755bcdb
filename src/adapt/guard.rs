//! What keeps tuning honest: a part of the support is held out, and only what it confirms is used.

use burn::tensor::{Device, Tensor, TensorData};

use super::answer::{Seen, answer, batch};
use super::augment::{Example, Labelled};
use super::tuning::Plan;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{CellLabels, FeatureMaps, Features, Network, ReadOut, Trunk, UNKNOWN, read};

/// Fewest examples of which one can be spared whole.
const SPARE: usize = 3;

/// Where a picture may be divided, as shares of its square.
const SHARES: [f32; 4] = [0.6, 0.5, 0.7, 0.4];

/// The support in two parts.
#[derive(Clone, Debug)]
pub struct HeldOut {
    /// What the steps learn from.
    pub train: Vec<Example>,
    /// What decides whether they learnt something.
    pub held: Vec<Example>,
}

impl HeldOut {
    /// Holds out every fifth example, at least one; of one or two examples a region.
    ///
    /// # Errors
    /// `empty-support` where one of the parts would say nothing.
    pub fn new(mut examples: Vec<Example>) -> Result<Self> {
        if examples.len() >= SPARE {
            let held = examples.len().div_ceil(5);
            let held = examples.split_off(examples.len() - held);
            return Ok(Self { train: examples, held });
        }
        let (train, held): (Vec<_>, Vec<_>) = examples.iter().filter_map(Example::divide).unzip();
        if train.is_empty() {
            return Err(Error::from(ErrorKind::EmptySupport));
        }
        Ok(Self { train, held })
    }
}

/// Judges a network by its loss on the held-out part, with the answer that predictions will start from.
pub struct Guard {
    pub parts: HeldOut,
    plan: Plan,
    /// The trunk that body and decoder were trained on.
    shipped: Trunk,
    device: Device,
    /// Logits of the read-out on each held-out example; kept where no level changes them.
    readout: Option<Vec<Vec<f32>>>,
    /// What the shipped trunk sees of each example, the held-out ones last.
    features: Vec<Features>,
}

impl Guard {
    pub fn new(parts: HeldOut, shipped: &Trunk, plan: Plan, device: &Device) -> Self {
        let (shipped, device) = (shipped.clone(), device.clone());
        Self { parts, plan, shipped, device, readout: None, features: Vec::new() }
    }

    /// The mean loss of the held-out examples when the others are the support.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn loss(&mut self, network: &Network) -> Result<f32> {
        let readout = match self.readout.take() {
            Some(readout) if !self.plan.level.tunes_trunk() => readout,
            _ => self.readout(&network.trunk).await?,
        };
        let held = &self.parts.held;
        let (side, channels) = (held[0].0[0].side, held[0].cells().len());
        let tensor = |values| {
            let shape = [held.len(), channels, side / 2, side / 2];
            Tensor::from_data(TensorData::new(values, shape), &self.device)
        };
        let mut logits = tensor(readout.concat());
        let target = tensor(held.iter().flat_map(|example| example.cells().concat()).collect());
        if self.plan.network {
            logits = self.answer(network, side, logits);
        }
        self.readout = Some(readout);
        let mut total = 0.0;
        for i in 0..self.parts.held.len() {
            let [logits, target] = [&logits, &target].map(|all| all.clone().narrow(0, i, 1));
            total += read(self.plan.loss.of(logits, target)).await?[0];
        }
        Ok(total / self.parts.held.len() as f32)
    }

    /// Logits of the read-out on both scales, solved on the training part, for each held-out example.
    async fn readout(&self, trunk: &Trunk) -> Result<Vec<Vec<f32>>> {
        let (parts, plan) = (&self.parts, self.plan);
        let channels = parts.train[0].cells().len();
        let mut sums = ReadOut::new(2 * plan.images * trunk.readout_channels(), channels);
        for example in &parts.train {
            sums.change(&example.maps(trunk, &self.device).await?, None, Some(example.cells()));
        }
        let weights = sums.solve_all(plan.refined_lambda, plan.balance);
        let mut logits = Vec::new();
        for example in &parts.held {
            let maps = example.maps(trunk, &self.device).await?;
            logits.push(plan.quantity.logits(&weights, &maps));
        }
        Ok(logits)
    }

    /// The network's logits on top of the read-out's.
    fn answer(&mut self, network: &Network, side: usize, readout: Tensor<4>) -> Tensor<4> {
        if self.features.is_empty() {
            let examples = self.parts.train.iter().chain(&self.parts.held);
            let see =
                |example: &Example| self.shipped.forward(batch([&example.0[0]], &self.device));
            self.features = examples.map(see).collect();
        }
        let bias = network.body.bias([side / 16, side / 16], self.plan.images);
        let see = |features: &Features| Seen::new(network, features.clone(), &bias);
        let seen: Vec<_> = self.features.iter().map(see).collect();
        let seen = Seen::join(&seen.iter().collect::<Vec<_>>());
        let (train, held) = (self.parts.train.len(), self.parts.held.len());
        let labels: Vec<_> = self.parts.train.iter().map(Example::cells).collect();
        let (support, query) = (seen.part(0, train), seen.part(train, held));
        answer(network, &support, &labels, &query, readout, self.plan.channels)
    }
}

impl Example {
    /// The read-out's labels at stride 2.
    fn cells(&self) -> &CellLabels {
        &self.0[0].cells
    }

    /// What the refined read-out sees of the picture, without its mirror image.
    async fn maps(&self, trunk: &Trunk, device: &Device) -> Result<FeatureMaps> {
        let [plain, enlarged] = self.0.each_ref().map(|example| batch([example], device));
        let enlarged = trunk.forward_enlarged(enlarged);
        let plain = FeatureMaps::read_maps(&trunk.forward_fine(plain)).await?;
        Ok(plain.with(&FeatureMaps::read_maps(&enlarged).await?))
    }

    /// The same picture twice, each with a part of the labels: left and right, or above and below, of a line that leaves
    /// both parts something of every channel that occurs. `None` where there is no such line.
    fn divide(&self) -> Option<(Self, Self)> {
        let axes = [|i: usize, width: usize| i % width, |i: usize, width: usize| i / width];
        let lines = axes.into_iter().flat_map(|axis| SHARES.map(|share| (axis, share)));
        lines.into_iter().find_map(|(axis, share)| {
            let part = |first: bool| {
                Self(self.0.each_ref().map(|scale| {
                    let half = scale.side / 2;
                    let line = (share * half as f32) as usize;
                    scale.keep(|cell| (axis(cell, half) < line) == first)
                }))
            };
            let occurs = |cells: &[f32]| cells.iter().any(|&value| value > 0.5);
            let (first, second) = (part(true), part(false));
            let fair = self
                .cells()
                .iter()
                .zip(first.cells().iter().zip(second.cells()))
                .all(|(all, (one, two))| !occurs(all) || occurs(one) && occurs(two));
            let says_something = first.cells().iter().any(|cells| occurs(cells));
            (fair && says_something).then_some((first, second))
        })
    }
}

impl Labelled {
    /// The same picture with the labels of some cells, the others unknown.
    fn keep(&self, kept: impl Fn(usize) -> bool) -> Self {
        let keep = |(cell, &value): (usize, &f32)| if kept(cell) { value } else { UNKNOWN };
        let cells = self.cells.iter().map(|cells| cells.iter().enumerate().map(keep).collect());
        Self { rgb: self.rgb.clone(), cells: cells.collect(), side: self.side }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(shows: impl Fn(usize, usize) -> bool) -> Example {
        Example([16, 32].map(|half| {
            let cell = |i| f32::from(shows(i % half * 16 / half, i / half * 16 / half));
            let cells = vec![(0..half * half).map(cell).collect()];
            Labelled { rgb: vec![0.5; 12 * half * half], cells, side: 2 * half }
        }))
    }

    #[test]
    fn one_of_five_examples_is_held_out() {
        let parts = HeldOut::new(vec![example(|x, _| x < 4); 5]).unwrap();
        assert_eq!((parts.train.len(), parts.held.len()), (4, 1));
    }

    #[test]
    fn a_single_example_is_divided_where_both_sides_show_the_object() {
        let parts = HeldOut::new(vec![example(|x, y| x < 3 && (2..14).contains(&y))]).unwrap();
        for (train, held) in parts.train[0].0.iter().zip(&parts.held[0].0) {
            for part in [train, held] {
                assert!(part.cells[0].iter().any(|&value| value > 0.5));
            }
            let mut both = train.cells[0].iter().zip(&held.cells[0]);
            assert!(both.all(|(a, b)| (*a == UNKNOWN) != (*b == UNKNOWN)));
        }
    }

    #[test]
    fn what_cannot_be_divided_is_refused() {
        let error = HeldOut::new(vec![example(|x, y| x == 0 && y == 0)]).unwrap_err();
        assert_eq!(error.code(), "empty-support");
    }
}
