//! What answers for examples that were held out were worth.

use super::kind::TaskKind;
use super::uncertainty::{Calibration, Decision, labelled_class};
use crate::model::{CellLabels, UNKNOWN};

/// Answers for held-out examples beside their labels.
pub struct Evidence {
    kind: TaskKind,
    /// The task's, without the background.
    channels: usize,
    examples: usize,
    /// Of masks: `(lead, right)` of every known cell.
    decisions: Vec<(f32, bool)>,
    /// Of other kinds: `(answer, label)` of every known cell of every channel.
    values: Vec<(f32, f32)>,
}

impl Evidence {
    pub fn new(kind: TaskKind, channels: usize) -> Self {
        Self { kind, channels, examples: 0, decisions: Vec::new(), values: Vec::new() }
    }

    /// Takes the answer for one more example: logits `[channel, side, side]`, the background last where the kind has one.
    pub fn add(&mut self, mut logits: Vec<f32>, label: &CellLabels) {
        self.kind.against_background(&mut logits, self.channels);
        self.examples += 1;
        let logits: Vec<_> = logits.chunks_exact(label[0].len()).collect();
        match self.kind {
            TaskKind::Mask => self.decisions.extend(exclusive(&logits, &label[..self.channels])),
            TaskKind::OverlappingMask => self.decisions.extend(separate(&logits, label)),
            _ => self.values.extend(answers(self.kind, &logits, label)),
        }
    }

    /// What it says of answers for other pictures.
    pub fn calibration(&self) -> Calibration {
        match self.kind {
            TaskKind::Mask | TaskKind::OverlappingMask => {
                Calibration::of_decisions(&self.decisions, self.examples)
            }
            _ => Calibration::of_values(&self.values),
        }
    }
}

/// The label of every `spacing`-th cell in both directions; neighbours say the same.
pub fn thinned(label: &CellLabels, spacing: usize) -> CellLabels {
    let thin = |cells: &Vec<f32>| {
        let width = cells.len().isqrt();
        let kept =
            |i: usize| (i % width).is_multiple_of(spacing) && (i / width).is_multiple_of(spacing);
        let cells = cells.iter().enumerate();
        cells.map(|(i, &cell)| if kept(i) { cell } else { UNKNOWN }).collect()
    };
    label.iter().map(thin).collect()
}

/// `(lead, right)` of every known cell of exclusive classes.
fn exclusive(logits: &[&[f32]], labels: &[Vec<f32>]) -> Vec<(f32, bool)> {
    let cell = |cell: usize| {
        let label = labelled_class(labels.iter().map(|channel| channel[cell]))?;
        let decision = Decision::among(logits.iter().map(|channel| channel[cell]));
        Some((decision.lead, decision.class == label))
    };
    (0..labels[0].len()).filter_map(cell).collect()
}

/// `(lead, right)` of every known cell of every channel, each a question of its own.
fn separate(logits: &[&[f32]], labels: &[Vec<f32>]) -> Vec<(f32, bool)> {
    let pairs = logits.iter().zip(labels).flat_map(|(logits, labels)| logits.iter().zip(labels));
    let known = pairs.filter(|&(_, &label)| label != UNKNOWN);
    known.map(|(&logit, &label)| (logit.abs(), (logit > 0.0) == (label > 0.5))).collect()
}

/// `(answer, label)` of every known cell of every channel.
fn answers(kind: TaskKind, logits: &[&[f32]], labels: &[Vec<f32>]) -> Vec<(f32, f32)> {
    let pairs = logits.iter().zip(labels).flat_map(|(logits, labels)| logits.iter().zip(labels));
    let known = pairs.filter(|&(_, &label)| label != UNKNOWN);
    known.map(|(&logit, &label)| (kind.quantity().answer(logit), label)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_cells_say_nothing() {
        let mut evidence = Evidence::new(TaskKind::OverlappingMask, 2);
        evidence.add(vec![3.0, -1.0, 2.0, -4.0], &vec![vec![1.0, UNKNOWN], vec![0.0, 0.0]]);
        assert_eq!(evidence.decisions, [(3.0, true), (2.0, false), (4.0, true)]);
        let mut evidence = Evidence::new(TaskKind::Mask, 2);
        let label = vec![vec![1.0, UNKNOWN], vec![0.0, UNKNOWN], vec![0.0, UNKNOWN]];
        evidence.add(vec![3.0, 0.0, 1.0, 0.0, -1.0, 0.0], &label);
        assert_eq!(evidence.decisions, [(1.0, true)]);
    }

    #[test]
    fn a_thinned_label_keeps_a_lattice() {
        let label = vec![vec![1.0; 16]];
        let kept: Vec<_> = (0..16).filter(|&i| thinned(&label, 2)[0][i] == 1.0).collect();
        assert_eq!(kept, [0, 2, 8, 10]);
    }
}
