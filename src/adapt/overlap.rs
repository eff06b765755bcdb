//! How well decided classes cover the labelled ones.

use crate::model::{CellLabels, UNKNOWN};

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

    /// The mean over channels that occur, 0 to 1; `None` where nothing does.
    pub fn mean(&self) -> Option<f32> {
        let occur = self.both.iter().zip(&self.either).filter(|(_, either)| **either > 0);
        let ious: Vec<f32> = occur.map(|(&both, &either)| both as f32 / either as f32).collect();
        (!ious.is_empty()).then(|| ious.iter().sum::<f32>() / ious.len() as f32)
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
        assert_eq!(overlap.mean(), Some(2.0 / 4.0));
    }

    #[test]
    fn of_exclusive_channels_the_highest_answers() {
        let mut overlap = Overlap::default();
        let label = vec![vec![1.0, 0.0], vec![0.0, 1.0]];
        overlap.count(&[-1.0, -3.0, -2.0, -4.0], &label, true);
        assert_eq!(overlap.mean(), Some((1.0 / 2.0 + 0.0) / 2.0));
    }
}
