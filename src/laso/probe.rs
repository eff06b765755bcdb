//! Search for what an operation makes of two pictures.

use super::look::normalised;
use super::operation::Operation;

/// What is sought among some pictures.
#[derive(Clone, Debug)]
pub struct Probe {
    /// What the pictures have in common: the mean of their features, `[channel]`.
    mean: Vec<f32>,
    /// What is sought beyond it, of length 1, or 0 where it is nothing.
    direction: Vec<f32>,
}

impl Probe {
    /// What `operation` makes of `a` and `b`, `[channel]` each, among pictures with the features `wholes`.
    pub fn new(
        operation: Operation,
        a: &[f32],
        b: &[f32],
        wholes: impl Iterator<Item = Vec<f32>>,
    ) -> Self {
        let mut mean = vec![0.0; a.len()];
        let mut count = 0.0f32;
        for whole in wholes {
            mean.iter_mut().zip(&whole).for_each(|(mean, x)| *mean += x);
            count += 1.0;
        }
        mean.iter_mut().for_each(|mean| *mean /= count.max(1.0));
        let sought = operation.apply(a, b, &mean);
        let direction = normalised(&beyond(&sought, &mean));
        Self { mean, direction }
    }

    /// How alike a picture with the features `whole` is to what is sought: the cosine, -1 to 1.
    pub fn score(&self, whole: &[f32]) -> f32 {
        dot(&normalised(&beyond(whole, &self.mean)), &self.direction)
    }

    /// How much each token of a picture has of what is sought, from 0 to 1 where it has most: `[row, column]`.
    ///
    /// `tokens` are `[cell, channel]` of a grid `width` cells wide, whose first `columns` and `rows` are the picture.
    pub fn heat(&self, tokens: &[f32], width: usize, columns: usize, rows: usize) -> Vec<f32> {
        let cells = (0..rows).flat_map(|y| (0..columns).map(move |x| y * width + x));
        let token = |cell: usize| &tokens[cell * self.mean.len()..][..self.mean.len()];
        let heat: Vec<f32> = cells.map(|cell| dot(token(cell), &self.direction).max(0.0)).collect();
        let most = heat.iter().copied().fold(1e-6, f32::max);
        heat.into_iter().map(|heat| heat / most).collect()
    }
}

fn beyond(features: &[f32], mean: &[f32]) -> Vec<f32> {
    features.iter().zip(mean).map(|(x, mean)| x - mean).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One feature a thing; the last one is the ground that every picture shows.
    const PICTURES: [[f32; 4]; 4] =
        [[4.0, 4.0, 0.0, 2.0], [0.0, 4.0, 4.0, 2.0], [4.0, 0.0, 0.0, 2.0], [0.0, 4.0, 0.0, 2.0]];

    fn best(operation: Operation, a: usize, b: usize) -> usize {
        let wholes = PICTURES.iter().map(|whole| whole.to_vec());
        let probe = Probe::new(operation, &PICTURES[a], &PICTURES[b], wholes);
        let others = (0..PICTURES.len()).filter(|i| ![a, b].contains(i));
        others
            .max_by(|&i, &j| probe.score(&PICTURES[i]).total_cmp(&probe.score(&PICTURES[j])))
            .unwrap()
    }

    #[test]
    fn what_both_have_and_what_only_one_has_is_found() {
        assert_eq!(best(Operation::And, 0, 1), 3);
        assert_eq!(best(Operation::Minus, 0, 1), 2);
        assert_eq!(best(Operation::Or, 2, 3), 0);
    }

    #[test]
    fn a_picture_without_itself_is_nothing_and_all_are_equally_alike() {
        let wholes = PICTURES.iter().map(|whole| whole.to_vec());
        let probe = Probe::new(Operation::Minus, &PICTURES[0], &PICTURES[0], wholes);
        assert!(PICTURES.iter().all(|whole| probe.score(whole) == 0.0));
        assert!(probe.heat(&PICTURES[0], 1, 1, 1).iter().all(|heat| *heat == 0.0));
    }

    #[test]
    fn heat_is_where_the_sought_features_are() {
        let wholes = PICTURES.iter().map(|whole| whole.to_vec());
        let probe = Probe::new(Operation::And, &PICTURES[0], &PICTURES[1], wholes);
        let (there, elsewhere) = ([0.0, 4.0, 0.0, 2.0], [4.0, 0.0, 0.0, 2.0]);
        let tokens = [there, elsewhere, elsewhere, elsewhere].concat();
        assert_eq!(probe.heat(&tokens, 2, 1, 2), [1.0, 0.0]);
    }
}
