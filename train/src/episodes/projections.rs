//! Episodes made on real pictures without annotation: smooth projections of trunk features as continuous maps.

use std::sync::Arc;

use anolis::model::Trunk;
use burn::tensor::Device;
use rand::Rng;
use rand::seq::IteratorRandom;
use rand_chacha::ChaCha8Rng;

use super::clusters::{HostMap, host};
use super::shards::Shards;
use super::view::{Colour, View};
use super::{Draw, Episode, Shot, Source, pictures};
use crate::Result;
use crate::scenes::{Kind, UNKNOWN};

/// Features that are mixed; few make a map that means something.
const MIXED: usize = 6;

/// A random mix of features at stride 16 or 32, scaled to `[0, 1]` over the episode's pictures.
pub struct Projections {
    shards: Arc<Shards>,
    trunk: Trunk,
}

impl Projections {
    pub fn new(shards: &Arc<Shards>, trunk: &Trunk) -> Self {
        Self { shards: shards.clone(), trunk: trunk.clone() }
    }
}

impl Source for Projections {
    fn name(&self) -> &'static str {
        "projections"
    }

    fn draw(&self, draw: Draw, rng: &mut ChaCha8Rng) -> Result<Option<Episode>> {
        if draw.masks_only {
            return Ok(None);
        }
        let entries = (0..self.shards.entries.len()).filter(|&i| !self.shards.entries[i].held_out);
        let (mut clean, mut shown, mut inside) = (Vec::new(), Vec::new(), Vec::new());
        for entry in entries.choose_multiple(rng, draw.pictures()) {
            let picture = self.shards.picture(entry)?;
            let view = View::draw(&picture, draw.side, rng);
            clean.push(view.picture(&picture, &Colour::SAME));
            shown.push(view.picture(&picture, &Colour::draw(rng)));
            inside.push(view.inside());
        }
        if shown.len() < draw.pictures() {
            return Ok(None);
        }
        let features = self.trunk.forward(pictures(&clean, draw.side, &Device::flex()));
        let map = host(if rng.random_bool(0.5) { features.s16 } else { features.s32 });
        let maps = project(&map, draw.side, shown.len(), rng);
        let (low, high) = ends(&maps, &inside);
        let shots = shown.into_iter().zip(maps).zip(inside).map(|((rgb, map), inside)| {
            let value = |(v, inside): (f32, bool)| {
                if inside { ((v - low) / (high - low)).clamp(0.0, 1.0) } else { UNKNOWN }
            };
            Shot::new(rgb, vec![map.into_iter().zip(inside).map(value).collect()])
        });
        Ok(Episode::new(self.name(), Kind::Map, shots.collect(), draw))
    }
}

/// One mix of features for every picture, brought bilinearly to `[side, side]`.
fn project(map: &HostMap, side: usize, count: usize, rng: &mut ChaCha8Rng) -> Vec<Vec<f32>> {
    let plane = map.height * map.width;
    let mut coarse = vec![0.0; count * plane];
    for channel in (0..map.channels).choose_multiple(rng, MIXED) {
        let values =
            |picture: usize| &map.values[(picture * map.channels + channel) * plane..][..plane];
        let n = (count * plane) as f32;
        let mean = (0..count).flat_map(values).sum::<f32>() / n;
        let variance = (0..count).flat_map(values).map(|v| (v - mean).powi(2)).sum::<f32>() / n;
        let weight = rng.random_range(-1.0..1.0f32) / (variance.sqrt() + 1e-4);
        for (i, sum) in coarse.iter_mut().enumerate() {
            *sum += weight * values(i / plane)[i % plane];
        }
    }
    let scale = map.width as f32 / side as f32;
    let axis = |i: usize| {
        let place = ((i as f32 + 0.5) * scale - 0.5).clamp(0.0, (map.width - 1) as f32);
        (place as usize, (place as usize + 1).min(map.width - 1), place.fract())
    };
    let fine = |coarse: &[f32]| {
        (0..side * side)
            .map(|i| {
                let ((x0, x1, fx), (y0, y1, fy)) = (axis(i % side), axis(i / side));
                let row = |y: usize| {
                    let (a, b) = (coarse[y * map.width + x0], coarse[y * map.width + x1]);
                    a + fx * (b - a)
                };
                row(y0) + fy * (row(y1) - row(y0))
            })
            .collect()
    };
    coarse.chunks_exact(plane).map(fine).collect()
}

/// The values below and above which one in fifty lies.
fn ends(maps: &[Vec<f32>], inside: &[Vec<bool>]) -> (f32, f32) {
    let values = maps.iter().flatten().zip(inside.iter().flatten());
    let mut values: Vec<f32> = values.filter(|(_, inside)| **inside).map(|(v, _)| *v).collect();
    values.sort_by(f32::total_cmp);
    let low = values[values.len() / 50];
    (low, values[values.len() - 1 - values.len() / 50].max(low + 1e-6))
}

#[cfg(test)]
mod tests {
    use super::super::shards::tests::folder;
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn a_projection_is_a_map_from_zero_to_one() {
        let shards = Shards::open(&[folder("projections", "discs-0.tar", 8)]).unwrap().unwrap();
        let source = Projections::new(&Arc::new(shards), &Trunk::new(&Device::flex()));
        let draw = Draw { side: 64, shots: 2, queries: 1, channels: 1, masks_only: false };
        let rng = &mut ChaCha8Rng::seed_from_u64(1);
        let episode = (0..10).find_map(|_| source.draw(draw, rng).unwrap()).unwrap();
        assert_eq!(episode.kind, Kind::Map);
        let known: Vec<f32> = episode
            .support
            .iter()
            .chain(&episode.queries)
            .flat_map(|shot| shot.labels[0].iter().copied())
            .filter(|&v| v != UNKNOWN)
            .collect();
        assert!(known.iter().all(|v| (0.0..=1.0).contains(v)));
        assert!(known.contains(&0.0) && known.contains(&1.0));
    }
}
