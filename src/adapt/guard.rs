//! What keeps tuning honest: a part of the support is held out, and only what it confirms is used.

use burn::tensor::{Device, Tensor, TensorData};

use super::augment::Labelled;
use super::tuning::{Plan, host};
use super::{Error, Result};
use crate::error::ErrorKind;
use crate::model::{FeatureMaps, ReadOut, Trunk, UNKNOWN};

/// Fewest examples of which one can be spared whole.
const SPARE: usize = 3;

/// The support in two parts.
#[derive(Clone, Debug)]
pub struct HeldOut {
    /// What the steps learn from.
    pub train: Vec<Labelled>,
    /// What decides whether they learnt something.
    pub held: Vec<Labelled>,
}

impl HeldOut {
    /// Holds out every fifth example, at least one; of one or two examples a region.
    ///
    /// # Errors
    /// `empty-support` where one of the parts would say nothing.
    pub fn new(mut examples: Vec<Labelled>) -> Result<Self> {
        if examples.len() >= SPARE {
            let held = examples.len().div_ceil(5);
            let held = examples.split_off(examples.len() - held);
            return Ok(Self { train: examples, held });
        }
        let (train, held): (Vec<_>, Vec<_>) = examples.iter().filter_map(Labelled::divide).unzip();
        if train.is_empty() {
            return Err(Error::from(ErrorKind::EmptySupport));
        }
        Ok(Self { train, held })
    }

    /// The loss of the read-out on the held-out part when it is solved on the other one, both seen by `trunk`.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn loss(&self, trunk: &Trunk, plan: &Plan, device: &Device) -> Result<f32> {
        let channels = self.train[0].cells.len();
        let mut sums = ReadOut::new(trunk.readout_channels(), channels);
        for example in &self.train {
            sums.change(&maps(trunk, example, device).await?, None, Some(&example.cells));
        }
        let weights: Vec<_> =
            (0..channels).map(|channel| sums.solve(channel, plan.lambda, plan.balance)).collect();
        let mut total = 0.0;
        for example in &self.held {
            let maps = maps(trunk, example, device).await?;
            let logits: Vec<f32> = weights
                .iter()
                .flat_map(|weights| weights.apply(&maps))
                .map(|value| plan.quantity.logit(value))
                .collect();
            let half = example.side / 2;
            let tensor = |values| {
                Tensor::from_data(TensorData::new(values, [1, channels, half, half]), device)
            };
            let loss = plan.loss.of(tensor(logits), tensor(example.cells.concat()));
            total += host(loss).await?[0];
        }
        Ok(total / self.held.len() as f32)
    }
}

async fn maps(trunk: &Trunk, example: &Labelled, device: &Device) -> Result<FeatureMaps> {
    let rgb = TensorData::new(example.rgb.clone(), [1, 3, example.side, example.side]);
    FeatureMaps::read_maps(&trunk.forward_fine(Tensor::from_data(rgb, device))).await
}

impl Labelled {
    /// The same picture twice, each with a part of the labels: left and right, or above and below, of a line that leaves
    /// both parts something of every channel that occurs. `None` where there is no such line.
    fn divide(&self) -> Option<(Self, Self)> {
        let half = self.side / 2;
        let occurs = |cells: &[f32]| cells.iter().any(|&value| value > 0.5);
        let lines = [0.6, 0.5, 0.7, 0.4].map(|share| (share * half as f32) as usize);
        let axes = [|i: usize, half: usize| i % half, |i: usize, half: usize| i / half];
        axes.into_iter().flat_map(|axis| lines.map(|line| (axis, line))).find_map(|(axis, line)| {
            let part = |first: bool| -> Vec<Vec<f32>> {
                let keep = |(i, &value): (usize, &f32)| {
                    if (axis(i, half) < line) == first { value } else { UNKNOWN }
                };
                self.cells
                    .iter()
                    .map(|cells| cells.iter().enumerate().map(keep).collect())
                    .collect()
            };
            let (first, second) = (part(true), part(false));
            let fair = self
                .cells
                .iter()
                .zip(first.iter().zip(&second))
                .all(|(all, (one, two))| !occurs(all) || occurs(one) && occurs(two));
            let with = |cells| Self { rgb: self.rgb.clone(), cells, side: self.side };
            (fair && first.iter().any(|cells| occurs(cells))).then(|| (with(first), with(second)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(shows: impl Fn(usize, usize) -> bool) -> Labelled {
        let cells = (0..256).map(|i| f32::from(shows(i % 16, i / 16))).collect();
        Labelled { rgb: vec![0.5; 3 * 32 * 32], cells: vec![cells], side: 32 }
    }

    #[test]
    fn one_of_five_examples_is_held_out() {
        let parts = HeldOut::new(vec![example(|x, _| x < 4); 5]).unwrap();
        assert_eq!((parts.train.len(), parts.held.len()), (4, 1));
    }

    #[test]
    fn a_single_example_is_divided_where_both_sides_show_the_object() {
        let parts = HeldOut::new(vec![example(|x, y| x < 3 && (2..14).contains(&y))]).unwrap();
        for side in [&parts.train[0], &parts.held[0]] {
            assert!(side.cells[0].iter().any(|&value| value > 0.5));
        }
        let both = parts.train[0].cells[0].iter().zip(&parts.held[0].cells[0]);
        assert!(both.into_iter().all(|(a, b)| (*a == UNKNOWN) != (*b == UNKNOWN)));
    }

    #[test]
    fn what_cannot_be_divided_is_refused() {
        let error = HeldOut::new(vec![example(|x, y| x == 0 && y == 0)]).unwrap_err();
        assert_eq!(error.code(), "empty-support");
    }
}
