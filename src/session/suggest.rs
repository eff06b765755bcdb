//! What to label next: the pictures that stand for most of those that are still unlike every example.
//!
//! Greedy facility location on what the trunk sees in whole pictures. It needs no labels, so it also says where to begin.

use super::{Session, find_picture};
use crate::error::{ErrorKind, Result};

impl Session {
    /// The pictures among `pictures` to label next for a task, the most useful first; at most `count`, never labelled ones.
    ///
    /// Without examples the first one is the most typical. Each further one is what most of the pictures are nearest to
    /// that neither the examples nor the suggestions before it resemble. Ties go to the picture named first.
    ///
    /// # Errors
    /// `not-found`, `image-count`.
    pub fn suggest(&self, task: u32, pictures: &[u32], count: usize) -> Result<Vec<u32>> {
        let task = self.tasks.get(&task).ok_or(ErrorKind::NotFound { what: "task", id: task })?;
        let mut named: Vec<u32> = Vec::with_capacity(pictures.len());
        for &picture in pictures {
            task.check(find_picture(&self.pictures, picture)?)?;
            if !named.contains(&picture) {
                named.push(picture);
            }
        }
        let others = self.pictures.keys().filter(|id| task.has(**id) && !named.contains(id));
        let all: Vec<u32> = named.iter().chain(others).copied().collect();
        let mut means: Vec<_> = all.iter().map(|id| self.pictures[id].mean.clone()).collect();
        standardise(&mut means);
        let distances: Vec<Vec<f32>> =
            means.iter().map(|a| means.iter().map(|b| distance(a, b)).collect()).collect();
        let labelled: Vec<_> = (0..all.len()).filter(|&i| task.has(all[i])).collect();
        Ok(cover(&distances, &labelled, count).into_iter().map(|i| all[i]).collect())
    }
}

/// Up to `count` places that are not taken, each the one that brings all places nearest to what is taken by then.
fn cover(distances: &[Vec<f32>], taken: &[usize], count: usize) -> Vec<usize> {
    let farthest = distances.iter().flatten().copied().fold(0.0, f32::max);
    let mut nearest: Vec<f32> = (0..distances.len())
        .map(|i| taken.iter().map(|&t| distances[t][i]).fold(farthest, f32::min))
        .collect();
    let mut free: Vec<_> = (0..distances.len()).filter(|i| !taken.contains(i)).collect();
    let mut found = Vec::new();
    while found.len() < count && !free.is_empty() {
        let gain = |i: usize| -> f32 {
            let gains = distances[i].iter().zip(&nearest);
            gains.map(|(distance, nearest)| (nearest - distance).max(0.0)).sum()
        };
        let mut best = (0, f32::NEG_INFINITY);
        for (place, &i) in free.iter().enumerate() {
            let gain = gain(i);
            if gain > best.1 {
                best = (place, gain);
            }
        }
        let next = free.remove(best.0);
        for (nearest, &distance) in nearest.iter_mut().zip(&distances[next]) {
            *nearest = nearest.min(distance);
        }
        found.push(next);
    }
    found
}

/// Brings every feature to mean 0 and standard deviation 1 over the pictures; a constant one to 0.
fn standardise(means: &mut [Vec<f32>]) {
    let count = means.len() as f32;
    for feature in 0..means.first().map_or(0, Vec::len) {
        let mean = means.iter().map(|picture| picture[feature]).sum::<f32>() / count;
        let variance =
            means.iter().map(|picture| (picture[feature] - mean).powi(2)).sum::<f32>() / count;
        let unit = variance.sqrt() + 1e-6;
        means.iter_mut().for_each(|picture| picture[feature] = (picture[feature] - mean) / unit);
    }
}

fn distance(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Places on a line.
    fn line(places: &[f32]) -> Vec<Vec<f32>> {
        places.iter().map(|a| places.iter().map(|b| (a - b).abs()).collect()).collect()
    }

    #[test]
    fn the_typical_place_comes_first_and_then_the_other_group() {
        let distances = line(&[0.0, 1.0, 2.0, 10.0, 11.0, 30.0]);
        assert_eq!(cover(&distances, &[], 2), [2, 5]);
    }

    #[test]
    fn taken_places_are_covered_and_never_suggested() {
        let distances = line(&[0.0, 1.0, 2.0, 10.0, 11.0, 12.0]);
        assert_eq!(cover(&distances, &[1], 9)[0], 4);
        assert_eq!(cover(&distances, &[1], 9).len(), 5);
        assert!(!cover(&distances, &[1], 9).contains(&1));
    }

    #[test]
    fn equal_places_come_in_their_order() {
        assert_eq!(cover(&line(&[3.0; 4]), &[], 9), [0, 1, 2, 3]);
        assert!(cover(&[], &[], 9).is_empty());
    }
}
