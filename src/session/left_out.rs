//! What examples that are left out say about answers made from the others.

use burn::tensor::{Device, Tensor, TensorData};

use super::kind::TaskKind;
use crate::error::Result;
use crate::model::{CellLabels, read};

/// The refined read-out's answer for an example from all others.
#[derive(Clone, Debug)]
pub struct LeftOut {
    pub picture: u32,
    /// Logits `[channel, side, side]`, the background last where the kind has one.
    pub logits: Vec<f32>,
}

/// How far logits are from the label, by what adaptation lowers.
///
/// # Errors
/// `device-lost`.
pub async fn loss(
    kind: TaskKind,
    channels: usize,
    logits: Vec<f32>,
    label: &CellLabels,
    device: &Device,
) -> Result<f32> {
    let side = label[0].len().isqrt();
    let tensor =
        |values| Tensor::from_data(TensorData::new(values, [1, label.len(), side, side]), device);
    let loss = kind.loss(channels).of(tensor(logits), tensor(label.concat()));
    Ok(read(loss).await?[0])
}
