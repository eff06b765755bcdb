//! What keeps tuning honest: a part of the support is held out, and only what it confirms is used.

use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;
use burn::tensor::{Device, Tensor, TensorData};

use super::augment::{Example, Labelled};
use super::tuning::Plan;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{CellLabels, FeatureMaps, ReadOut, Trunk, UNKNOWN, read};

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

    /// The loss on the held-out part of the read-out on both scales, solved on the other part, all seen by `trunk`.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn loss(&self, trunk: &Trunk, plan: &Plan, device: &Device) -> Result<f32> {
        let channels = self.train[0].cells().len();
        let mut sums = ReadOut::new(2 * trunk.readout_channels(), channels);
        for example in &self.train {
            sums.change(&example.maps(trunk, device).await?, None, Some(example.cells()));
        }
        let solve = |channel| sums.solve(channel, plan.refined_lambda, plan.balance);
        let weights: Vec<_> = (0..channels).map(solve).collect();
        let mut total = 0.0;
        for example in &self.held {
            let maps = example.maps(trunk, device).await?;
            let logits: Vec<f32> = weights
                .iter()
                .flat_map(|weights| weights.apply(&maps))
                .map(|value| plan.quantity.logit(value))
                .collect();
            let half = example.0[0].side / 2;
            let tensor = |values| {
                Tensor::from_data(TensorData::new(values, [1, channels, half, half]), device)
            };
            let loss = plan.loss.of(tensor(logits), tensor(example.cells().concat()));
            total += read(loss).await?[0];
        }
        Ok(total / self.held.len() as f32)
    }
}

impl Example {
    /// The read-out's labels at stride 2.
    fn cells(&self) -> &CellLabels {
        &self.0[0].cells
    }

    /// What the refined read-out sees of the picture, without its mirror image.
    async fn maps(&self, trunk: &Trunk, device: &Device) -> Result<FeatureMaps> {
        let look = |example: &Labelled| {
            let rgb = TensorData::new(example.rgb.clone(), [1, 3, example.side, example.side]);
            trunk.forward_fine(Tensor::from_data(rgb, device))
        };
        let [plain, [s1, s2, s4, s8]] = self.0.each_ref().map(look);
        let halve = AvgPoolOptions::new([2, 2]).with_stride([2, 2]);
        let enlarged = [avg_pool2d(s1, halve), s2, s4, s8];
        let plain = FeatureMaps::read_maps(&plain).await?;
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
