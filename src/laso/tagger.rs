//! Tags of whole pictures from a few examples, in closed form.
//!
//! Kernel ridge regression (Saunders et al. 1998) of "has the tag" on what pictures are like, one question a tag. Leaving one
//! example out costs nothing, so each tag's threshold is found on examples that did not take part.

use std::collections::BTreeMap;

use nalgebra::{Cholesky, DMatrix, DVector};

/// How fast examples cease to resemble one another: `exp(-SHARPNESS d / median d)` of squared distances `d`.
const SHARPNESS: f32 = 4.0;

/// The ridge penalty; an example resembles itself by 1.
const LAMBDA: f64 = 0.3;

/// The distance of two unlike pictures, for as long as the examples do not tell: two photographs of different things.
const TYPICAL: f32 = 2.0;

/// Logits a unit of the score; calibrations fitted on examples that are left out were worse (docs/laso.md).
const SLOPE: f32 = 3.0;

/// Examples with a tag from which its own best threshold outweighs the average score.
const ENOUGH: f32 = 4.0;

/// What is said of each tag of a picture; `None` where nothing is, which is not "no". Tags beyond its end are unsaid.
pub type Said = Vec<Option<bool>>;

/// What the examples say about tags, ready to be asked.
#[derive(Clone, Debug, Default)]
pub struct Tagger {
    /// Of squared distances.
    unit: f32,
    tags: Vec<Tag>,
}

/// One tag's share of the fit.
#[derive(Clone, Debug, Default)]
struct Tag {
    /// By how much each example raises the score of pictures like it; 0 where it says nothing.
    weights: Vec<f32>,
    /// The mean of what is said, -1 to 1: the score of pictures that resemble no example. `None` where nothing is said.
    mean: Option<f32>,
    /// Scores above it are decided as yes.
    threshold: f32,
}

/// What is known of one tag of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// From 0 to 1; 0.5 for a tag that no example says anything about.
    pub probability: f32,
    /// The probability from which the tag is decided as present: where its F1 on examples that are left out is best.
    pub threshold: f32,
}

impl Answer {
    /// Whether the tag is decided as present.
    pub fn decided(&self) -> bool {
        self.probability > self.threshold
    }
}

/// What one example says for or against a tag of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// Place of the example in the support.
    pub example: usize,
    /// What it adds to the score; below 0 it speaks against the tag.
    pub weight: f32,
}

impl Tagger {
    /// Learns `tags` tags from what is said of each example, whose squared distances are `[example][example]`.
    pub fn fit(said: &[&Said], distances: &[Vec<f32>], tags: usize) -> Self {
        let unit = median(distances);
        let of = |tag: usize| -> Vec<Option<bool>> {
            said.iter().map(|said| said.get(tag).copied().flatten()).collect()
        };
        // Tags of which the same examples say something share a factorisation, and mostly that is all of them.
        let mut alike: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for tag in 0..tags {
            let known = of(tag).iter().enumerate().filter_map(|(i, v)| v.map(|_| i)).collect();
            alike.entry(known).or_default().push(tag);
        }
        let mut fitted = vec![Tag::default(); tags];
        for (known, alike) in alike.into_iter().filter(|(known, _)| !known.is_empty()) {
            let inverse = inverse(&known, distances, unit);
            for tag in alike {
                let values = of(tag);
                let values: Vec<bool> = known.iter().filter_map(|&i| values[i]).collect();
                fitted[tag] = Tag::fit(&known, &values, &inverse, said.len());
            }
        }
        Self { unit, tags: fitted }
    }

    /// What is known of each tag of a picture at squared `distances` from the examples.
    pub fn answer(&self, distances: &[f32]) -> Vec<Answer> {
        let near = self.near(distances);
        let answer = |tag: &Tag| {
            let Some(mean) = tag.mean else {
                return Answer { probability: 0.5, threshold: 0.5 };
            };
            let score = tag.weights.iter().zip(&near).map(|(w, near)| w * near).sum::<f32>();
            Answer { probability: sigmoid(mean + score), threshold: sigmoid(tag.threshold) }
        };
        self.tags.iter().map(answer).collect()
    }

    /// What the examples say about one tag of that picture, the weightiest first.
    pub fn because(&self, tag: usize, distances: &[f32]) -> Vec<Evidence> {
        let Some(tag) = self.tags.get(tag) else { return Vec::new() };
        let near = self.near(distances);
        let weights = tag.weights.iter().zip(&near).map(|(w, near)| w * near).enumerate();
        let mut evidence: Vec<_> = weights
            .filter(|(_, weight)| *weight != 0.0)
            .map(|(example, weight)| Evidence { example, weight })
            .collect();
        evidence.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        evidence
    }

    fn near(&self, distances: &[f32]) -> Vec<f32> {
        distances.iter().map(|&distance| kernel(distance, self.unit)).collect()
    }
}

impl Tag {
    /// The fit of `values` at the examples `known` of `examples`; `inverse` is that of their penalised kernel.
    fn fit(known: &[usize], values: &[bool], inverse: &DMatrix<f64>, examples: usize) -> Self {
        let targets = DVector::from_iterator(
            values.len(),
            values.iter().map(|&yes| if yes { 1.0 } else { -1.0 }),
        );
        let mean = targets.mean();
        let solved = inverse * targets.add_scalar(-mean);
        let mut weights = vec![0.0; examples];
        known.iter().zip(solved.iter()).for_each(|(&i, &weight)| weights[i] = weight as f32);
        // The score of each example if it were left out (the mean stays), relative to the mean.
        let left_out = (0..values.len())
            .map(|i| (targets[i] - mean - solved[i] / inverse[(i, i)]) as f32)
            .zip(values.iter().copied())
            .collect();
        let yes = values.iter().filter(|&&yes| yes).count();
        let own = if yes < values.len() { best_threshold(left_out) } else { 0.0 };
        let trust = yes as f32 / (yes as f32 + ENOUGH);
        let mean = mean as f32;
        Self { weights, mean: Some(mean), threshold: mean + trust * own }
    }
}

/// The inverse of the kernel between the examples `known`, with the penalty.
fn inverse(known: &[usize], distances: &[Vec<f32>], unit: f32) -> DMatrix<f64> {
    let matrix = DMatrix::from_fn(known.len(), known.len(), |i, j| {
        let near = f64::from(kernel(distances[known[i]][known[j]], unit));
        near + if i == j { LAMBDA } else { 0.0 }
    });
    // A kernel is never negative definite, so the penalty makes it positive definite.
    Cholesky::new(matrix).expect("positive definite").inverse()
}

fn kernel(distance: f32, unit: f32) -> f32 {
    (-SHARPNESS * distance / unit).exp()
}

/// The median of the distances between different examples; of none, or where all are alike, a typical one.
fn median(distances: &[Vec<f32>]) -> f32 {
    let pairs = distances.iter().enumerate().flat_map(|(i, row)| row[..i].iter().copied());
    let mut pairs: Vec<f32> = pairs.collect();
    if pairs.is_empty() {
        return TYPICAL;
    }
    let middle = pairs.len() / 2;
    let (_, median, _) = pairs.select_nth_unstable_by(middle, f32::total_cmp);
    if *median > 1e-3 { *median } else { TYPICAL }
}

/// The score between two neighbours above which deciding as yes has the largest F1; 0 where nothing is yes.
fn best_threshold(mut scored: Vec<(f32, bool)>) -> f32 {
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let positives = scored.iter().filter(|(_, yes)| *yes).count();
    let (mut found, mut best) = (0, (0.0, 0.0));
    for (i, &(score, yes)) in scored.iter().enumerate() {
        found += usize::from(yes);
        let f1 = 2.0 * found as f32 / (i + 1 + positives) as f32;
        let next = scored.get(i + 1).map_or(score - 0.2, |(next, _)| *next);
        if f1 > best.0 {
            best = (f1, (score + next) / 2.0);
        }
    }
    best.1
}

fn sigmoid(score: f32) -> f32 {
    1.0 / (1.0 + (-SLOPE * score).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    const YES: Option<bool> = Some(true);
    const NO: Option<bool> = Some(false);

    /// Squared distances of places on a line.
    fn line(from: &[f32], to: &[f32]) -> Vec<Vec<f32>> {
        from.iter().map(|a| to.iter().map(|b| (a - b).powi(2)).collect()).collect()
    }

    fn fit(places: &[f32], said: &[Said], tags: usize) -> Tagger {
        Tagger::fit(&said.iter().collect::<Vec<_>>(), &line(places, places), tags)
    }

    fn ask(tagger: &Tagger, places: &[f32], at: f32) -> Vec<Answer> {
        tagger.answer(&line(&[at], places)[0])
    }

    #[test]
    fn a_picture_has_the_tags_of_the_examples_it_resembles() {
        let places = [0.0, 0.2, 1.0, 1.2];
        let said = [vec![YES, NO], vec![YES, YES], vec![NO, YES], vec![NO, YES]];
        let tagger = fit(&places, &said, 2);
        let [here, there] = [0.1, 1.1].map(|at| ask(&tagger, &places, at));
        assert!(here[0].decided() && !there[0].decided());
        assert!(here[0].probability > 0.6 && there[0].probability < 0.4);
        assert!(there[1].probability > here[1].probability);
    }

    #[test]
    fn what_is_not_said_is_not_no() {
        let places = [0.0, 0.1, 1.0];
        let unsaid = fit(&places, &[vec![YES], vec![None], vec![NO]], 1);
        let denied = fit(&places, &[vec![YES], vec![NO], vec![NO]], 1);
        let at = |tagger| ask(tagger, &places, 0.1)[0].probability;
        assert!(at(&unsaid) > 0.6 && at(&denied) < 0.5);
        assert_eq!(unsaid.because(0, &line(&[0.1], &places)[0]).len(), 2);
    }

    #[test]
    fn a_later_tag_leaves_the_others_as_they_are() {
        let places = [0.0, 0.5, 1.0];
        let mut said = vec![vec![YES], vec![NO], vec![NO]];
        let before = ask(&fit(&places, &said, 1), &places, 0.2);
        said[2].push(YES);
        let after = ask(&fit(&places, &said, 2), &places, 0.2);
        assert_eq!(before[0], after[0]);
        assert!(after[1].probability > 0.5);
    }

    #[test]
    fn a_tag_that_nothing_is_said_about_has_no_opinion() {
        let answer = ask(&fit(&[0.0, 1.0], &[vec![YES], vec![NO]], 2), &[0.0, 1.0], 0.3)[1];
        assert_eq!((answer.probability, answer.decided()), (0.5, false));
    }

    #[test]
    fn a_tag_on_every_or_no_example_is_expected_everywhere_or_nowhere() {
        let places = [0.0, 0.5, 1.0];
        let tagger = fit(&places, &[vec![YES, NO], vec![YES, NO], vec![YES, NO]], 2);
        for at in [0.0, 0.4, 9.0] {
            let answer = ask(&tagger, &places, at);
            assert!(answer[0].probability > 0.9 && answer[1].probability < 0.1);
        }
    }

    #[test]
    fn equal_pictures_with_contradicting_tags_are_undecided() {
        let places = [0.0, 0.0];
        let answer = ask(&fit(&places, &[vec![YES], vec![NO]], 1), &places, 0.0)[0];
        assert!((answer.probability - 0.5).abs() < 1e-3);
    }

    #[test]
    fn one_example_is_enough_to_be_asked() {
        let tagger = fit(&[0.0], &[vec![YES, NO]], 2);
        let answer = ask(&tagger, &[0.0], 0.0);
        assert!(answer[0].probability > 0.9 && answer[1].probability < 0.1);
    }

    #[test]
    fn evidence_is_what_the_score_is_made_of() {
        let places = [0.0, 0.3, 0.9, 1.4];
        let said = [vec![YES], vec![NO], vec![YES], vec![NO]];
        let tagger = fit(&places, &said, 1);
        let distances = &line(&[0.2], &places)[0];
        let evidence = tagger.because(0, distances);
        let sum: f32 = evidence.iter().map(|evidence| evidence.weight).sum();
        let answer = tagger.answer(distances)[0];
        assert!((sigmoid(tagger.tags[0].mean.unwrap() + sum) - answer.probability).abs() < 1e-6);
        assert!(evidence.windows(2).all(|pair| pair[0].weight.abs() >= pair[1].weight.abs()));
        assert!(evidence.iter().all(|e| (e.weight > 0.0) == (said[e.example][0] == YES)));
    }

    #[test]
    fn an_example_that_is_left_out_is_scored_as_if_it_had_not_been_there() {
        // The closed form against solving again without the example, the mean kept.
        let places = [0.0, 0.4, 0.7, 1.5];
        let distances = line(&places, &places);
        let targets = [1.0, -1.0, 1.0, -1.0];
        let all = inverse(&[0, 1, 2, 3], &distances, 1.0);
        let solved = &all * DVector::from_row_slice(&targets);
        for i in 0..4 {
            let others: Vec<_> = (0..4).filter(|&j| j != i).collect();
            let rest = inverse(&others, &distances, 1.0);
            let weights = rest * DVector::from_iterator(3, others.iter().map(|&j| targets[j]));
            let near = others.iter().map(|&j| f64::from(kernel(distances[i][j], 1.0)));
            let score: f64 = near.zip(weights.iter()).map(|(near, weight)| near * weight).sum();
            assert!((targets[i] - solved[i] / all[(i, i)] - score).abs() < 1e-9);
        }
    }

    #[test]
    fn a_threshold_divides_yes_from_no() {
        let threshold = best_threshold(vec![(0.9, true), (0.1, false), (0.5, true), (0.3, false)]);
        assert!((threshold - 0.4).abs() < 1e-6);
        assert_eq!(best_threshold(vec![(0.9, false)]), 0.0);
    }
}
