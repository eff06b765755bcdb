//! A picture as the refined read-out sees it: at its size and enlarged twice, as it is and mirrored.

use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;
use burn::tensor::{Device, Tensor, TensorData};

use super::picture::EncodedPicture;
use crate::error::Result;
use crate::image::Picture;
use crate::model::{CellLabels, FeatureMaps, Trunk, UNKNOWN};

/// How much larger the second scale is.
pub const ENLARGEMENT: usize = 2;

/// The features of a picture and of its mirror image.
#[derive(Clone, Debug)]
pub struct Views([View; 2]);

/// Features of one picture on the stride-2 grid of its square.
#[derive(Clone, Debug)]
struct View {
    /// Strides 2 to 16 at the picture's size, then of the enlarged picture: what is where.
    local: FeatureMaps,
    /// Stride 32: what the whole picture is like.
    global: FeatureMaps,
}

impl Views {
    /// Runs the trunk on both views at both scales; what the picture's encoding knows already is not computed again, unless
    /// the trunk is `tuned`.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn new(
        trunk: &Trunk,
        tuned: bool,
        picture: &EncodedPicture,
        side: usize,
        device: &Device,
    ) -> Result<Self> {
        let look = |side: usize, mirrored: bool| input(&picture.picture, side, mirrored, device);
        let mut views = Vec::with_capacity(2);
        for mirrored in [false, true] {
            let (maps, s32) = if tuned || mirrored {
                let features = trunk.forward(look(side, mirrored));
                (FeatureMaps::read(&features).await?, features.s32)
            } else {
                (picture.maps.clone(), picture.encoding.features.s32.clone())
            };
            let [s1, s2, s4, s8] = trunk.forward_fine(look(ENLARGEMENT * side, mirrored));
            let halve = AvgPoolOptions::new([2, 2]).with_stride([2, 2]);
            let enlarged = [avg_pool2d(s1, halve), s2, s4, s8];
            views.push(View {
                local: maps.with(&FeatureMaps::read_maps(&enlarged).await?),
                global: FeatureMaps::read_maps(&[s32]).await?,
            });
        }
        Ok(Self(views.try_into().expect("two views")))
    }

    /// The features of each view; `global` adds those at stride 32.
    pub fn maps(&self, global: bool) -> [FeatureMaps; 2] {
        self.0
            .each_ref()
            .map(|view| if global { view.local.with(&view.global) } else { view.local.clone() })
    }

    /// Number of features of [`Views::maps`].
    pub fn features(trunk: &Trunk, global: bool) -> usize {
        2 * trunk.readout_channels() + if global { trunk.global_channels() } else { 0 }
    }

    /// A label as each view's read-out takes it: every cell serves one of the two, like the squares of a chessboard.
    ///
    /// Using all cells twice costs twice as much and scores the same.
    pub fn labels(cells: &CellLabels) -> [CellLabels; 2] {
        [0, 1].map(|view| {
            let label = cells.iter().map(|cells| {
                let width = cells.len().isqrt();
                let serves = |i: usize| (i % width + i / width) % 2 == view;
                let own = cells.iter().enumerate();
                let own: Vec<_> =
                    own.map(|(i, &cell)| if serves(i) { cell } else { UNKNOWN }).collect();
                if view == 0 { own } else { mirror(&own, width) }
            });
            label.collect()
        })
    }

    /// The mean of both views' values `[height, width]`, the second one's read backwards.
    pub fn mean([plain, mirrored]: [Vec<f32>; 2]) -> Vec<f32> {
        let width = plain.len().isqrt();
        let mirrored = mirror(&mirrored, width);
        plain.iter().zip(mirrored).map(|(a, b)| (a + b) / 2.0).collect()
    }
}

/// A picture in a square of `side` pixels: `[1, 3, side, side]`.
fn input(picture: &Picture, side: usize, mirrored: bool, device: &Device) -> Tensor<4> {
    let (rgb, _) = picture.fit(side);
    let rgb = if mirrored { mirror(&rgb, side) } else { rgb };
    Tensor::from_data(TensorData::new(rgb, [1, 3, side, side]), device)
}

/// Every row of `width` values backwards.
fn mirror(values: &[f32], width: usize) -> Vec<f32> {
    values.chunks_exact(width).flat_map(|row| row.iter().rev().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_serves_one_view() {
        let cells: Vec<f32> = (0..16).map(|i| i as f32 / 16.0).collect();
        let [plain, mirrored] = Views::labels(&vec![cells.clone()]);
        let back = mirror(&mirrored[0], 4);
        for i in 0..16 {
            let seen: Vec<_> =
                [plain[0][i], back[i]].into_iter().filter(|&value| value != UNKNOWN).collect();
            assert_eq!(seen, [cells[i]]);
        }
    }

    #[test]
    fn the_mean_reads_the_mirror_backwards() {
        let mean = Views::mean([vec![0.0, 1.0, 2.0, 3.0], vec![1.0, 0.0, 3.0, 2.0]]);
        assert_eq!(mean, [0.0, 1.0, 2.0, 3.0]);
    }
}
