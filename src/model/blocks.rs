//! Means over blocks of cells: what a sum over a picture is learnt from.
//!
//! A count is the sum of a density. Where in a block an object lies does not change it, so a read-out that is fitted to the
//! means of blocks spends nothing on places (Lempitsky and Zisserman 2010 fit sums over boxes).

use std::sync::Arc;

use super::label_encoder::UNKNOWN;
use super::maps::{FeatureMap, FeatureMaps};
use super::readout::CellLabels;

/// A block is known where this share of its cells is; the rest is padding.
const KNOWN: f32 = 0.25;

/// Every level's means over the cells of the coarsest one.
pub fn block_features(maps: &FeatureMaps) -> FeatureMaps {
    let width = blocks(maps);
    let levels = maps.levels.iter().map(|level| {
        let side = level.width / width;
        let mut data = vec![0.0; width * width * level.channels];
        for (cell, x) in level.data.chunks_exact(level.channels).enumerate() {
            let block = cell / level.width / side * width + cell % level.width / side;
            let to = &mut data[block * level.channels..][..level.channels];
            to.iter_mut().zip(x).for_each(|(to, x)| *to += x / (side * side) as f32);
        }
        Arc::new(FeatureMap { height: width, width, channels: level.channels, data })
    });
    FeatureMaps { levels: levels.collect() }
}

/// The means of what is known of each block of `maps`; [`UNKNOWN`] where that is little.
pub fn block_labels(labels: &CellLabels, maps: &FeatureMaps) -> CellLabels {
    let width = blocks(maps);
    let means = |label: &Vec<f32>| {
        let cells = label.len().isqrt();
        let side = cells / width;
        let mut sums = vec![[0.0; 2]; width * width];
        for (cell, &value) in label.iter().enumerate().filter(|(_, value)| **value != UNKNOWN) {
            let [sum, count] = &mut sums[cell / cells / side * width + cell % cells / side];
            *sum += value;
            *count += 1.0;
        }
        let least = KNOWN * (side * side) as f32;
        let mean = |[sum, count]: [f32; 2]| if count < least { UNKNOWN } else { sum / count };
        sums.into_iter().map(mean).collect()
    };
    labels.iter().map(means).collect()
}

/// Blocks along a side.
fn blocks(maps: &FeatureMaps) -> usize {
    maps.levels.iter().map(|level| level.width).min().expect("a level")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maps() -> FeatureMaps {
        let level = |width: usize| {
            let data = (0..width * width).map(|i| i as f32).collect();
            Arc::new(FeatureMap { height: width, width, channels: 1, data })
        };
        FeatureMaps { levels: vec![level(4), level(2)] }
    }

    #[test]
    fn features_are_the_means_of_blocks() {
        let found = block_features(&maps());
        assert_eq!(found.levels[0].data, [2.5, 4.5, 10.5, 12.5]);
        assert_eq!(found.levels[1].data, [0.0, 1.0, 2.0, 3.0]);
    }

    #[test]
    fn labels_are_the_means_of_what_is_known() {
        let label = [
            [1.0, 0.0, UNKNOWN, UNKNOWN],
            [0.0, 0.0, UNKNOWN, 0.5],
            [UNKNOWN; 4],
            [UNKNOWN, UNKNOWN, 0.0, 1.0],
        ];
        let found = block_labels(&vec![label.concat()], &maps());
        assert_eq!(found, [[0.25, 0.5, UNKNOWN, 0.5]]);
    }
}
