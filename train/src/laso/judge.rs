//! The classifier that says which labels features have; it sees real pictures of all labels and nothing that was made.

use burn::tensor::{Device, Tensor, TensorData};

use super::linear::{Linear, average_precision};
use super::quadruples::Set;
use super::training::indices;

/// The ridge penalty, in units of the mean squared length of the features.
const PENALTY: f32 = 1.0;

/// A linear judge of the largest values of features.
pub struct Judge {
    /// `[channel, label]`
    weight: Tensor<2>,
    /// `[1, channel]`
    mean: Tensor<2>,
}

impl Judge {
    pub fn fit(set: &Set, device: &Device) -> Self {
        let rows: Vec<&[f32]> = set.most.iter().map(Vec::as_slice).collect();
        let label = |row: &Vec<bool>| row.iter().map(|&yes| f32::from(u8::from(yes))).collect();
        let targets: Vec<Vec<f32>> = set.labels.iter().map(label).collect();
        let fitted = Linear::fit(&rows, &targets, &vec![PENALTY; rows.len()], rows.len());
        let (channels, labels) = fitted.weight.shape();
        // Both store column by column.
        let weight = TensorData::new(fitted.weight.as_slice().to_vec(), [labels, channels]);
        let mean = TensorData::new(fitted.mean.as_slice().to_vec(), [1, channels]);
        Self {
            weight: Tensor::<2>::from_data(weight, device).swap_dims(0, 1),
            mean: Tensor::from_data(mean, device),
        }
    }

    /// The same for what learns.
    pub fn autodiff(&self) -> Self {
        let (weight, mean) = (self.weight.clone(), self.mean.clone());
        Self { weight: weight.autodiff(), mean: mean.autodiff() }
    }

    /// The columns of `labels` of a tensor `[row, label]`.
    pub fn of(&self, values: Tensor<2>, labels: &[usize]) -> Tensor<2> {
        let at = indices(labels, &values.device());
        values.select(1, at)
    }

    /// Scores `[row, label]` of features `[row, channel]` for some labels.
    pub fn scores(&self, features: Tensor<2>, labels: &[usize]) -> Tensor<2> {
        (features - self.mean.clone()).matmul(self.of(self.weight.clone(), labels))
    }

    /// The mean average precision, in percent, of features over those of `labels` that are there.
    pub fn precision(&self, features: Tensor<2>, truth: Tensor<2>, labels: &[usize]) -> f64 {
        let scores = values(self.scores(features, labels));
        let truth = values(self.of(truth, labels));
        let column = |values: &[f32], label: usize| -> Vec<f32> {
            values.iter().skip(label).step_by(labels.len()).copied().collect()
        };
        let precision = |label: usize| {
            let truth = column(&truth, label);
            average_precision(
                column(&scores, label).into_iter().zip(truth.into_iter().map(|t| t > 0.5)),
            )
        };
        let found: Vec<f64> = (0..labels.len()).filter_map(precision).collect();
        100.0 * found.iter().sum::<f64>() / found.len() as f64
    }
}

/// Row-major values on the host.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec_as::<f32>().expect("float tensors convert to f32")
}
