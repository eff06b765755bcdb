//! How far an answer can be trusted, learnt from the errors on examples that were held out.

use crate::model::UNKNOWN;

use super::kind::TaskKind;

/// Held-out examples, beyond the first, from which what they say is believed entirely: with fewer, examples differ more from
/// each other than the calibration gains (on the development tasks believing two of them entirely doubles the error).
const TRUSTED: f32 = 4.0;

/// Bounds of a calibration's slope and shift; outside them the held-out examples are too few or contradict each other.
const SLOPE: [f64; 2] = [0.25, 4.0];
const SHIFT: [f64; 2] = [-1.5, 1.0];

/// Newton steps of the fit; it converges in far fewer.
const STEPS: usize = 20;

/// Parts of `[0, 1]` whose errors are averaged.
const BINS: usize = 10;

/// Known cells from which a bin's own mean outweighs the mean of all.
const ENOUGH: f32 = 50.0;

/// What the answers of a task are known to be worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Calibration {
    /// Of classes: the decided one is right with probability `sigmoid(slope lead + shift)`.
    Decision { slope: f32, shift: f32 },
    /// Of values: the mean absolute error of an answer, by the answer.
    Error([f32; BINS]),
}

/// What was decided for a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// 0 for the background, else 1 + the channel.
    pub class: usize,
    /// By how much its logit exceeds the next one's.
    pub lead: f32,
}

impl Decision {
    /// The decision between exclusive channels and a background of logit 0.
    pub fn among(logits: impl IntoIterator<Item = f32>) -> Self {
        let (mut best, mut second) = ((0, 0.0), f32::NEG_INFINITY);
        for (channel, logit) in logits.into_iter().enumerate() {
            if logit > best.1 {
                (second, best) = (best.1, (channel + 1, logit));
            } else {
                second = second.max(logit);
            }
        }
        Self { class: best.0, lead: best.1 - second }
    }
}

impl Calibration {
    /// What is assumed before anything was held out.
    pub fn assumed(kind: TaskKind) -> Self {
        match kind {
            TaskKind::Mask | TaskKind::OverlappingMask => Self::Decision { slope: 1.0, shift: 0.0 },
            TaskKind::Keypoints | TaskKind::Map | TaskKind::Density => Self::Error([0.0; BINS]),
        }
    }

    /// Fits what decisions on `examples` held-out examples were worth: `(lead, right)` of each.
    pub fn of_decisions(found: &[(f32, bool)], examples: usize) -> Self {
        let (slope, shift) = logistic(found);
        let trust = ((examples.max(1) - 1) as f32 / TRUSTED).min(1.0);
        let slope = slope.clamp(SLOPE[0], SLOPE[1]) as f32;
        let shift = shift.clamp(SHIFT[0], SHIFT[1]) as f32;
        Self::Decision { slope: slope.powf(trust), shift: trust * shift }
    }

    /// Averages the errors of answers: `(answer, label)` of each.
    pub fn of_values(found: &[(f32, f32)]) -> Self {
        let (mut sums, mut counts) = ([0.0f32; BINS], [0.0f32; BINS]);
        for &(answer, label) in found {
            let bin = ((answer * BINS as f32) as usize).min(BINS - 1);
            sums[bin] += (answer - label).abs();
            counts[bin] += 1.0;
        }
        let all = sums.iter().sum::<f32>() / counts.iter().sum::<f32>().max(1.0);
        Self::Error(std::array::from_fn(|bin| (sums[bin] + ENOUGH * all) / (counts[bin] + ENOUGH)))
    }

    /// Probability that a decision is wrong.
    pub fn doubt(&self, lead: f32) -> f32 {
        match *self {
            Self::Decision { slope, shift } => 1.0 / (1.0 + (slope * lead + shift).exp()),
            Self::Error(_) => 0.0,
        }
    }

    /// Expected absolute error of an answer, between the bins' middles linear.
    pub fn error(&self, answer: f32) -> f32 {
        let Self::Error(errors) = self else { return 0.0 };
        let place = (answer * BINS as f32 - 0.5).clamp(0.0, (BINS - 1) as f32);
        let (low, part) = (place as usize, place.fract());
        let high = (low + 1).min(BINS - 1);
        errors[low] + part * (errors[high] - errors[low])
    }
}

/// The logistic regression of being right on the lead: slope and shift, by Newton's method.
fn logistic(found: &[(f32, bool)]) -> (f64, f64) {
    let (mut slope, mut shift) = (1.0f64, 0.0f64);
    if found.is_empty() {
        return (slope, shift);
    }
    for _ in 0..STEPS {
        // A little curvature of its own, where all decisions are equally good.
        let (mut by_slope, mut by_shift) = (0.0, 0.0);
        let (mut aa, mut ab, mut bb) = (1e-4, 0.0, 1e-4);
        for &(lead, right) in found {
            let lead = f64::from(lead);
            let p = 1.0 / (1.0 + (-slope * lead - shift).exp());
            let (miss, weight) = (p - f64::from(u8::from(right)), p * (1.0 - p));
            by_slope += miss * lead;
            by_shift += miss;
            aa += weight * lead * lead;
            ab += weight * lead;
            bb += weight;
        }
        let determinant = aa * bb - ab * ab;
        if determinant <= 0.0 {
            break;
        }
        slope -= ((bb * by_slope - ab * by_shift) / determinant).clamp(-1.0, 1.0);
        shift -= ((aa * by_shift - ab * by_slope) / determinant).clamp(-1.0, 1.0);
    }
    (slope, shift)
}

/// The labelled class of a cell: 0 where it is of no channel, `None` where nothing is known.
pub fn labelled_class(labels: impl Iterator<Item = f32>) -> Option<usize> {
    let mut class = Some(0);
    for (channel, label) in labels.enumerate() {
        if label == UNKNOWN {
            return None;
        }
        if label > 0.5 {
            class = Some(channel + 1);
        }
    }
    class
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_leads_the_next_best_class() {
        assert_eq!(Decision::among([-2.0]), Decision { class: 0, lead: 2.0 });
        assert_eq!(Decision::among([3.0, -1.0]), Decision { class: 1, lead: 3.0 });
        assert_eq!(Decision::among([3.0, 2.5]), Decision { class: 1, lead: 0.5 });
    }

    #[test]
    fn doubt_is_the_share_of_wrong_decisions() {
        // A lead of 1 is right in three of four cases, one of 3 in nineteen of twenty.
        let share = |lead: f32, of: usize| (0..2000).map(move |i| (lead, i % of != 0));
        let found: Vec<_> = share(1.0, 4).chain(share(3.0, 20)).collect();
        let calibration = Calibration::of_decisions(&found, 5);
        assert!((calibration.doubt(1.0) - 0.25).abs() < 0.01);
        assert!((calibration.doubt(3.0) - 0.05).abs() < 0.01);
    }

    #[test]
    fn one_held_out_example_is_not_believed() {
        let found = vec![(1.0, false); 100];
        let assumed = Calibration::assumed(TaskKind::Mask);
        assert_eq!(Calibration::of_decisions(&found, 1), assumed);
        assert_eq!(Calibration::of_decisions(&[], 5), assumed);
    }

    #[test]
    fn contradicting_examples_leave_the_surer_cell_the_surer() {
        let found: Vec<_> =
            (0..1000).map(|i| if i % 2 == 0 { (0.1, true) } else { (9.0, false) }).collect();
        let calibration = Calibration::of_decisions(&found, 5);
        assert!(calibration.doubt(0.1) > calibration.doubt(9.0));
        assert!(calibration.doubt(0.1).is_finite());
    }

    #[test]
    fn an_error_is_looked_up_by_the_answer() {
        let mut found = vec![(0.05, 0.05); 1000];
        found.extend(vec![(0.95, 0.55); 1000]);
        let calibration = Calibration::of_values(&found);
        assert!(calibration.error(0.0) < 0.05);
        assert!((calibration.error(1.0) - 0.4).abs() < 0.05);
    }
}
