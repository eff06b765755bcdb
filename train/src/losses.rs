//! Losses by label kind (Chameleon, section 3.4).

use burn::tensor::Tensor;
use burn::tensor::activation::{sigmoid, softplus};

use crate::scenes::Kind;

/// The loss of logits `[channel, 1, height, width]` against a target of the same shape; below 0 is unknown.
pub fn loss(kind: Kind, logits: Tensor<4>, target: Tensor<4>) -> Tensor<1> {
    let known = target.clone().greater_equal_elem(0.0).float();
    let count = known.clone().sum().clamp_min(1.0);
    let target = target.clamp_min(0.0);
    match kind {
        Kind::Mask => {
            // log(1 + e^z) - t z
            let cross_entropy = softplus(logits.clone(), 1.0) - target.clone() * logits.clone();
            (cross_entropy * known.clone()).sum() / count
                + dice(sigmoid(logits) * known.clone(), target * known)
        }
        _ => ((sigmoid(logits) - target).abs() * known).sum() / count,
    }
}

/// `1 - 2 |p t| / (|p| + |t|)`, over everything at once.
fn dice(probability: Tensor<4>, target: Tensor<4>) -> Tensor<1> {
    let both = (probability.clone() * target.clone()).sum();
    (both * -2.0 - 1.0) / (probability.sum() + target.sum() + 1.0) + 1.0
}
