//! The support dealt into parts, each of which is held out in turn.

use super::augment::{Example, Labelled};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{CellLabels, UNKNOWN};

/// Fewest examples of which some can be spared whole.
const SPARE: usize = 3;

/// Most parts.
const PARTS: usize = 5;

/// Where a picture may be divided, as shares of its square.
const SHARES: [f32; 4] = [0.6, 0.5, 0.7, 0.4];

/// The support, and what is learnt from and held out of it in turn.
#[derive(Clone, Debug)]
pub struct Support {
    pub examples: Vec<Example>,
    pub folds: Vec<Fold>,
}

/// Two parts of the support, by the examples' numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// What the steps learn from.
    pub train: Vec<usize>,
    /// What decides whether they learnt something.
    pub held: Vec<usize>,
}

impl Support {
    /// Deals three or more examples into up to five parts; one or two are divided into two regions each, the first of all
    /// and the second of all being the parts. Every part is held out once.
    ///
    /// # Errors
    /// `empty-support` where one of the parts would say nothing.
    pub fn new(examples: Vec<Example>) -> Result<Self> {
        let count = examples.len();
        if count >= SPARE {
            let parts = count.min(PARTS);
            let part = |held: usize| {
                let (held, train) = (0..count).partition(|example| example % parts == held);
                Fold { train, held }
            };
            return Ok(Self { examples, folds: (0..parts).map(part).collect() });
        }
        let (first, second): (Vec<_>, Vec<_>) = examples.iter().filter_map(Example::divide).unzip();
        if first.is_empty() {
            return Err(Error::from(ErrorKind::EmptySupport));
        }
        let [one, other]: [Vec<_>; 2] =
            [(0..first.len()).collect(), (first.len()..2 * first.len()).collect()];
        let folds = vec![
            Fold { train: one.clone(), held: other.clone() },
            Fold { train: other, held: one },
        ];
        Ok(Self { examples: [first, second].concat(), folds })
    }
}

impl Example {
    /// The read-out's labels at stride 2.
    pub fn cells(&self) -> &CellLabels {
        &self.0[0].cells
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
    fn every_example_is_held_out_once() {
        for count in [3, 5, 12] {
            let support = Support::new(vec![example(|x, _| x < 4); count]).unwrap();
            let mut held: Vec<_> =
                support.folds.iter().flat_map(|fold| fold.held.clone()).collect();
            held.sort();
            assert_eq!(held, (0..count).collect::<Vec<_>>());
            for fold in &support.folds {
                assert!(fold.train.iter().all(|example| !fold.held.contains(example)));
                assert_eq!(fold.train.len() + fold.held.len(), count);
            }
        }
    }

    #[test]
    fn a_single_example_is_divided_where_both_sides_show_the_object() {
        let support = Support::new(vec![example(|x, y| x < 3 && (2..14).contains(&y))]).unwrap();
        assert_eq!(support.folds.len(), 2);
        let [first, second] = support.examples.try_into().unwrap();
        for (first, second) in first.0.iter().zip(&second.0) {
            for part in [first, second] {
                assert!(part.cells[0].iter().any(|&value| value > 0.5));
            }
            let mut both = first.cells[0].iter().zip(&second.cells[0]);
            assert!(both.all(|(a, b)| (*a == UNKNOWN) != (*b == UNKNOWN)));
        }
    }

    #[test]
    fn what_cannot_be_divided_is_refused() {
        let error = Support::new(vec![example(|x, y| x == 0 && y == 0)]).unwrap_err();
        assert_eq!(error.code(), "empty-support");
    }
}
