//! The mixture of sources that steps draw from, and the fixed episodes that validation asks.

use std::path::PathBuf;
use std::sync::Arc;

use anolis::model::Trunk;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::base::Base;
use super::clusters::{Clusters, Crops};
use super::labelled::weighted;
use super::labels::Thinning;
use super::masks::{Masks, Part};
use super::procedural::Procedural;
use super::projections::Projections;
use super::shards::Shards;
use super::{Draw, Episode, Source};
use crate::Result;
use crate::scenes::Kind;

/// Draws of one source in a row that may show too little.
const TRIES: usize = 200;

/// Where the seeds of validation episodes start; training seeds are step numbers.
const VALIDATION: u64 = 1 << 40;

/// Support sizes; five is what the product is measured at.
const SHOTS: [usize; 10] = [1, 2, 3, 4, 5, 5, 5, 6, 8, 8];

/// Most channels of an episode: all pay for their own label encoding and decoding.
const CHANNELS: [usize; 4] = [1, 1, 2, 3];

/// Share of training's mask episodes whose support is thinned.
const THINNED: f64 = 1.0 / 3.0;

/// What steps draw from.
pub struct Mixture {
    sources: Vec<(f64, Box<dyn Source>)>,
    /// Sides that are drawn, each as often as it is listed.
    sides: Vec<usize>,
}

impl Mixture {
    /// Procedural scenes and what the folder of shards offers; says what is left out.
    ///
    /// # Errors
    /// When a shard cannot be read.
    pub fn open(data: &[PathBuf], sides: &[usize], trunk: &Trunk) -> Result<Self> {
        let mut sources: Vec<(f64, Box<dyn Source>)> = vec![(0.45, Box::new(Procedural))];
        match open_shards(data)? {
            None => eprintln!("left out: masks, clusters, crops, projections, base (no shards)"),
            Some(shards) => {
                match Masks::open(&shards, Part::Training)? {
                    Some(masks) => sources.push((0.30, Box::new(masks))),
                    None => eprintln!("left out: masks (no shard has any)"),
                }
                sources.push((0.12, Box::new(Clusters::new(&shards, trunk))));
                sources.push((0.06, Box::new(Crops::new(&shards, trunk))));
                sources.push((0.04, Box::new(Projections::new(&shards, trunk))));
                sources.push((0.03, Box::new(Base::new(&shards))));
            }
        }
        Ok(Self { sources, sides: sides.to_vec() })
    }

    /// The episode of a training step.
    ///
    /// # Errors
    /// When a picture cannot be read, or the source of this step offers nothing.
    pub fn draw(&self, step: u64) -> Result<Episode> {
        let rng = &mut ChaCha8Rng::seed_from_u64(step);
        let pick = |of: &[usize], rng: &mut ChaCha8Rng| of.choose(rng).copied().unwrap_or(1);
        let draw = Draw {
            side: pick(&self.sides, rng),
            shots: pick(&SHOTS, rng),
            queries: 2,
            channels: pick(&CHANNELS, rng),
            masks_only: false,
        };
        let (_, source) =
            weighted(&self.sources, |(share, _)| *share, rng).ok_or("a mixture has sources")?;
        let mut episode = insist(&**source, draw, rng)?;
        if episode.kind == Kind::Mask && rng.random_bool(THINNED) {
            let thinning = Thinning::draw(rng);
            for shot in &mut episode.support {
                thinning.apply(&mut shot.marks, draw.side, rng);
            }
        }
        Ok(episode)
    }
}

/// Episodes of masks that no step draws, at one support size.
pub struct Validation {
    pub source: &'static str,
    pub shots: usize,
    pub episodes: Vec<Episode>,
}

impl Validation {
    /// `count` episodes of each source at 1 and 5 shots.
    ///
    /// # Errors
    /// As [`Mixture::draw`].
    pub fn draw(data: &[PathBuf], side: usize, count: u64) -> Result<Vec<Self>> {
        let mut sources: Vec<Box<dyn Source>> = vec![Box::new(Procedural)];
        if let Some(shards) = open_shards(data)? {
            for part in [Part::HeldOut, Part::Unseen] {
                if let Some(masks) = Masks::open(&shards, part)? {
                    sources.push(Box::new(masks));
                }
            }
        }
        let mut sets = Vec::new();
        for source in &sources {
            for shots in [1, 5] {
                let draw = Draw { side, shots, queries: 2, channels: 1, masks_only: true };
                let episode = |seed| {
                    insist(&**source, draw, &mut ChaCha8Rng::seed_from_u64(VALIDATION + seed))
                };
                let episodes = (0..count).map(episode).collect::<Result<_>>()?;
                sets.push(Self { source: source.name(), shots, episodes });
            }
        }
        Ok(sets)
    }
}

fn open_shards(data: &[PathBuf]) -> Result<Option<Arc<Shards>>> {
    Ok(Shards::open(data)?.map(Arc::new))
}

/// Draws until a source shows something.
fn insist(source: &dyn Source, draw: Draw, rng: &mut ChaCha8Rng) -> Result<Episode> {
    // A source may have too few pictures for many shots.
    for shots in [draw.shots, 1] {
        for _ in 0..TRIES {
            if let Some(episode) = source.draw(Draw { shots, ..draw }, rng)? {
                return Ok(episode);
            }
        }
    }
    Err(format!("{} shows nothing in {} draws", source.name(), 2 * TRIES).into())
}

#[cfg(test)]
mod tests {
    use super::super::shards::tests::folder;
    use super::*;
    use crate::scenes::UNKNOWN;
    use burn::tensor::Device;

    const SIDE: usize = 64;

    fn mixture(name: &str) -> Mixture {
        let folder = folder(name, "discs-0.tar", 24);
        Mixture::open(&[folder], &[SIDE], &Trunk::new(&Device::flex())).unwrap()
    }

    #[test]
    fn steps_draw_from_every_source_and_repeat_by_seed() {
        let mixture = mixture("mixture");
        let episodes: Vec<_> = (0..150).map(|step| mixture.draw(step).unwrap()).collect();
        for source in ["procedural", "masks", "clusters", "crops", "projections", "base"] {
            assert!(episodes.iter().any(|e| e.source == source), "{source} is drawn");
        }
        let again = mixture.draw(7).unwrap();
        assert_eq!(again.support[0].labels, episodes[7].support[0].labels);
    }

    #[test]
    fn only_what_examples_show_is_thinned() {
        let mixture = mixture("thinned");
        let known = |label: &Vec<f32>| label.iter().filter(|v| **v >= 0.0).count();
        let mut thinned = 0;
        for step in 0..40 {
            let episode = mixture.draw(step).unwrap();
            if episode.kind == Kind::Mask {
                thinned += u32::from(known(&episode.support[0].marks[0]) < SIDE * SIDE / 4);
            }
            for label in
                episode.support.iter().chain(&episode.queries).flat_map(|shot| &shot.labels)
            {
                assert!(label.iter().all(|v| *v == UNKNOWN || *v >= 0.0));
            }
        }
        assert!(thinned > 2, "{thinned} of 40 episodes");
    }

    #[test]
    fn without_shards_everything_is_procedural() {
        let trunk = Trunk::new(&Device::flex());
        let mixture = Mixture::open(&["/nowhere".into()], &[SIDE], &trunk).unwrap();
        assert_eq!(mixture.draw(1).unwrap().source, "procedural");
        let sets = Validation::draw(&[], SIDE, 1).unwrap();
        assert_eq!(sets.iter().map(|set| set.shots).collect::<Vec<_>>(), [1, 5]);
    }
}
