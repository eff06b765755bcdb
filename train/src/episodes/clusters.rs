//! Episodes made on real pictures without annotation: superpixels, grouped by clusters of trunk features, are the classes.
//!
//! What a class means follows from the pictures and from which features count; only the support says which is asked for.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use anolis::image::{Aspect, Fit, UNKNOWN_CLASS};
use anolis::model::Trunk;
use burn::tensor::{Device, Tensor};
use image::{GrayImage, Luma};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::labelled::{self, Classes, Labelled};
use super::shards::Shards;
use super::superpixels::Superpixels;
use super::view::{Colour, View};
use super::{Draw, Episode, Source, pictures};
use crate::Result;

/// Side at which pictures are cut and seen by the trunk.
const SIDE: usize = 192;

/// Width of a superpixel in pixels.
const PIECE: usize = 10;

/// Rounds of k-means.
const ROUNDS: usize = 8;

/// Groups of pictures that are clustered together.
pub struct Clusters {
    shards: Arc<Shards>,
    trunk: Trunk,
    /// Numbers of entries that share an origin or a tag.
    groups: Vec<Vec<usize>>,
}

/// Crops of one picture: find the same thing in another cut of it.
pub struct Crops {
    clusters: Clusters,
}

impl Clusters {
    /// Groups pictures that steps may draw by tag and by origin; tags and origins with few pictures are left out.
    pub fn new(shards: &Arc<Shards>, trunk: &Trunk) -> Self {
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (i, entry) in shards.entries.iter().enumerate().filter(|(_, e)| !e.held_out) {
            for name in entry.tags.iter().chain([&entry.origin]) {
                groups.entry(name).or_default().push(i);
            }
        }
        let groups = groups.into_values().filter(|group| group.len() >= 12).collect();
        Self { shards: shards.clone(), trunk: trunk.clone(), groups }
    }

    /// Distinct pictures of one group; large groups are drawn more often.
    fn choose(&self, count: usize, rng: &mut ChaCha8Rng) -> Option<Vec<usize>> {
        let size = |group: &Vec<usize>| (group.len() as f64).sqrt();
        let group = labelled::weighted(&self.groups, size, rng)?;
        Some(group.choose_multiple(rng, count).copied().collect())
    }

    /// Cuts pictures into `classes` common classes.
    fn label(
        &self,
        entries: &[usize],
        classes: usize,
        rng: &mut ChaCha8Rng,
    ) -> Result<Vec<Labelled>> {
        let mut rgb = Vec::with_capacity(entries.len());
        for &entry in entries {
            rgb.push(self.shards.picture(entry)?);
        }
        let seen: Vec<_> =
            rgb.iter().map(|p| View::whole(p, SIDE).picture(p, &Colour::SAME)).collect();
        let features = self.trunk.forward(pictures(&seen, SIDE, &Device::flex()));
        // Which features count differs from episode to episode: from colours to meanings.
        let blocks = [
            (host(features.s8), rng.random_range(0.0..0.5)),
            (host(features.s16), rng.random_range(0.2..1.0)),
            (host(features.s32), rng.random_range(0.2..1.0)),
        ];
        let colour = rng.random_range(0.0..0.4);
        let mut cuts = Vec::new();
        let mut points: Vec<Vec<f32>> = Vec::new();
        for (i, (picture, planes)) in rgb.iter().zip(&seen).enumerate() {
            let fit =
                Fit::new(picture.width() as usize, picture.height() as usize, SIDE, Aspect::Kept);
            let at =
                |y: usize, x: usize| std::array::from_fn(|c| planes[(c * SIDE + y) * SIDE + x]);
            let colours: Vec<[f32; 3]> = (0..fit.height)
                .flat_map(|y| (0..fit.width).map(move |x| (y, x)))
                .map(|(y, x)| at(y, x))
                .collect();
            let cut = Superpixels::of(&colours, fit.width, fit.height, PIECE);
            for piece in &cut.pieces {
                let mut point: Vec<f32> = piece.rgb.to_vec();
                for (map, _) in &blocks {
                    map.sample(i, piece.x, piece.y, &mut point);
                }
                points.push(point);
            }
            cuts.push((cut, fit));
        }
        let mut weights = vec![(3, colour)];
        weights.extend(blocks.iter().map(|(map, weight)| (map.channels, *weight)));
        standardise(&mut points, &weights);
        let cluster = k_means(&points, classes, rng);
        let mut start = 0;
        let mut labelled = Vec::new();
        for (picture, (cut, fit)) in rgb.into_iter().zip(cuts) {
            let ids = cut.of.iter().map(|&piece| cluster[start + piece] + 1).collect();
            start += cut.pieces.len();
            let ids = GrayImage::from_raw(fit.width as u32, fit.height as u32, ids);
            labelled.push(Labelled { rgb: picture, ids: ids.ok_or("a cut has another size")? });
        }
        Ok(labelled)
    }
}

impl Source for Clusters {
    fn name(&self) -> &'static str {
        "clusters"
    }

    fn draw(&self, draw: Draw, rng: &mut ChaCha8Rng) -> Result<Option<Episode>> {
        let count = draw.pictures();
        let Some(entries) = self.choose(count, rng) else { return Ok(None) };
        if entries.len() < count {
            return Ok(None);
        }
        let pictures = self.label(&entries, rng.random_range(4..=10), rng)?;
        let classes: Vec<_> = pictures.iter().map(|picture| Classes::of(&picture.ids)).collect();
        let groups = labelled::groups(&classes, count / 2 + 1, draw.channels, rng);
        Ok(groups.and_then(|groups| labelled::episode(self.name(), &pictures, &groups, draw, rng)))
    }
}

impl Crops {
    pub fn new(shards: &Arc<Shards>, trunk: &Trunk) -> Self {
        Self { clusters: Clusters::new(shards, trunk) }
    }
}

impl Source for Crops {
    fn name(&self) -> &'static str {
        "crops"
    }

    /// One thing, a connected piece of one cluster, is found in other crops of its picture.
    fn draw(&self, draw: Draw, rng: &mut ChaCha8Rng) -> Result<Option<Episode>> {
        let Some(entries) = self.clusters.choose(1, rng) else { return Ok(None) };
        let mut pictures = self.clusters.label(&entries, rng.random_range(3..=8), rng)?;
        let picture = pictures.remove(0);
        let ids = thing(&picture.ids, rng);
        let shots = draw.pictures().min(5);
        let draw = Draw { shots: shots - draw.queries, ..draw };
        let pictures: Vec<_> =
            (0..shots).map(|_| Labelled { rgb: picture.rgb.clone(), ids: ids.clone() }).collect();
        Ok(labelled::episode(self.name(), &pictures, &[vec![1]], draw, rng))
    }
}

/// Class 1 for the connected piece of one class around a random pixel, 0 for the rest.
fn thing(ids: &GrayImage, rng: &mut ChaCha8Rng) -> GrayImage {
    let (width, height) = ids.dimensions();
    let start = (rng.random_range(0..width), rng.random_range(0..height));
    let class = ids.get_pixel(start.0, start.1);
    let mut out = GrayImage::new(width, height);
    let mut open = VecDeque::from([start]);
    while let Some((x, y)) = open.pop_front() {
        if x >= width
            || y >= height
            || out.get_pixel(x, y).0[0] == 1
            || ids.get_pixel(x, y) != class
        {
            continue;
        }
        out.put_pixel(x, y, Luma([1]));
        open.extend([(x + 1, y), (x, y + 1), (x.wrapping_sub(1), y), (x, y.wrapping_sub(1))]);
    }
    out
}

/// A feature map of several pictures on the host.
pub struct HostMap {
    /// `[picture, channel, height, width]`
    pub values: Vec<f32>,
    pub channels: usize,
    pub height: usize,
    pub width: usize,
}

/// Reads a feature map of [`SIDE`] pixels or of any other side.
pub fn host(map: Tensor<4>) -> HostMap {
    let [_, channels, height, width] = map.dims();
    let values = map.into_data().try_into_vec_as().expect("float tensors convert to f32");
    HostMap { values, channels, height, width }
}

impl HostMap {
    /// Appends the features of the cell in which pixel (`x`, `y`) of a picture of [`SIDE`] pixels lies.
    fn sample(&self, picture: usize, x: f32, y: f32, out: &mut Vec<f32>) {
        let scale = self.width as f32 / SIDE as f32;
        let (column, row) = ((x * scale) as usize, (y * scale) as usize);
        let cell = row.min(self.height - 1) * self.width + column.min(self.width - 1);
        let plane = self.height * self.width;
        let first = picture * self.channels * plane + cell;
        out.extend((0..self.channels).map(|channel| self.values[first + channel * plane]));
    }
}

/// Gives every block of dimensions mean 0 and the total variance of its weight squared.
fn standardise(points: &mut [Vec<f32>], blocks: &[(usize, f32)]) {
    let n = points.len() as f32;
    let mut dimension = 0;
    for &(count, weight) in blocks {
        for d in dimension..dimension + count {
            let mean = points.iter().map(|p| p[d]).sum::<f32>() / n;
            let variance = points.iter().map(|p| (p[d] - mean).powi(2)).sum::<f32>() / n;
            let scale = weight / (variance.sqrt() + 1e-4) / (count as f32).sqrt();
            points.iter_mut().for_each(|p| p[d] = (p[d] - mean) * scale);
        }
        dimension += count;
    }
}

/// For each point the number of its cluster (Lloyd 1982, started from random points).
fn k_means(points: &[Vec<f32>], clusters: usize, rng: &mut ChaCha8Rng) -> Vec<u8> {
    let distance =
        |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
    let mut centres: Vec<Vec<f32>> = points.choose_multiple(rng, clusters).cloned().collect();
    let mut of = vec![0; points.len()];
    for _ in 0..ROUNDS {
        for (cluster, point) in of.iter_mut().zip(points) {
            let nearest = (0..centres.len()).min_by(|&a, &b| {
                distance(point, &centres[a]).total_cmp(&distance(point, &centres[b]))
            });
            *cluster = nearest.unwrap_or(0) as u8;
        }
        for (c, centre) in centres.iter_mut().enumerate() {
            let members: Vec<_> =
                of.iter().zip(points).filter(|(of, _)| usize::from(**of) == c).collect();
            if !members.is_empty() {
                for (d, value) in centre.iter_mut().enumerate() {
                    *value = members.iter().map(|(_, p)| p[d]).sum::<f32>() / members.len() as f32;
                }
            }
        }
    }
    of
}

const _: () = assert!(UNKNOWN_CLASS > 11, "clusters are numbered from one");

#[cfg(test)]
mod tests {
    use super::super::shards::tests::folder;
    use super::*;
    use rand::SeedableRng;

    const DRAW: Draw = Draw { side: 64, shots: 3, queries: 2, channels: 1, masks_only: true };

    fn clusters(name: &str) -> Clusters {
        let shards = Shards::open(&[folder(name, "discs-0.tar", 14)]).unwrap().unwrap();
        Clusters::new(&Arc::new(shards), &Trunk::new(&Device::flex()))
    }

    #[test]
    fn clusters_tell_a_dark_disc_from_its_ground() {
        let rng = &mut ChaCha8Rng::seed_from_u64(1);
        let pictures = clusters("cut").label(&[0, 5], 2, rng).unwrap();
        for Labelled { ids, .. } in pictures {
            let (x, y) = (ids.width() / 2, ids.height() / 2);
            assert_ne!(ids.get_pixel(x, y), ids.get_pixel(2, 2));
        }
    }

    #[test]
    fn points_fall_into_their_heaps() {
        let points: Vec<_> =
            (0..20).map(|i| vec![(i % 2) as f32 * 10.0 + i as f32 * 0.01]).collect();
        // Some starts lie in one heap; two centres part even then.
        for seed in 0..10 {
            let of = k_means(&points, 2, &mut ChaCha8Rng::seed_from_u64(seed));
            assert!((0..20).all(|i| of[i] == of[i % 2]) && of[0] != of[1], "seed {seed}: {of:?}");
        }
    }

    #[test]
    fn crops_of_one_picture_ask_for_one_connected_thing() {
        let rng = &mut ChaCha8Rng::seed_from_u64(2);
        let crops = Crops { clusters: clusters("crops") };
        let episode = (0..10).find_map(|_| crops.draw(DRAW, rng).unwrap()).unwrap();
        assert_eq!((episode.channels, episode.support.len(), episode.queries.len()), (1, 3, 2));
        let stripes = GrayImage::from_fn(9, 3, |x, _| Luma([(x / 3 % 2) as u8]));
        let thing = thing(&stripes, rng);
        assert_eq!(thing.iter().filter(|&&id| id == 1).count(), 9, "one stripe of three");
    }

    #[test]
    fn clusters_ask_for_masks_on_different_pictures() {
        let rng = &mut ChaCha8Rng::seed_from_u64(3);
        let clusters = clusters("draw");
        let episode = (0..10).find_map(|_| clusters.draw(DRAW, rng).unwrap()).unwrap();
        assert_eq!((episode.support.len(), episode.queries.len()), (3, 2));
        assert!(episode.support[0].rgb != episode.queries[0].rgb);
    }
}
