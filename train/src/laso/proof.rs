//! The tests that decide which form of an operation ships; docs/laso.md shows them.

use std::collections::BTreeMap;

use anolis::laso::Operation;
use burn::tensor::{Device, Tensor};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::forms::{Form, Frame, Seen};
use super::judge::{Judge, values};
use super::linear::Linear;
use super::quadruples::{A, B, result};
use super::training::Quadruples;

/// Names of the operations in docs/laso.json, in the order of [`Operation::ALL`].
pub const NAMES: [&str; 3] = ["intersection", "union", "difference"];

/// A figure with its runs: mean and standard error.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Figure {
    pub mean: f64,
    /// Standard error of the mean over the runs.
    pub error: f64,
    pub runs: usize,
}

impl Figure {
    pub fn of(values: &[f64]) -> Self {
        let runs = values.len();
        let mean = values.iter().sum::<f64>() / runs.max(1) as f64;
        let variance =
            values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (runs.max(2) - 1) as f64;
        let round = |value: f64| (value * 1e4).round() / 1e4;
        Self { mean: round(mean), error: round((variance / runs.max(1) as f64).sqrt()), runs }
    }
}

/// What is measured of a form, by the name of the measure; each run of a fold adds a value.
pub type Measures = BTreeMap<String, Vec<f64>>;

/// A fold as a form is judged on it.
pub struct Bench<'a> {
    pub judge: &'a Judge,
    pub frame: &'a Frame,
    /// Quadruples of labels that the form never saw, and those labels.
    pub unseen: &'a Quadruples,
    pub unseen_labels: &'a [usize],
    /// Quadruples of labels that it saw, in pictures that it did not see.
    pub seen: &'a Quadruples,
    pub seen_labels: &'a [usize],
}

impl Bench<'_> {
    /// Everything that is measured of one trained form.
    pub fn measure(&self, form: &dyn Form) -> Measures {
        let mut found = Measures::new();
        let mut note = |name: String, value: f64| found.entry(name).or_default().push(value);
        let precision =
            |made: Tensor<2>, quadruples: &Quadruples, part: usize, labels: &[usize]| {
                self.judge.precision(made, quadruples.labels[part].clone(), labels)
            };
        for (operation, name) in Operation::ALL.into_iter().zip(NAMES) {
            let part = result(operation);
            let made = self.make(form, operation, self.unseen);
            note(
                format!("unseen {name}"),
                precision(made.clone(), self.unseen, part, self.unseen_labels),
            );
            let known = self.make(form, operation, self.seen);
            note(format!("seen {name}"), precision(known, self.seen, part, self.seen_labels));
            note(format!("realism {name}"), realism(&made, &self.unseen.parts[part]));
            for (at, iou) in [1, 3, 5].into_iter().zip(self.retrieval(&made, part)) {
                note(format!("retrieval {name} @{at}"), iou);
            }
        }
        let (a, b) = (self.unseen.seen(A), self.unseen.seen(B));
        // The partner is another pair's: what both have must vanish, and nothing must be taken away.
        let other = self.unseen.shifted();
        let apply = |operation, a: &Seen, b: &Seen| form.apply(operation, a, b, self.frame);
        let both = apply(Operation::And, &a, &other);
        note(
            "permuted intersection".into(),
            precision(both, self.unseen, result(Operation::And), self.unseen_labels),
        );
        let rest = apply(Operation::Minus, &a, &other);
        note(
            "permuted difference as a".into(),
            precision(rest, self.unseen, A, self.unseen_labels),
        );
        let whole = &a.whole;
        let off = |made: Tensor<2>, wanted: Tensor<2>| self.error(made, wanted, whole);
        note("algebra a and a".into(), off(apply(Operation::And, &a, &a), whole.clone()));
        note("algebra a or a".into(), off(apply(Operation::Or, &a, &a), whole.clone()));
        let nothing = self.frame.origin.clone().expand(whole.dims());
        note("algebra a minus a".into(), off(apply(Operation::Minus, &a, &a), nothing));
        let parts = [Operation::Minus, Operation::And].map(|o| Seen::result(apply(o, &a, &b)));
        let rebuilt = apply(Operation::Or, &parts[0], &parts[1]);
        note("algebra (a minus b) or (a and b)".into(), off(rebuilt, whole.clone()));
        for operation in [Operation::And, Operation::Or] {
            let made = apply(operation, &a, &b);
            let name = NAMES[operation as usize];
            note(format!("algebra symmetry {name}"), off(apply(operation, &b, &a), made));
        }
        found
    }

    /// What the pictures that really are the results would measure.
    pub fn oracle(&self) -> Measures {
        let mut found = Measures::new();
        for (operation, name) in Operation::ALL.into_iter().zip(NAMES) {
            let part = result(operation);
            let sides = [
                ("unseen", self.unseen, self.unseen_labels),
                ("seen", self.seen, self.seen_labels),
            ];
            for (side, quadruples, labels) in sides {
                let (real, truth) = (&quadruples.parts[part], &quadruples.labels[part]);
                let precision = self.judge.precision(real.clone(), truth.clone(), labels);
                found.insert(format!("{side} {name}"), vec![precision]);
            }
            for (at, iou) in
                [1, 3, 5].into_iter().zip(self.retrieval(&self.unseen.parts[part], part))
            {
                found.insert(format!("retrieval {name} @{at}"), vec![iou]);
            }
        }
        found
    }

    /// The mean average precision of a form's results on other pictures of the unseen labels, by operation.
    pub fn precisions(&self, form: &dyn Form, quadruples: &Quadruples) -> Vec<(&'static str, f64)> {
        let precision = |(operation, name): (Operation, &'static str)| {
            let made = self.make(form, operation, quadruples);
            let truth = quadruples.labels[result(operation)].clone();
            (name, self.judge.precision(made, truth, self.unseen_labels))
        };
        Operation::ALL.into_iter().zip(NAMES).map(precision).collect()
    }

    fn make(&self, form: &dyn Form, operation: Operation, quadruples: &Quadruples) -> Tensor<2> {
        form.apply(operation, &quadruples.seen(A), &quadruples.seen(B), self.frame)
    }

    /// Distance over how far the pictures are from the origin, on average.
    fn error(&self, made: Tensor<2>, wanted: Tensor<2>, whole: &Tensor<2>) -> f64 {
        let length =
            |x: Tensor<2>| values((x / self.frame.scale.clone()).powi_scalar(2).sum_dim(1).sqrt());
        let apart = length(made - wanted);
        let all = length(whole.clone() - self.frame.origin.clone());
        let sum = |lengths: &[f32]| f64::from(lengths.iter().sum::<f32>());
        sum(&apart) / sum(&all)
    }

    /// Best overlap of label sets among the 1, 3 and 5 pictures most like a result, of all pairs' pictures but its own two.
    fn retrieval(&self, made: &Tensor<2>, part: usize) -> [f64; 3] {
        let gallery = Tensor::cat([A, B].map(|p| self.unseen.parts[p].clone()).into(), 0);
        let labels = Tensor::cat([A, B].map(|p| self.unseen.labels[p].clone()).into(), 0);
        let mean = gallery.clone().mean_dim(0);
        let direction = |x: Tensor<2>| {
            let x = x - mean.clone();
            x.clone() / (x.powi_scalar(2).sum_dim(1) + 1e-6).sqrt()
        };
        let likeness = values(direction(made.clone()).matmul(direction(gallery).swap_dims(0, 1)));
        let (count, wide) = (self.unseen.len(), labels.dims()[1]);
        let (labels, wanted) = (values(labels), values(self.unseen.labels[part].clone()));
        let mut sums = [0.0; 3];
        for i in 0..count {
            let row = &likeness[i * 2 * count..][..2 * count];
            let mut order: Vec<usize> =
                (0..2 * count).filter(|&j| j != i && j != count + i).collect();
            order.sort_by(|&a, &b| row[b].total_cmp(&row[a]));
            let wanted = &wanted[i * wide..][..wide];
            let overlap = |&j: &usize| overlap(wanted, &labels[j * wide..][..wide]);
            for (sum, most) in sums.iter_mut().zip([1, 3, 5]) {
                *sum += order.iter().take(most).map(overlap).fold(0.0, f64::max);
            }
        }
        sums.map(|sum| sum / count as f64)
    }
}

/// Intersection over union of label sets; two empty sets are the same.
fn overlap(a: &[f32], b: &[f32]) -> f64 {
    let count =
        |both: fn(f32, f32) -> bool| a.iter().zip(b).filter(|(a, b)| both(**a, **b)).count();
    let either = count(|a, b| a + b > 0.5);
    if either == 0 { 1.0 } else { count(|a, b| a * b > 0.5) as f64 / either as f64 }
}

/// How well a linear classifier tells made features from real ones that it did not learn from: the area under its curve.
fn realism(made: &Tensor<2>, real: &Tensor<2>) -> f64 {
    let channels = made.dims()[1];
    let (made, real) = (values(made.clone()), values(real.clone()));
    let all = [(&made, 1.0f32), (&real, 0.0)];
    let half = |odd: usize| -> Vec<(&[f32], f32)> {
        let rows = all.iter().flat_map(|(rows, label)| {
            rows.chunks_exact(channels).skip(odd).step_by(2).map(move |row| (row, *label))
        });
        rows.collect()
    };
    let (learn, test) = (half(0), half(1));
    let rows: Vec<&[f32]> = learn.iter().map(|(row, _)| *row).collect();
    let targets: Vec<Vec<f32>> = learn.iter().map(|(_, label)| vec![*label]).collect();
    let fitted = Linear::fit(&rows, &targets, &vec![1.0; rows.len()], rows.len());
    let scores = fitted.scores(&test.iter().map(|(row, _)| *row).collect::<Vec<_>>());
    let (mut before, mut pairs) = (0.0, 0.0);
    for (i, (_, one)) in test.iter().enumerate() {
        for (j, (_, other)) in test.iter().enumerate() {
            if *one > *other {
                pairs += 1.0;
                before += f64::from(u8::from(scores[(i, 0)] > scores[(j, 0)]));
            }
        }
    }
    before / pairs
}

/// An episode of the augmentation test: quadruples whose first pictures are its support, by label.
#[derive(Serialize)]
pub struct Episode {
    pub fold: usize,
    pub shots: usize,
    pub support: Vec<usize>,
}

impl Episode {
    /// `shots` pictures a label at least, the rarest labels first.
    pub fn draw(
        quadruples: &Quadruples,
        labels: &[usize],
        fold: usize,
        shots: usize,
        seed: u64,
    ) -> Self {
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        let wide = quadruples.labels[A].dims()[1];
        let has = values(quadruples.labels[A].clone());
        let mut order: Vec<usize> = (0..quadruples.len()).collect();
        order.shuffle(rng);
        let mut support: Vec<usize> = Vec::new();
        for &label in labels {
            let with = |&i: &usize| has[i * wide + label] > 0.5;
            let missing = shots.saturating_sub(support.iter().filter(|i| with(i)).count());
            let more: Vec<usize> = order
                .iter()
                .copied()
                .filter(|i| with(i) && !support.contains(i))
                .take(missing)
                .collect();
            support.extend(more);
        }
        Self { fold, shots, support }
    }

    /// Average precision of each label on the other pictures, without and with features that `form` makes of pairs.
    pub fn gains(&self, form: &dyn Form, bench: &Bench, weight: f32) -> Vec<(f64, f64)> {
        let (all, labels) = (bench.unseen, bench.unseen_labels);
        let query: Vec<usize> = (0..all.len()).filter(|i| !self.support.contains(i)).collect();
        let wide = all.labels[A].dims()[1];
        let channels = all.parts[A].dims()[1];
        let (features, truth) = (values(all.parts[A].clone()), values(all.labels[A].clone()));
        let row = |i: usize| &features[i * channels..][..channels];
        let said = |i: usize| -> Vec<f32> { labels.iter().map(|l| truth[i * wide + l]).collect() };
        let real: Vec<(Vec<f32>, Vec<f32>)> =
            self.support.iter().map(|&i| (row(i).to_vec(), said(i))).collect();
        let mut made = Vec::new();
        let pairs: Vec<(usize, usize)> = (0..self.support.len())
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .take(MOST_PAIRS)
            .collect();
        for operation in Operation::ALL {
            let [a, b] = [0, 1].map(|side| {
                let at: Vec<usize> =
                    pairs.iter().map(|p| self.support[if side == 0 { p.0 } else { p.1 }]).collect();
                all.picked(A, &at)
            });
            let features = values(form.apply(operation, &a, &b, bench.frame));
            for (features, &(i, j)) in features.chunks_exact(channels).zip(&pairs) {
                let labels = real[i].1.iter().zip(&real[j].1).map(|(&a, &b)| match operation {
                    Operation::And => a * b,
                    Operation::Or => a.max(b),
                    Operation::Minus => a * (1.0 - b),
                });
                made.push((features.to_vec(), labels.collect()));
            }
        }
        let judged = |examples: &[(Vec<f32>, Vec<f32>)]| -> Vec<f64> {
            let rows: Vec<&[f32]> = examples.iter().map(|(row, _)| row.as_slice()).collect();
            let targets: Vec<Vec<f32>> = examples.iter().map(|(_, said)| said.clone()).collect();
            let penalties: Vec<f32> =
                (0..rows.len()).map(|i| if i < real.len() { 1.0 } else { 1.0 / weight }).collect();
            let fitted = Linear::fit(&rows, &targets, &penalties, real.len());
            let scores = fitted.scores(&query.iter().map(|&i| row(i)).collect::<Vec<_>>());
            let precision = |label: usize| {
                let scored = query.iter().enumerate();
                let scored = scored
                    .map(|(q, &i)| (scores[(q, label)], truth[i * wide + labels[label]] > 0.5));
                super::linear::average_precision(scored).unwrap_or(0.0) * 100.0
            };
            (0..labels.len()).map(precision).collect()
        };
        let plain = judged(&real);
        let both: Vec<_> = real.iter().chain(&made).cloned().collect();
        plain.into_iter().zip(judged(&both)).collect()
    }
}

/// Pairs of an episode that features are made of.
const MOST_PAIRS: usize = 150;

/// A pseudo-random device of its own for training, so that runs can be repeated.
pub fn seeded(seed: u64) -> Device {
    let device = Device::flex();
    device.seed(ChaCha8Rng::seed_from_u64(seed).random());
    device
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_a_mean_with_its_standard_error() {
        let figure = Figure::of(&[1.0, 2.0, 3.0]);
        assert_eq!((figure.mean, figure.runs), (2.0, 3));
        assert!((figure.error - (1.0f64 / 3.0).sqrt()).abs() < 1e-4);
    }

    #[test]
    fn empty_label_sets_are_the_same() {
        assert_eq!(overlap(&[0.0, 0.0], &[0.0, 0.0]), 1.0);
        assert_eq!(overlap(&[1.0, 0.0], &[0.0, 0.0]), 0.0);
        assert_eq!(overlap(&[1.0, 1.0], &[0.0, 1.0]), 0.5);
    }

    #[test]
    fn made_features_that_are_real_cannot_be_told() {
        let rows = |shift: f32| {
            let values: Vec<f32> = (0..60).map(|i| (i * 37 % 11) as f32 + shift).collect();
            Tensor::<1>::from_floats(&values[..], &Device::flex()).reshape([20, 3])
        };
        assert!(realism(&rows(0.0), &rows(0.0)) < 0.6);
        assert!(realism(&rows(20.0), &rows(0.0)) > 0.9);
    }
}
