//! Rows that are alike, in groups of equal size.

use anolis_kernels::dot;

/// Steps towards the direction in which rows differ most; how near it comes decides how alike groups are, nothing else.
const STEPS: usize = 3;

/// An order of rows `[row, dim]` in which every `size` of them are alike: a balanced k-d tree (Bentley 1975) whose planes lie
/// across the direction in which the rows differ most.
///
/// # Panics
/// Unless `size` divides the number of rows.
pub fn groups(rows: &[f32], dim: usize, size: usize) -> Vec<u32> {
    let count = rows.len() / dim;
    assert!(count.is_multiple_of(size), "groups of {size}");
    let mut order: Vec<u32> = (0..count as u32).collect();
    Rows { rows, dim }.split(&mut order, size);
    order
}

struct Rows<'a> {
    rows: &'a [f32],
    dim: usize,
}

impl Rows<'_> {
    fn split(&self, order: &mut [u32], size: usize) {
        if order.len() <= size {
            return;
        }
        let mut places: Vec<(f32, u32)> =
            self.places(order).into_iter().zip(order.iter().copied()).collect();
        places.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        order.iter_mut().zip(places).for_each(|(to, (_, row))| *to = row);
        let (left, right) = order.split_at_mut(order.len() / size / 2 * size);
        self.split(left, size);
        self.split(right, size);
    }

    /// Where each of some rows lies along the direction in which they differ most (power iteration).
    fn places(&self, of: &[u32]) -> Vec<f32> {
        let mean = self.mean(of);
        let along = |direction: &[f32]| -> Vec<f32> {
            let middle = dot(&mean, direction);
            of.iter().map(|&i| dot(self.row(i), direction) - middle).collect()
        };
        // The row that is farthest from the mean is a start that is never across.
        let square = dot(&mean, &mean);
        let distance = |i: u32| {
            let row = self.row(i);
            dot(row, row) - 2.0 * dot(row, &mean) + square
        };
        let distances = of.iter().map(|&i| (distance(i), i));
        let farthest = distances.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(0, |(_, i)| i);
        let mut direction: Vec<f32> =
            self.row(farthest).iter().zip(&mean).map(|(value, mean)| value - mean).collect();
        for _ in 0..STEPS {
            let places = along(&direction);
            let sum: f32 = places.iter().sum();
            direction.iter_mut().zip(&mean).for_each(|(to, mean)| *to = -sum * mean);
            for (&i, place) in of.iter().zip(&places) {
                let row = self.row(i);
                direction.iter_mut().zip(row).for_each(|(to, value)| *to += place * value);
            }
            let length = dot(&direction, &direction).sqrt();
            if length == 0.0 {
                break;
            }
            direction.iter_mut().for_each(|value| *value /= length);
        }
        along(&direction)
    }

    fn mean(&self, of: &[u32]) -> Vec<f32> {
        let mut mean = vec![0.0; self.dim];
        for &i in of {
            mean.iter_mut().zip(self.row(i)).for_each(|(sum, value)| *sum += value);
        }
        mean.iter_mut().for_each(|sum| *sum /= of.len() as f32);
        mean
    }

    fn row(&self, i: u32) -> &[f32] {
        &self.rows[i as usize * self.dim..][..self.dim]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rows_of_a_cluster_come_together() {
        let centres = [[0.0, 0.0, 0.0], [9.0, 0.0, 1.0], [0.0, 7.0, 2.0], [8.0, 6.0, -9.0]];
        let near = |i: usize| centres[i % 4].map(|value| value + (i % 7) as f32 / 20.0);
        let rows: Vec<f32> = (0..64).flat_map(near).collect();
        for group in groups(&rows, 3, 16).chunks_exact(16) {
            assert!(group.iter().all(|row| row % 4 == group[0] % 4), "{group:?}");
        }
    }

    proptest! {
        #[test]
        fn every_row_is_in_one_group(count in 1..30_usize, size in 1..9_usize, dim in 1..12_usize, same: bool) {
            let value = |i: usize| if same { 1.5 } else { (i * 7919 % 101) as f32 };
            let rows: Vec<f32> = (0..count * size * dim).map(value).collect();
            let mut order = groups(&rows, dim, size);
            order.sort_unstable();
            prop_assert!(order.into_iter().eq(0..(count * size) as u32));
        }
    }
}
