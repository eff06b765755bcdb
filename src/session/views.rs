//! A picture as the refined read-out sees it: at its size and enlarged twice, as it is and mirrored.

use burn::tensor::{Device, Tensor, TensorData};

use super::picture::{EncodedPicture, Seen};
use super::recent::Recent;
use crate::adapt::Mirror;
use crate::error::Result;
use crate::image::Aspect;
use crate::model::{CellLabels, FeatureMaps, Trunk, UNKNOWN};

/// How much larger the second scale is.
pub const ENLARGEMENT: usize = 2;

/// Pixels of a label that serve one view; of fewer known ones all serve both.
const SERVING: usize = 8192;

/// Views of all tasks, for those that see the same.
pub type RecentViews = Recent<Sighting, Views>;

/// What views are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sighting {
    pub picture: u32,
    pub aspect: Aspect,
    /// Number of the trunk that sees it, `None` for the network's.
    pub trunk: Option<u32>,
    pub mirror: Mirror,
}

/// What views are made of, and the ones that are kept.
pub struct Viewer<'a> {
    pub pictures: Seen<'a>,
    pub recent: &'a mut RecentViews,
    /// Of the network's square.
    pub side: usize,
    pub device: &'a Device,
}

impl Viewer<'_> {
    /// Views of a picture by a trunk, which has a number where it is `tuned`: kept ones, or new ones that are kept.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn views(
        &mut self,
        picture: u32,
        trunk: &Trunk,
        tuned: Option<u32>,
        mirror: Mirror,
    ) -> Result<Views> {
        let encoded = &self.pictures[&picture];
        let sighting = Sighting { picture, aspect: encoded.aspect(), trunk: tuned, mirror };
        if let Some(views) = self.recent.touch(sighting) {
            return Ok(views.clone());
        }
        let (side, device) = (self.side, self.device);
        let views = Views::new(trunk, tuned.is_some(), mirror, encoded, side, device).await?;
        self.recent.insert(sighting, views.clone(), views.bytes());
        self.recent.trim(|_| false);
        Ok(views)
    }
}

/// The features of a picture and, unless left and right mean something, of its mirror image.
#[derive(Clone, Debug)]
pub struct Views(Vec<View>);

/// Features of one picture, to be read at every pixel of its square.
#[derive(Clone, Debug)]
struct View {
    /// Strides 2 to 16 of the enlarged picture, then at the picture's size: what is where.
    local: FeatureMaps,
    /// Stride 32: what the whole picture is like.
    global: FeatureMaps,
}

impl Views {
    /// Runs the trunk on the picture, and on its mirror image where `mirror` allows it, at both scales; what the picture's
    /// encoding knows already is not computed again, unless the trunk is `tuned`.
    ///
    /// # Errors
    /// `device-lost`.
    async fn new(
        trunk: &Trunk,
        tuned: bool,
        mirror: Mirror,
        picture: &EncodedPicture,
        side: usize,
        device: &Device,
    ) -> Result<Self> {
        let sides: &[bool] = if mirror == Mirror::Free { &[false, true] } else { &[false] };
        let look = |side: usize, mirrored: bool| input(picture, side, mirrored, device);
        let mut views = Vec::with_capacity(2);
        for &mirrored in sides {
            let (maps, s32) = if tuned || mirrored {
                let features = trunk.forward(look(side, mirrored));
                (FeatureMaps::read(&features).await?, features.s32)
            } else {
                (picture.maps.clone(), picture.encoding.features.s32.clone())
            };
            let enlarged = trunk.forward_fine(look(ENLARGEMENT * side, mirrored));
            views.push(View {
                local: FeatureMaps::read_maps(&enlarged).await?.with(&maps),
                global: FeatureMaps::read_maps(&[s32]).await?,
            });
        }
        Ok(Self(views))
    }

    /// What they take of the host's memory.
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|view| view.local.bytes() + view.global.bytes()).sum()
    }

    /// The features of each view; `global` adds those at stride 32 at the end.
    pub fn maps(&self, global: bool) -> Vec<FeatureMaps> {
        let maps =
            |view: &View| if global { view.local.with(&view.global) } else { view.local.clone() };
        self.0.iter().map(maps).collect()
    }

    /// Numbers of local and of global features of `images` pictures that are seen together.
    pub fn features(trunk: &Trunk, images: usize) -> (usize, usize) {
        (2 * images * trunk.readout_channels(), images * trunk.global_channels())
    }

    /// A label as the read-out takes it from each of one or two views. Neighbours say the same, so of many known pixels each
    /// view takes an even share, and no pixel serves both: taking all costs more and scores the same.
    pub fn labels(pixels: &CellLabels, views: usize) -> Vec<CellLabels> {
        let width = pixels[0].len().isqrt();
        let known = (0..width * width).filter(|&i| pixels.iter().any(|label| label[i] != UNKNOWN));
        let serving = SERVING * 2 / views;
        let share = known.count().div_ceil(serving).next_power_of_two().min(8);
        let label = |view: usize| {
            // A lattice whose points are far from each other in every direction.
            let serves = |i: usize| (i % width + 3 * (i / width)) % share == view * share / 2;
            let label = pixels.iter().map(|label| {
                let own = label.iter().enumerate();
                let own: Vec<_> =
                    own.map(|(i, &value)| if serves(i) { value } else { UNKNOWN }).collect();
                if view == 0 { own } else { mirror(&own, width) }
            });
            label.collect()
        };
        (0..views).map(label).collect()
    }

    /// Labels of a square grid as view number `view` shows them.
    pub fn turned(labels: &CellLabels, view: usize) -> CellLabels {
        let turned = |label: &Vec<f32>| match view {
            0 => label.clone(),
            _ => mirror(label, label.len().isqrt()),
        };
        labels.iter().map(turned).collect()
    }

    /// The mean of the views' values `[height, width]`, the second one's read backwards.
    pub fn mean(values: &[Vec<f32>]) -> Vec<f32> {
        match values {
            [plain, mirrored] => {
                let mirrored = mirror(mirrored, plain.len().isqrt());
                plain.iter().zip(mirrored).map(|(a, b)| (a + b) / 2.0).collect()
            }
            others => others.concat(),
        }
    }
}

/// A picture in a square of `side` pixels: `[1, 3, side, side]`, those that are seen together side by side.
fn input(picture: &EncodedPicture, side: usize, mirrored: bool, device: &Device) -> Tensor<4> {
    let rgb = picture.rgb(side);
    let rgb = if mirrored { mirror(&rgb, side) } else { rgb };
    let planes = 3 * picture.images();
    Tensor::from_data(TensorData::new(rgb, [1, planes, side, side]), device)
}

/// Every row of `width` values backwards.
fn mirror(values: &[f32], width: usize) -> Vec<f32> {
    values.chunks_exact(width).flat_map(|row| row.iter().rev().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For each pixel how many views a label of so many known pixels serves.
    fn serving(width: usize, known: usize) -> Vec<usize> {
        let label: Vec<f32> =
            (0..width * width).map(|i| if i < known { 0.5 } else { UNKNOWN }).collect();
        let views = Views::labels(&vec![label], 2);
        let back = mirror(&views[1][0], width);
        views[0][0]
            .iter()
            .zip(back)
            .map(|(&a, b)| [a, b].iter().filter(|&&v| v == 0.5).count())
            .collect()
    }

    #[test]
    fn every_view_takes_an_even_share_of_many_pixels() {
        let width = 256;
        let serving = serving(width, width * width);
        assert!(serving.iter().all(|&views| views <= 1));
        let rows = serving.chunks_exact(width);
        assert!(rows.into_iter().all(|row| row.iter().sum::<usize>() == width / 4));
        assert!(
            (0..width)
                .all(|x| (0..width).map(|y| serving[y * width + x]).sum::<usize>() == width / 4)
        );
    }

    #[test]
    fn few_pixels_serve_both_views() {
        let serving = serving(64, 100);
        assert!(serving.iter().enumerate().all(|(i, &views)| views == if i < 100 { 2 } else { 0 }));
    }

    #[test]
    fn the_mean_reads_the_mirror_backwards() {
        let mean = Views::mean(&[vec![0.0, 1.0, 2.0, 3.0], vec![1.0, 0.0, 3.0, 2.0]]);
        assert_eq!(mean, [0.0, 1.0, 2.0, 3.0]);
    }
}
