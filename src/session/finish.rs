//! What is made of the refined read-out's answer, as examples that are left out say, and what it is worth then.

use super::evidence::{Evidence, thinned};
use super::kind::TaskKind;
use super::overlap::Overlap;
use super::picture::EncodedPicture;
use super::uncertainty::Calibration;
use crate::model::CellLabels;

/// Half of what the decoder changes is worth more than all or nothing where both are about as good.
const SHARES: [f32; 3] = [0.0, 0.5, 1.0];

/// Distance of the pixels that say what answers are worth.
const SPACING: usize = 4;

/// What is made of the refined read-out's answer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Finish {
    /// How much of what the decoder changes is used, one of [`SHARES`].
    pub decoded: f32,
    /// Whether it is then drawn along the picture's edges.
    pub guided: bool,
    /// What it is worth, where examples were left out to tell.
    pub calibration: Option<Calibration>,
}

/// An example's answer from the others: logits `[channel, side, side]`, the background last where the kind has one, without
/// and with the decoder, empty where there is none.
pub struct Answer<'a> {
    pub plain: Vec<f32>,
    pub decoded: Vec<f32>,
    pub label: &'a CellLabels,
    pub picture: &'a EncodedPicture,
}

impl Finish {
    /// The refined read-out with a share of what the decoder changes.
    pub fn decoded(share: f32) -> Self {
        Self { decoded: share, ..Self::default() }
    }

    /// What covers answers for examples that were left out best. The overlap decides, since the decoder also changes how sure
    /// answers are, which a loss would reward.
    pub fn best(answers: &[Answer], exclusive: bool, side: usize) -> Self {
        let overlap = |finish: Self| {
            let mut overlap = Overlap::default();
            for answer in answers {
                overlap.count(&answer.finished(finish, side), answer.label, exclusive);
            }
            overlap.mean()
        };
        let mut best = (Self::default(), overlap(Self::default()));
        for finish in SHARES[1..].iter().copied().map(Self::decoded) {
            let covered = overlap(finish);
            if covered > best.1 {
                best = (finish, covered);
            }
        }
        let (finish, covered) = best;
        let guided = Self { guided: true, ..finish };
        if overlap(guided) > covered { guided } else { finish }
    }

    /// The same, with what it is worth by answers for examples that were left out, if there are any.
    pub fn judged(self, answers: &[Answer], kind: TaskKind, channels: usize, side: usize) -> Self {
        let mut evidence = Evidence::new(kind, channels);
        for answer in answers {
            evidence.add(answer.finished(self, side), &thinned(answer.label, SPACING));
        }
        let calibration = (!answers.is_empty()).then(|| evidence.calibration());
        Self { calibration, ..self }
    }

    /// A picture's logits as they are shown, of those without and those with the decoder; the latter may be missing where
    /// nothing of them is used.
    pub fn apply(
        self,
        plain: &[f32],
        decoded: &[f32],
        picture: &EncodedPicture,
        side: usize,
    ) -> Vec<f32> {
        let logits = match self.decoded > 0.0 {
            true => between(plain, decoded, self.decoded),
            false => plain.to_vec(),
        };
        if self.guided { picture.guide(side).filter_all(&logits) } else { logits }
    }
}

impl Answer<'_> {
    fn finished(&self, finish: Finish, side: usize) -> Vec<f32> {
        finish.apply(&self.plain, &self.decoded, self.picture, side)
    }
}

/// `from` for a share of 0, `to` for 1.
fn between(from: &[f32], to: &[f32], share: f32) -> Vec<f32> {
    from.iter().zip(to).map(|(from, to)| from + share * (to - from)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_lies_between_what_it_is_taken_of() {
        assert_eq!(between(&[-2.0, 4.0], &[2.0, 0.0], 0.0), [-2.0, 4.0]);
        assert_eq!(between(&[-2.0, 4.0], &[2.0, 0.0], 0.5), [0.0, 2.0]);
        assert_eq!(between(&[-2.0, 4.0], &[2.0, 0.0], 1.0), [2.0, 0.0]);
    }
}
