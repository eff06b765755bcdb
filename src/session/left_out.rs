//! What examples that are left out say about answers made from the others.

use burn::tensor::{Device, Tensor, TensorData};

use super::kind::TaskKind;
use crate::error::Result;
use crate::model::{CellLabels, UNKNOWN, read};

/// The refined read-out's answer for an example, or a half of one, from all others.
#[derive(Clone, Debug)]
pub struct LeftOut {
    pub picture: u32,
    /// What was left out of the label, if not all of it.
    pub half: Option<Half>,
    /// Logits `[channel, side, side]`, the background last where the kind has one.
    pub logits: Vec<f32>,
}

/// What lies on one side of a column that halves the pixels of what is labelled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Half {
    column: usize,
    right: bool,
}

impl Half {
    /// Both halves by the pixels above one half in any of `channels`, each `[height, width]`; `None` where there are none.
    pub fn both(channels: &[Vec<f32>]) -> Option<[Self; 2]> {
        let width = channels.first()?.len().isqrt();
        let inside = |&i: &usize| channels.iter().any(|channel| channel[i] > 0.5);
        let mut columns: Vec<usize> =
            (0..width * width).filter(inside).map(|i| i % width).collect();
        columns.sort_unstable();
        let column = *columns.get(columns.len() / 2)?;
        Some([false, true].map(|right| Self { column, right }))
    }

    /// A label without this half.
    pub fn hidden(self, label: &CellLabels) -> CellLabels {
        label.iter().map(|channel| self.known(channel, false)).collect()
    }

    /// This half of a label.
    pub fn alone(self, label: &CellLabels) -> CellLabels {
        label.iter().map(|channel| self.known(channel, true)).collect()
    }

    /// A channel `[height, width]` that is known only inside or only outside.
    pub fn known(self, channel: &[f32], inside: bool) -> Vec<f32> {
        let width = channel.len().isqrt();
        let here = |i: usize| ((i % width >= self.column) == self.right) == inside;
        let values = channel.iter().enumerate();
        values.map(|(i, &value)| if here(i) { value } else { UNKNOWN }).collect()
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_share_what_is_labelled_and_nothing_else() {
        // A thing in columns 2 and 3 of four, unknown in the first row.
        let mut thing = [0.0, 0.0, 1.0, 1.0].repeat(4);
        thing[..4].fill(UNKNOWN);
        let label = vec![thing];
        let [left, right] = Half::both(&label).unwrap();
        let [alone, other] = [left, right].map(|half| half.alone(&label));
        assert_eq!(alone, right.hidden(&label));
        assert_eq!(other, left.hidden(&label));
        let known = |part: &CellLabels| part[0].iter().filter(|&&v| v != UNKNOWN).count();
        assert_eq!(known(&alone) + known(&other), 12);
        assert!(
            [&alone, &other].iter().all(|part| part[0].iter().filter(|&&v| v > 0.5).count() == 3)
        );
    }

    #[test]
    fn a_label_of_nothing_has_no_halves() {
        assert_eq!(Half::both(&[vec![0.0; 16]]), None);
        assert_eq!(Half::both(&[vec![UNKNOWN; 16]]), None);
    }
}
