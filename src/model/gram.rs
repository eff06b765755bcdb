//! Sums of `x xT` over cells, level by level.
//!
//! A coarse level is read bilinearly: many cells read the same few places. So what the cells multiply a place with is summed
//! first, and the product with the level's features is taken once a place instead of once a cell, which is ten times less
//! work for the levels of a picture.

use anolis_kernels::{Matrix, Right, Start, product};
use nalgebra::DMatrix;

use super::maps::{FeatureMap, FeatureMaps};

/// A cell and the coefficient it counts with.
pub type Step = (usize, f32);

/// Cells that are multiplied in one go.
const CHUNK: usize = 1024;

/// A level with its place in the matrix and among the rows that are summed.
struct Part<'a> {
    level: &'a FeatureMap,
    /// First feature, and first value of a row: rows have finer levels first.
    feature: usize,
    start: usize,
    /// Per place the sum of the rows that read it; empty where reading is not worth summing.
    gathered: Vec<f32>,
}

/// Sum of `coefficient x xT` over cells, `x` being a cell's features and a one; products in f32 by chunks, sums in f64.
pub fn outer(maps: &FeatureMaps, steps: &[Step]) -> DMatrix<f64> {
    let size = maps.channels() + 1;
    let mut sum = DMatrix::zeros(size, size);
    if steps.is_empty() {
        return sum;
    }
    let (mut parts, dense) = parts(maps, steps.len());
    let width = maps.levels[0].width;
    let places = places(&parts, size);
    for chunk in steps.chunks(CHUNK) {
        let (mut plain, mut scaled) =
            (vec![0.0; dense * chunk.len()], vec![0.0; dense * chunk.len()]);
        let mut row = vec![1.0; size];
        for (i, &(cell, coefficient)) in chunk.iter().enumerate() {
            for part in &mut parts {
                let end = part.start + part.level.channels;
                let corners = part.level.corners(cell, width);
                part.level.read(&corners, &mut row[part.start..end]);
                if part.gathered.is_empty() {
                    continue;
                }
                for (place, weight) in corners.into_iter().filter(|(_, weight)| *weight != 0.0) {
                    let weight = coefficient * weight;
                    let gathered = &mut part.gathered[place * end..(place + 1) * end];
                    gathered.iter_mut().zip(&row).for_each(|(g, x)| *g += weight * x);
                }
            }
            plain[i * dense..(i + 1) * dense].copy_from_slice(&row[..dense]);
            let scaled = &mut scaled[i * dense..(i + 1) * dense];
            scaled.iter_mut().zip(&row).for_each(|(s, x)| *s = coefficient * x);
        }
        add(&mut sum, &transposed_product(&scaled, dense, &plain, dense), (0, 0), dense, &places);
    }
    for part in parts.iter().filter(|part| !part.gathered.is_empty()) {
        let end = part.start + part.level.channels;
        let product =
            transposed_product(&part.gathered, end, &part.level.data, part.level.channels);
        add(&mut sum, &product, (0, part.start), part.level.channels, &places);
    }
    sum
}

/// The levels from fine to coarse, and how many values of a row are multiplied cell by cell.
fn parts(maps: &FeatureMaps, steps: usize) -> (Vec<Part<'_>>, usize) {
    let mut feature = 0;
    let mut parts: Vec<_> = maps
        .levels
        .iter()
        .map(|level| {
            let part = Part { level, feature, start: 0, gathered: Vec::new() };
            feature += level.channels;
            part
        })
        .collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.level.height * part.level.width));
    // The one comes first.
    let (mut start, mut dense) = (1, 1);
    for part in &mut parts {
        part.start = start;
        start += part.level.channels;
        let places = part.level.height * part.level.width;
        if 2 * places <= steps {
            part.gathered = vec![0.0; places * start];
        } else {
            dense = start;
        }
    }
    (parts, dense)
}

/// For every value of a row its index in the matrix, where the one is last.
fn places(parts: &[Part], size: usize) -> Vec<usize> {
    let mut places = vec![size - 1; size];
    for part in parts {
        for i in 0..part.level.channels {
            places[part.start + i] = part.feature + i;
        }
    }
    places
}

/// Adds a block `[…, columns]` and its mirror image across the diagonal, where that is another block.
fn add(
    sum: &mut DMatrix<f64>,
    block: &[f32],
    (top, left): (usize, usize),
    columns: usize,
    places: &[usize],
) {
    for (i, row) in block.chunks_exact(columns).enumerate() {
        for (j, &value) in row.iter().enumerate() {
            let (i, j) = (top + i, left + j);
            sum[(places[i], places[j])] += f64::from(value);
            if i < left {
                sum[(places[j], places[i])] += f64::from(value);
            }
        }
    }
}

/// `aT b` for row-major `a` of `wide` and `b` of `narrow` columns: `[wide, narrow]`.
pub fn transposed_product(a: &[f32], wide: usize, b: &[f32], narrow: usize) -> Vec<f32> {
    let rows = a.len() / wide;
    let mut left = vec![0.0; a.len()];
    for (i, row) in a.chunks_exact(wide).enumerate() {
        left[i..].iter_mut().step_by(rows).zip(row).for_each(|(to, value)| *to = *value);
    }
    let mut out = vec![0.0; wide * narrow];
    let right = Right::new(Matrix::new(b, rows, narrow));
    product(&mut out, narrow, Matrix::new(&left, wide, rows), &right, Start::Zero);
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Levels out of order, the coarse ones worth gathering.
    fn maps() -> FeatureMaps {
        let level = |side: usize, channels: usize| {
            let value = |i: usize| ((i * 7919 + side) % 101) as f32 / 50.0 - 1.0;
            let data = (0..side * side * channels).map(value).collect();
            Arc::new(FeatureMap { height: side, width: side, channels, data })
        };
        FeatureMaps { levels: vec![level(16, 3), level(4, 5), level(8, 2), level(2, 4)] }
    }

    #[test]
    fn the_sum_is_that_of_every_cell_on_its_own() {
        let maps = maps();
        let steps: Vec<_> = (0..256).map(|cell| (cell, ((cell % 5) as f32 - 2.0) / 3.0)).collect();
        for count in [3, 40, 256] {
            let size = maps.channels() + 1;
            let mut expected = DMatrix::<f64>::zeros(size, size);
            for &(cell, coefficient) in &steps[..count] {
                let mut x = vec![1.0; size];
                maps.sample(cell, &mut x);
                for i in 0..size {
                    for j in 0..size {
                        expected[(i, j)] += f64::from(coefficient * x[i] * x[j]);
                    }
                }
            }
            let difference = (outer(&maps, &steps[..count]) - expected).abs().max();
            assert!(difference < 1e-3, "{count} cells: {difference}");
        }
    }
}
