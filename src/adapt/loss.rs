//! Losses by label kind (Chameleon, section 3.4).

use burn::tensor::Tensor;
use burn::tensor::activation::{log_softmax, sigmoid, softmax, softplus};

use crate::model::Quantity;

/// Rarest share of a class for its weight: below it a class would outweigh everything else.
const MIN_SHARE: f32 = 0.02;

/// Logits of a heat map are this much sharper than those of a class: one cell of thousands must win the softmax.
const HEAT_GAIN: f64 = 4.0;

/// How far logits are from their targets.
///
/// # Shapes
/// Logits and targets are `[batch, channel, height, width]`; targets are in `[0, 1]`, or below 0 where unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Each channel on its own: class-balanced binary cross-entropy and Dice.
    Binary,
    /// Exactly one channel a pixel, the background being one of them: class-balanced softmax cross-entropy and Dice.
    Exclusive,
    /// One point a channel: spatial softmax cross-entropy against the heat map.
    Heat,
    /// Mean absolute error of the logits' sigmoid.
    Value,
    /// Mean squared error of logits that are linear in an amount (`Quantity::Amount`).
    Amount,
}

impl Loss {
    /// Whether channels are classes, so that answers are decisions.
    pub fn decides(self) -> bool {
        matches!(self, Self::Binary | Self::Exclusive)
    }

    /// The mean over known pixels, and over channels that occur.
    pub fn of(self, logits: Tensor<4>, target: Tensor<4>) -> Tensor<1> {
        let known = target.clone().greater_equal_elem(0.0).float();
        let target = target.clamp_min(0.0);
        match self {
            Self::Binary => {
                // log(1 + e^z) - t z
                let entropy = softplus(logits.clone(), 1.0) - target.clone() * logits.clone();
                let share = share(&target, &known);
                let weight = target.clone() / share.clone().sqrt()
                    + (-target.clone() + 1.0) / (-share + 1.0).sqrt();
                let weight = weight * known.clone();
                (entropy * weight.clone()).sum() / weight.sum().clamp_min(1e-6)
                    + dice(sigmoid(logits) * known.clone(), target * known)
            }
            Self::Exclusive => {
                let weight = target.clone() * known.clone() / share(&target, &known).sqrt();
                let entropy = -log_softmax(logits.clone(), 1) * weight.clone();
                entropy.sum() / weight.sum().clamp_min(1e-6)
                    + dice(softmax(logits, 1) * known.clone(), target * known)
            }
            Self::Heat => {
                let [batch, channels, height, width] = target.dims();
                let flat = [batch * channels, height * width];
                let target = (target * known).reshape(flat);
                let total = target.clone().sum_dim(1);
                let seen = total.clone().greater_elem(1e-3).float();
                let target = target / total.clamp_min(1e-3);
                let entropy = log_softmax((logits * HEAT_GAIN).reshape(flat), 1) * target;
                -(entropy.sum_dim(1) * seen.clone()).sum() / seen.sum().clamp_min(1.0)
            }
            Self::Value => {
                let error = (sigmoid(logits) - target).abs() * known.clone();
                error.sum() / known.sum().clamp_min(1.0)
            }
            Self::Amount => {
                let amount = logits / f64::from(Quantity::LOGIT_GAIN) + 0.5;
                let error = amount - target;
                (error.clone() * error * known.clone()).sum() / known.sum().clamp_min(1.0)
            }
        }
    }
}

/// Share of each channel among its known pixels: `[1, channel, 1, 1]`.
fn share(target: &Tensor<4>, known: &Tensor<4>) -> Tensor<4> {
    let sum = |x: Tensor<4>| x.sum_dim(0).sum_dim(2).sum_dim(3);
    let share = sum(target.clone() * known.clone()) / sum(known.clone()).clamp_min(1.0);
    share.clamp_min(MIN_SHARE).clamp_max(1.0 - MIN_SHARE)
}

/// `1 - 2 |p t| / (|p| + |t|)`, mean over channels that occur.
fn dice(probability: Tensor<4>, target: Tensor<4>) -> Tensor<1> {
    let sum = |x: Tensor<4>| x.sum_dim(0).sum_dim(2).sum_dim(3);
    let (both, size) = (sum(probability.clone() * target.clone()), sum(target));
    let present = size.clone().greater_elem(0.5).float();
    let dice = -(both * 2.0 + 1.0) / (sum(probability) + size + 1.0) + 1.0;
    (dice * present.clone()).sum() / present.sum().clamp_min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData};

    const ALL: [Loss; 5] = [Loss::Binary, Loss::Exclusive, Loss::Heat, Loss::Value, Loss::Amount];

    fn tensor(values: &[f32], shape: [usize; 4]) -> Tensor<4> {
        Tensor::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
    }

    fn value(loss: Loss, logits: Tensor<4>, target: Tensor<4>) -> f32 {
        loss.of(logits, target).into_scalar::<f32>()
    }

    #[test]
    fn right_answers_cost_less_than_wrong_ones() {
        let target = tensor(&[1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0], [1, 2, 2, 2]);
        let right = (target.clone() - 0.5) * 12.0;
        for loss in ALL {
            let (good, bad) = (
                value(loss, right.clone(), target.clone()),
                value(loss, -right.clone(), target.clone()),
            );
            assert!(good.is_finite() && good < bad, "{loss:?}: {good} against {bad}");
        }
    }

    #[test]
    fn unknown_pixels_do_not_count() {
        let target = tensor(&[1.0, 0.0, -1.0, -1.0], [1, 1, 2, 2]);
        for loss in [Loss::Binary, Loss::Heat, Loss::Value, Loss::Amount] {
            let at = |unknown: f32| {
                value(loss, tensor(&[2.0, -1.0, unknown, -1.0], [1, 1, 2, 2]), target.clone())
            };
            if loss == Loss::Heat {
                // The softmax runs over the whole picture, but nothing is asked for at unknown pixels.
                assert!(at(9.0).is_finite());
            } else {
                assert_eq!(at(9.0), at(-9.0), "{loss:?}");
            }
        }
    }

    #[test]
    fn binary_cross_entropy_is_the_balanced_mean() {
        // Share 1/4: positives weigh 2, negatives (3/4)^-1/2; Dice 1 - (2 p + 1) / (p + 3 q + 1 + 1).
        let target = tensor(&[1.0, 0.0, 0.0, 0.0], [1, 1, 2, 2]);
        let found = value(Loss::Binary, tensor(&[0.0; 4], [1, 1, 2, 2]), target);
        let expected = std::f32::consts::LN_2 + 1.0 - (2.0 * 0.5 + 1.0) / (2.0 + 1.0 + 1.0);
        assert!((found - expected).abs() < 1e-5, "{found} {expected}");
    }

    #[test]
    fn nothing_known_is_finite() {
        let target = tensor(&[-1.0; 4], [1, 1, 2, 2]);
        for loss in ALL {
            assert!(value(loss, tensor(&[0.3; 4], [1, 1, 2, 2]), target.clone()).is_finite());
        }
    }
}
