//! How much a picture holds in all, for kinds whose answer is a sum.
//!
//! A read-out that is fitted to every pixel spends itself on places, which a sum does not depend on. Fitted to the means of
//! blocks it counts better and places worse (docs/quality.md has the figures), so the former says where, this one how much.

use super::views::Views;
use crate::image::Fit;
use crate::image::label::DENSITY_MASS;
use crate::model::{CellLabels, ReadOut, ReadOutWeights, UNKNOWN, block_features, block_labels};

/// Penalties, of which the one that answers best for examples that are left out is used, the first where none can be.
const PENALTIES: [f64; 2] = [0.1, 1.0];

/// Fewer examples have too few blocks.
const LEAST_EXAMPLES: usize = 2;

/// Most that values are multiplied with or divided by.
const MOST: f32 = 2.0;

/// Sums over the blocks of the support.
#[derive(Clone)]
pub struct Totals {
    sums: ReadOut,
}

/// Errors on examples that were left out, by penalty.
pub type Errors = [f32; PENALTIES.len()];

impl Totals {
    /// Empty sums on `features` features.
    pub fn new(features: usize, channels: usize) -> Self {
        Self { sums: ReadOut::new(features, channels) }
    }

    /// Sums what differs between two labels of a picture.
    pub fn change(
        &mut self,
        views: &Views,
        before: Option<&CellLabels>,
        after: Option<&CellLabels>,
    ) {
        for (view, maps) in views.maps(false).iter().enumerate() {
            let labels = |label: &CellLabels| Views::turned(&block_labels(label, maps), view);
            let [before, after] = [before, after].map(|label| label.map(labels));
            self.sums.change(&block_features(maps), before.as_ref(), after.as_ref());
        }
    }

    /// The mean squared errors on the blocks of an example.
    pub fn errors(&self, views: &Views, label: &CellLabels) -> Errors {
        let maps = &views.maps(false)[0];
        let (blocks, wanted) = (block_features(maps), block_labels(label, maps));
        PENALTIES.map(|penalty| {
            let found =
                self.sums.solve_all(penalty, 0.0).into_iter().map(|weights| weights.apply(&blocks));
            let pairs = found.flatten().zip(wanted.iter().flatten());
            let squares: Vec<f32> = pairs
                .filter(|(_, wanted)| **wanted != UNKNOWN)
                .map(|(found, wanted)| (found - wanted).powi(2))
                .collect();
            squares.iter().sum::<f32>() / squares.len().max(1) as f32
        })
    }

    /// Solved by the penalty of the least error; `None` where there are too few of the `examples`.
    pub fn solve(&self, examples: usize, errors: Errors) -> Option<Vec<ReadOutWeights>> {
        let best = PENALTIES.into_iter().zip(errors).min_by(|a, b| a.1.total_cmp(&b.1));
        let (penalty, _) = best.expect("a penalty");
        (examples >= LEAST_EXAMPLES).then(|| self.sums.solve_all(penalty, 0.0))
    }
}

/// Multiplies the values `[channel, side, side]` of a picture that lies in the square as `fit` says, so that they add up to
/// what `weights` say of its views. Where there is less than one object, a factor would say nothing.
pub fn rescale(values: &mut [f32], weights: &[ReadOutWeights], views: &Views, fit: &Fit) {
    let all = views.maps(false);
    for (values, weights) in values.chunks_exact_mut(fit.side.pow(2)).zip(weights) {
        let found: Vec<_> = all.iter().map(|maps| weights.apply(maps)).collect();
        let [now, wanted] = [&*values, &Views::mean(&found)].map(|values| sum(values, fit));
        if now > DENSITY_MASS {
            let factor = (wanted / now).clamp(MOST.recip(), MOST);
            values.iter_mut().for_each(|value| *value *= factor);
        }
    }
}

/// Over the picture.
fn sum(values: &[f32], fit: &Fit) -> f32 {
    values.chunks_exact(fit.side).take(fit.height).flat_map(|row| &row[..fit.width]).sum()
}
