//! The read-out: class-balanced ridge regression from trunk features to the label, in closed form.
//!
//! All it needs of the support are sums over cells, kept per task. A brush stroke adds to them; nothing restarts.
//! It runs on the host for both backends: its sums are small, and a stroke must not wait for a GPU.

use anolis_kernels::{add_resized, dots};
use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::gram::{Step, outer};
use super::label_encoder::UNKNOWN;
use super::maps::FeatureMaps;

/// Exponent of the class balance of complete labels: 0 counts every cell alike, 1 gives both classes equal weight.
pub const BALANCE: f64 = 0.5;

/// Exponent where unpainted cells count as background: what was overlooked there must not outweigh what was painted.
pub const UNPAINTED_BALANCE: f64 = 1.0;

/// What the values of a read-out stand for, and so how they become logits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Membership of a class, or the heat of a point: one half is the boundary.
    Class,
    /// A value in `[0, 1]` that is itself the answer: the sigmoid of its logit is the value again.
    Value,
    /// An amount that is summed over many cells: it stays linear, since a bound at 0 would turn noise into a sum.
    Amount,
}

impl Quantity {
    /// Gain from a class's value to its logit: value 0.5 is logit 0.
    pub const LOGIT_GAIN: f32 = 6.0;

    /// Values closer to 0 or 1 than this have the logit of this margin.
    pub const MARGIN: f32 = 1e-3;

    /// The logit of a read-out's value.
    pub fn logit(self, value: f32) -> f32 {
        match self {
            Self::Class | Self::Amount => Self::LOGIT_GAIN * (value - 0.5),
            Self::Value => {
                let inside = value.clamp(Self::MARGIN, 1.0 - Self::MARGIN);
                (inside / (1.0 - inside)).ln()
            }
        }
    }

    /// The logits of all channels for every cell of the finest level: `[channel, height, width]`.
    pub fn logits(self, weights: &[ReadOutWeights], maps: &FeatureMaps) -> Vec<f32> {
        weights
            .iter()
            .flat_map(|weights| weights.apply(maps))
            .map(|value| self.logit(value))
            .collect()
    }

    /// What a logit answers: a probability, a value in `[0, 1]`, or an amount, which noise may bring below 0.
    pub fn answer(self, logit: f32) -> f32 {
        match self {
            Self::Class | Self::Value => 1.0 / (1.0 + (-logit).exp()),
            Self::Amount => logit / Self::LOGIT_GAIN + 0.5,
        }
    }
}

/// The ridge penalty where nothing else chooses it: one example says little about what varies, so it is trusted less.
pub fn default_lambda(examples: usize) -> f64 {
    if examples == 1 { 0.3 } else { 0.1 }
}

/// Labels of one picture on the stride-2 grid: per channel a value in `[0, 1]` a cell, or [`UNKNOWN`].
pub type CellLabels = Vec<Vec<f32>>;

/// Sums over the support, from which the weights of each channel are solved.
#[derive(Clone, Debug)]
pub struct ReadOut {
    channels: Vec<ChannelSums>,
}

/// Sums over the known cells of all examples; `x` are a cell's features and a one, `t` its label.
#[derive(Clone, Debug)]
struct ChannelSums {
    /// Sum of `x xT`.
    known: DMatrix<f64>,
    /// Sum of `t x xT`.
    outer: DMatrix<f64>,
    /// Sum of `t^2 x`.
    squared: DVector<f64>,
}

/// A solved channel.
#[derive(Clone, Debug)]
pub struct Solution {
    pub weights: ReadOutWeights,
    /// `None` where nothing is known.
    system: Option<System>,
}

/// How weights are solved.
#[derive(Clone, Debug)]
pub struct Ridge {
    /// Penalty of each feature relative to its unit variance; features after the last one are left out.
    pub penalties: Vec<f64>,
    /// Exponent of the class balance, for instance [`BALANCE`].
    pub balance: f64,
}

/// The normal equations in standardised features.
#[derive(Clone, Debug)]
struct System {
    factor: Option<Cholesky<f64, Dyn>>,
    /// One over the features' unit.
    scale: DVector<f64>,
    /// Weighted mean of the features.
    mean: DVector<f64>,
    /// Sum of the weights.
    total: f64,
}

/// A linear map from features to one channel's value.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadOutWeights {
    pub beta: Vec<f32>,
    pub beta_0: f32,
}

impl ReadOut {
    /// Empty sums for `features` features and `channels` label channels.
    pub fn new(features: usize, channels: usize) -> Self {
        let size = features + 1;
        let square = DMatrix::zeros(size, size);
        let sums =
            ChannelSums { known: square.clone(), outer: square, squared: DVector::zeros(size) };
        Self { channels: vec![sums; channels] }
    }

    /// Number of label channels.
    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    /// Number of features.
    pub fn features(&self) -> usize {
        self.channels[0].known.nrows() - 1
    }

    /// Whether no cell of any channel is known.
    pub fn is_empty(&self) -> bool {
        self.channels.iter().all(|sums| sums.count() < 0.5)
    }

    /// Replaces one picture's labels `before` by `after`; only cells that differ are touched.
    pub fn change(
        &mut self,
        maps: &FeatureMaps,
        before: Option<&CellLabels>,
        after: Option<&CellLabels>,
    ) {
        let label = |labels: Option<&CellLabels>, channel: usize, cell: usize| {
            labels.map(|labels| labels[channel][cell]).filter(|&value| value != UNKNOWN)
        };
        // Channels mostly become known together; their common sum is computed once.
        let mut last: Option<(Vec<Step>, DMatrix<f64>)> = None;
        for (c, sums) in self.channels.iter_mut().enumerate() {
            let (mut known, mut linear, mut squared) = (Vec::new(), Vec::new(), Vec::new());
            for cell in 0..maps.cells() {
                let (old, new) = (label(before, c, cell), label(after, c, cell));
                if old != new {
                    known.push((cell, f32::from(new.is_some()) - f32::from(old.is_some())));
                    let (old, new) = (old.unwrap_or(0.0), new.unwrap_or(0.0));
                    linear.push((cell, new - old));
                    squared.push((cell, new * new - old * old));
                }
            }
            for steps in [&mut known, &mut linear, &mut squared] {
                steps.retain(|&(_, step)| step != 0.0);
            }
            match &last {
                Some((steps, sum)) if *steps == known => sums.known += sum,
                _ if known.is_empty() => {}
                _ => {
                    let sum = outer(maps, &known);
                    sums.known += &sum;
                    last = Some((known, sum));
                }
            }
            sums.outer += outer(maps, &linear);
            add_scaled(&mut sums.squared, maps, &squared);
        }
    }

    /// The weights of one channel by weighted ridge regression; a constant when nothing is known or all labels agree.
    ///
    /// `lambda` is relative to the unit variance of the standardised features, `balance` the exponent of the class
    /// balance, for instance [`BALANCE`].
    pub fn solve(&self, channel: usize, lambda: f64, balance: f64) -> ReadOutWeights {
        self.solution(channel, lambda, balance).weights
    }

    /// As [`ReadOut::solve`], with what its gradient needs.
    pub fn solution(&self, channel: usize, lambda: f64, balance: f64) -> Solution {
        let penalties = vec![lambda; self.features()];
        self.channels[channel].solution(&Ridge { penalties, balance })
    }

    /// [`ReadOut::solve`] for all channels.
    pub fn solve_all(&self, lambda: f64, balance: f64) -> Vec<ReadOutWeights> {
        self.solve_each(&Ridge { penalties: vec![lambda; self.features()], balance })
    }

    /// The weights of all channels, each of them a question of its own.
    pub fn solve_each(&self, ridge: &Ridge) -> Vec<ReadOutWeights> {
        self.channels.iter().map(|sums| sums.solution(ridge).weights).collect()
    }

    /// The weights of all channels where every known cell belongs to exactly one of them: a cell weighs by its class, the
    /// same in every channel, so that one system serves them all.
    pub fn solve_exclusive(&self, ridge: &Ridge) -> Vec<ReadOutWeights> {
        let last = self.channels[0].known.nrows() - 1;
        let count = self.channels[0].count();
        if count < 0.5 {
            return self.solve_each(ridge);
        }
        let weight = |sums: &ChannelSums| {
            (sums.outer[(last, last)] / count).clamp(1e-4, 1.0).powf(-ridge.balance)
        };
        let mut moments = DMatrix::zeros(last + 1, last + 1);
        for sums in &self.channels {
            moments += &sums.outer * weight(sums);
        }
        let system = System::new(&moments, &self.channels[0].deviation(), &ridge.penalties);
        let solve = |sums: &ChannelSums| system.solve(&(sums.outer.column(last) * weight(sums)));
        self.channels.iter().map(solve).collect()
    }

    /// The weights `[w of t = 0, w of t = 1]` of a channel's cells.
    pub fn class_weights(&self, channel: usize, balance: f64) -> [f64; 2] {
        self.channels[channel].class_weights(balance)
    }

    /// These sums and those of other examples.
    pub fn add(&mut self, others: &Self) {
        for (sums, other) in self.channels.iter_mut().zip(&others.channels) {
            sums.known += &other.known;
            sums.outer += &other.outer;
            sums.squared += &other.squared;
        }
    }
}

impl Solution {
    /// The gradient of a loss carried from the weights to the sums: with `g` and `g_0` the loss's gradients by `beta` and
    /// `beta_0`, the loss changes as `sum w (u x - mean(u x)) (t - beta x - beta_0) - g_0 sum w beta x` does when the
    /// support's features `x` move (weights `w` sum to one, everything but `x` fixed, so is the features' unit).
    ///
    /// Returns `u`. It is a second solve with the same factor: `A beta = r` gives `dL = g A^-1 (dr - dA beta)`.
    pub fn adjoint(&self, gradient: &[f32], gradient_0: f32) -> Vec<f32> {
        let zeros = || vec![0.0; gradient.len()];
        let Some(System { factor, scale, mean, .. }) = &self.system else { return zeros() };
        let Some(factor) = factor else { return zeros() };
        let through_mean = mean * f64::from(gradient_0);
        let gradient = DVector::from_iterator(gradient.len(), gradient.iter().map(|&g| g.into()));
        let right = (gradient - through_mean).component_mul(scale);
        factor.solve(&right).component_mul(scale).iter().map(|&u| u as f32).collect()
    }
}

impl System {
    /// The system of weighted `moments` of features and a one; only the features that have a penalty are part of it.
    fn new(moments: &DMatrix<f64>, deviation: &DVector<f64>, penalties: &[f64]) -> Self {
        let (features, last) = (penalties.len(), moments.nrows() - 1);
        let total = moments[(last, last)];
        let mean = moments.column(last).rows(0, features) / total;
        let covariance =
            moments.view((0, 0), (features, features)) / total - &mean * mean.transpose();
        let scale = deviation.rows(0, features).map(|deviation| 1.0 / (deviation + 1e-4));
        let mut system = covariance.component_mul(&(&scale * scale.transpose()));
        for (i, penalty) in penalties.iter().enumerate() {
            system[(i, i)] += penalty;
        }
        Self { factor: system.cholesky(), scale, mean, total }
    }

    /// The weights for the weighted sum of `t x`.
    fn solve(&self, target: &DVector<f64>) -> ReadOutWeights {
        let features = self.mean.len();
        let target_mean = target[target.len() - 1] / self.total;
        let right = (target.rows(0, features) / self.total - &self.mean * target_mean)
            .component_mul(&self.scale);
        let beta = match &self.factor {
            Some(factor) => factor.solve(&right).component_mul(&self.scale),
            None => DVector::zeros(features),
        };
        let beta_0 = (target_mean - beta.dot(&self.mean)) as f32;
        ReadOutWeights { beta: beta.iter().map(|&b| b as f32).collect(), beta_0 }
    }
}

impl ChannelSums {
    fn solution(&self, ridge: &Ridge) -> Solution {
        let (features, last) = (ridge.penalties.len(), self.known.nrows() - 1);
        if self.count() < 0.5 {
            let weights = ReadOutWeights { beta: vec![0.0; features], beta_0: 0.5 };
            return Solution { weights, system: None };
        }
        let [loss, gain] = self.class_weights(ridge.balance);
        let moments = &self.known * loss + &self.outer * (gain - loss);
        let target = &self.squared * (gain - loss) + self.outer.column(last) * loss;
        let system = System::new(&moments, &self.deviation(), &ridge.penalties);
        Solution { weights: system.solve(&target), system: Some(system) }
    }

    /// Known cells.
    fn count(&self) -> f64 {
        self.known[(self.known.nrows() - 1, self.known.ncols() - 1)]
    }

    /// Weights of cells with label 0 and with label 1; between them they are linear.
    fn class_weights(&self, balance: f64) -> [f64; 2] {
        let last = self.outer.nrows() - 1;
        let positive = self.outer[(last, last)] / self.count().max(1.0);
        let positive = positive.clamp(1e-4, 1.0 - 1e-4);
        [(1.0 - positive).powf(-balance), positive.powf(-balance)]
    }

    /// Standard deviation of each feature, every known cell counting once: rare classes do not change what a unit is.
    fn deviation(&self) -> DVector<f64> {
        let (features, count) = (self.known.nrows() - 1, self.count());
        DVector::from_fn(features, |i, _| {
            let mean = self.known[(i, features)] / count;
            (self.known[(i, i)] / count - mean * mean).max(0.0).sqrt()
        })
    }
}

impl ReadOutWeights {
    /// The value of every cell of the finest level, about 0 to 1 but not bounded: `[height, width]`.
    ///
    /// A linear map commutes with bilinear reading, so every level is multiplied at its own stride.
    pub fn apply(&self, maps: &FeatureMaps) -> Vec<f32> {
        let (height, width) = (maps.levels[0].height, maps.levels[0].width);
        let mut out = vec![self.beta_0; height * width];
        let mut start = 0;
        for level in &maps.levels {
            let beta = &self.beta[start..start + level.channels];
            start += level.channels;
            let coarse = dots(&level.data, beta);
            add_resized(&coarse, [level.height, level.width], &mut out, width);
        }
        out
    }
}

/// `sum += coefficient x` over cells.
fn add_scaled(sum: &mut DVector<f64>, maps: &FeatureMaps, steps: &[Step]) {
    let mut row = vec![1.0f32; sum.len()];
    for &(cell, coefficient) in steps {
        maps.sample(cell, &mut row);
        for (s, x) in sum.iter_mut().zip(&row) {
            *s += f64::from(coefficient * x);
        }
    }
}
