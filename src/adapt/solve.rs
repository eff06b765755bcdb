//! The gradient of a loss through the read-out's closed-form solve.
//!
//! The weights are solved on the host from the pseudo-support's features. The loss's gradient by the weights goes back to
//! those features by the adjoint (one more solve with the same factor, [`Solution::adjoint`]): no step of the solve itself
//! is recorded, and what is differentiated on the device are two linear maps of the features.

use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData};

use crate::model::{CellLabels, Quantity, ReadOut, Solution, UNKNOWN, resize};

/// Maps at strides 2, 4, 8 and 16, each `[batch, channel, height, width]`.
pub type Maps = [Tensor<4>; 4];

/// Linear weights of several outputs, by level `[output, channel, 1, 1]`, and their constants `[output]`.
pub struct Weights {
    pub levels: Maps,
    pub constant: Tensor<1>,
}

impl Weights {
    /// Weights from rows over all features, level after level.
    pub fn new(
        rows: &[&[f32]],
        constants: Vec<f32>,
        channels: [usize; 4],
        device: &Device,
    ) -> Self {
        let outputs = rows.len();
        let mut start = 0;
        let levels = channels.map(|count| {
            let values: Vec<f32> =
                rows.iter().flat_map(|row| row[start..start + count].iter().copied()).collect();
            start += count;
            Tensor::from_data(TensorData::new(values, [outputs, count, 1, 1]), device)
        });
        Self { levels, constant: Tensor::from_data(TensorData::new(constants, [outputs]), device) }
    }

    /// The same as leaves that keep their gradients.
    pub fn leaves(self) -> Self {
        Self {
            levels: self.levels.map(Tensor::require_grad),
            constant: self.constant.require_grad(),
        }
    }

    /// Values at stride 2 `[batch, output, height, width]`; a linear map commutes with bilinear reading.
    pub fn apply(&self, maps: &Maps) -> Tensor<4> {
        let [_, _, height, width] = maps[0].dims();
        let levels = maps.iter().zip(&self.levels).map(|(map, weights)| {
            let options = ConvOptions::new([1, 1], [0, 0], [1, 1], 1);
            let value = conv2d(map.clone(), weights.clone(), None, options);
            resize(value, [height, width])
        });
        let sum = levels.reduce(|sum, level| sum + level).expect("four levels");
        let outputs = self.constant.dims()[0];
        sum + self.constant.clone().reshape([1, outputs, 1, 1])
    }
}

/// The logit of values, as [`Quantity::logit`] on the host.
pub fn logit(quantity: Quantity, values: Tensor<4>) -> Tensor<4> {
    match quantity {
        Quantity::Class | Quantity::Amount => (values - 0.5) * f64::from(Quantity::LOGIT_GAIN),
        Quantity::Value => {
            let inside = values.clamp_min(Quantity::MARGIN).clamp_max(1.0 - Quantity::MARGIN);
            inside.clone().log() - (-inside + 1.0).log()
        }
    }
}

/// A scalar whose gradient by the support's features is the loss's, through the solve.
///
/// # Shapes
/// - `maps`: features of the pseudo-support, batch of examples
/// - `labels`: its labels at stride 2, one an example
/// - `gradients`: by channel the loss's gradients by the solved weights and constant
pub fn surrogate(
    maps: &Maps,
    labels: &[&CellLabels],
    sums: &ReadOut,
    balance: f64,
    solutions: &[Solution],
    gradients: &[(Vec<f32>, f32)],
    device: &Device,
) -> Tensor<1> {
    let channels = solutions.len();
    let [batch, _, height, width] = maps[0].dims();
    let adjoints: Vec<_> = solutions
        .iter()
        .zip(gradients)
        .map(|(solution, (gradient, constant))| solution.adjoint(gradient, *constant))
        .collect();
    let rows: Vec<&[f32]> = adjoints
        .iter()
        .map(Vec::as_slice)
        .chain(solutions.iter().map(|solution| solution.weights.beta.as_slice()))
        .collect();
    let constants = std::iter::repeat_n(0.0, channels)
        .chain(solutions.iter().map(|solution| solution.weights.beta_0))
        .collect();
    let level_channels = std::array::from_fn(|l| maps[l].dims()[1]);
    let both = Weights::new(&rows, constants, level_channels, device).apply(maps);
    let (adjoint, value) =
        (both.clone().narrow(1, 0, channels), both.narrow(1, channels, channels));

    let (weights, targets) = weights_and_targets(labels, sums, balance);
    let shape = [batch, channels, height, width];
    let weights = Tensor::<4>::from_data(TensorData::new(weights, shape), device);
    let targets = Tensor::<4>::from_data(TensorData::new(targets, shape), device);
    let mean = |x: Tensor<4>| (x * weights.clone()).sum_dim(0).sum_dim(2).sum_dim(3);
    let through_sums = mean((adjoint.clone() - mean(adjoint)) * (targets - value.clone()));
    let constants: Vec<f32> = gradients.iter().map(|(_, constant)| *constant).collect();
    let constants = Tensor::from_data(TensorData::new(constants, [1, channels, 1, 1]), device);
    (through_sums - mean(value) * constants).sum()
}

/// For each example, channel and cell its weight (they sum to one a channel) and its label (0 where unknown).
fn weights_and_targets(
    labels: &[&CellLabels],
    sums: &ReadOut,
    balance: f64,
) -> (Vec<f32>, Vec<f32>) {
    let by_class: Vec<_> =
        (0..sums.channels()).map(|channel| sums.class_weights(channel, balance)).collect();
    let weight = |channel: usize, t: f32| {
        let [zero, one] = by_class[channel];
        zero as f32 + t * (one - zero) as f32
    };
    let mut totals = vec![0.0f64; sums.channels()];
    for (channel, cells) in labels.iter().flat_map(|label| label.iter().enumerate()) {
        let known = cells.iter().filter(|&&t| t != UNKNOWN);
        totals[channel] += known.map(|&t| f64::from(weight(channel, t))).sum::<f64>();
    }
    let mut weights = Vec::new();
    let mut targets = Vec::new();
    for (channel, cells) in labels.iter().flat_map(|label| label.iter().enumerate()) {
        let unit = totals[channel].max(1e-6).recip() as f32;
        for &t in cells {
            let known = t != UNKNOWN;
            weights.push(if known { weight(channel, t) * unit } else { 0.0 });
            targets.push(if known { t } else { 0.0 });
        }
    }
    (weights, targets)
}

#[cfg(test)]
mod tests {
    use burn::tensor::read_sync;

    use super::*;
    use crate::model::FeatureMaps;

    const CHANNELS: [usize; 4] = [3, 2, 2, 2];
    const SIZE: usize = 16;

    /// Maps of one picture with numbers that are different everywhere.
    fn maps(seed: u64, device: &Device) -> Maps {
        let rng = &mut fastrand::Rng::with_seed(seed);
        std::array::from_fn(|l| {
            let side = SIZE >> l;
            let values: Vec<f32> =
                (0..CHANNELS[l] * side * side).map(|_| rng.f32() * 2.0 - 1.0).collect();
            Tensor::from_data(TensorData::new(values, [1, CHANNELS[l], side, side]), device)
        })
    }

    fn label(seed: u64) -> CellLabels {
        let rng = &mut fastrand::Rng::with_seed(seed);
        let cell = |_| if rng.f32() < 0.2 { UNKNOWN } else { f32::from(rng.f32() < 0.3) };
        vec![(0..SIZE * SIZE).map(cell).collect()]
    }

    fn solve(support: &Maps, label: &CellLabels) -> (ReadOut, Solution) {
        let mut sums = ReadOut::new(CHANNELS.iter().sum(), 1);
        let maps = read_sync(FeatureMaps::read_maps(support)).unwrap();
        sums.change(&maps, None, Some(label));
        let solution = sums.solution(0, 1e-3, 0.5);
        (sums, solution)
    }

    /// A fixed question: the sum of the squared values on another picture.
    fn question(solution: &Solution, query: &Maps, device: &Device) -> (Weights, Tensor<1>) {
        let beta = &solution.weights;
        let weights = Weights::new(&[&beta.beta], vec![beta.beta_0], CHANNELS, device).leaves();
        let loss = weights.apply(query).powi_scalar(2).sum();
        (weights, loss)
    }

    #[test]
    fn the_gradient_through_the_solve_is_the_difference_quotient() {
        let (plain, device) = (Device::flex(), Device::flex().autodiff());
        let (support, query, label) = (maps(1, &plain), maps(2, &device), label(3));
        let (sums, solution) = solve(&support, &label);
        let (weights, loss) = question(&solution, &query, &device);
        let gradients = loss.backward();
        let values = |tensor: Tensor<1>| tensor.into_data().try_into_vec_as::<f32>().unwrap();
        let by_beta: Vec<f32> = weights
            .levels
            .iter()
            .flat_map(|level| values(level.grad(&gradients).unwrap().flatten(0, 3)))
            .collect();
        let by_constant = values(weights.constant.grad(&gradients).unwrap())[0];

        let leaves = support.clone().map(|map| Tensor::from_inner(map).require_grad());
        let gradients = [(by_beta, by_constant)];
        let solutions = [solution];
        let surrogate = surrogate(&leaves, &[&label], &sums, 0.5, &solutions, &gradients, &device);
        let found = surrogate.backward();

        // Along a direction that leaves the features' unit nearly alone; what is left of it is small with a small penalty.
        for level in 0..4 {
            let direction = maps(9, &plain)[level].clone();
            let moved = |step: f64| {
                let mut support = support.clone();
                support[level] = support[level].clone() + direction.clone() * step;
                let (_, solution) = solve(&support, &label);
                f64::from(values(question(&solution, &query, &device).1.inner())[0])
            };
            let step = 4e-3;
            let expected = (moved(step) - moved(-step)) / (2.0 * step);
            let gradient = leaves[level].grad(&found).unwrap();
            let found = f64::from(values((gradient * direction).sum())[0]);
            let error = (found - expected).abs();
            assert!(error < 0.02 * expected.abs().max(1.0), "level {level}: {found} {expected}");
        }
    }
}
