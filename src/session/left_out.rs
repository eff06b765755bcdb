//! What examples that are left out say about answers made from the others.

use burn::tensor::{Device, Tensor, TensorData};

use super::kind::TaskKind;
use crate::error::Result;
use crate::model::{CellLabels, UNKNOWN, read};

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

/// Intersection over union by channel, pooled over pictures.
#[derive(Clone, Debug, Default)]
pub struct Overlap {
    both: Vec<usize>,
    either: Vec<usize>,
}

impl Overlap {
    /// Counts the known pixels of a picture: what logits answer against the label. Of exclusive channels, the background
    /// among them, the highest answers; else every channel that is above one half.
    pub fn count(&mut self, logits: &[f32], label: &CellLabels, exclusive: bool) {
        let pixels = label[0].len();
        self.both.resize(label.len(), 0);
        self.either.resize(label.len(), 0);
        for pixel in 0..pixels {
            let at = |channel: usize| logits[channel * pixels + pixel];
            let highest = (0..label.len()).max_by(|&a, &b| at(a).total_cmp(&at(b)));
            for (channel, label) in label.iter().enumerate().filter(|(_, l)| l[pixel] != UNKNOWN) {
                let found = if exclusive { highest == Some(channel) } else { at(channel) > 0.0 };
                let is = label[pixel] > 0.5;
                self.both[channel] += usize::from(found && is);
                self.either[channel] += usize::from(found || is);
            }
        }
    }

    /// The mean over channels that occur, 0 to 1.
    pub fn mean(&self) -> f32 {
        let occur = self.both.iter().zip(&self.either).filter(|(_, either)| **either > 0);
        let ious: Vec<f32> = occur.map(|(&both, &either)| both as f32 / either as f32).collect();
        ious.iter().sum::<f32>() / ious.len().max(1) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlap_is_pooled_and_skips_what_is_unknown() {
        let mut overlap = Overlap::default();
        overlap.count(&[1.0, 1.0, -1.0, 1.0], &vec![vec![1.0, 0.0, 1.0, UNKNOWN]], false);
        overlap.count(&[1.0], &vec![vec![1.0]], false);
        assert_eq!(overlap.mean(), 2.0 / 4.0);
    }

    #[test]
    fn of_exclusive_channels_the_highest_answers() {
        let mut overlap = Overlap::default();
        let label = vec![vec![1.0, 0.0], vec![0.0, 1.0]];
        overlap.count(&[-1.0, -3.0, -2.0, -4.0], &label, true);
        assert_eq!(overlap.mean(), (1.0 / 2.0 + 0.0) / 2.0);
    }
}
