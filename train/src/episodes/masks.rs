//! Episodes from real pictures with class masks.

use std::collections::BTreeMap;
use std::sync::Arc;

use rand_chacha::ChaCha8Rng;

use super::labelled::{self, Classes, Labelled};
use super::shards::Shards;
use super::{Draw, Episode, Source};
use crate::Result;

/// Sets that no step draws, so that validation can ask about things nobody trained on.
const UNSEEN: [&str; 3] = ["cigarettes", "hardness_indent", "rail_vehicle"];

/// Which of the pictures are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What steps draw.
    Training,
    /// Pictures that no step draws, of sets that steps draw.
    HeldOut,
    /// Sets that no step draws.
    Unseen,
}

/// Pictures with class ids, by what they were collected with.
pub struct Masks {
    name: &'static str,
    shards: Arc<Shards>,
    sets: Vec<Set>,
}

struct Set {
    /// Numbers of entries.
    entries: Vec<usize>,
    classes: Vec<Classes>,
}

impl Masks {
    /// Looks at the masks of one part; `None` where there are none.
    pub fn open(shards: &Arc<Shards>, part: Part) -> Result<Option<Self>> {
        let mut sets: BTreeMap<&str, Set> = BTreeMap::new();
        for (i, entry) in shards.entries.iter().enumerate() {
            let of = match (UNSEEN.contains(&&*entry.origin), entry.held_out) {
                (true, _) => Part::Unseen,
                (false, true) => Part::HeldOut,
                (false, false) => Part::Training,
            };
            if of != part {
                continue;
            }
            if let Some(ids) = shards.ids(i)? {
                let empty = || Set { entries: Vec::new(), classes: Vec::new() };
                let set = sets.entry(&entry.origin).or_insert_with(empty);
                set.entries.push(i);
                set.classes.push(Classes::of(&ids));
            }
        }
        let name = match part {
            Part::Training => "masks",
            Part::HeldOut => "held-out masks",
            Part::Unseen => "unseen masks",
        };
        let sets: Vec<_> = sets.into_values().collect();
        Ok((!sets.is_empty()).then(|| Self { name, shards: shards.clone(), sets }))
    }
}

impl Source for Masks {
    fn name(&self) -> &'static str {
        self.name
    }

    fn draw(&self, draw: Draw, rng: &mut ChaCha8Rng) -> Result<Option<Episode>> {
        // Large sets are drawn from more often, but small ones are other worlds.
        let size = |set: &Set| (set.entries.len() as f64).sqrt();
        let Some(set) = labelled::weighted(&self.sets, size, rng) else { return Ok(None) };
        let count = draw.pictures();
        let Some(groups) = labelled::groups(&set.classes, count, draw.channels, rng) else {
            return Ok(None);
        };
        let Some(chosen) = labelled::choose(&set.classes, &groups, count, rng) else {
            return Ok(None);
        };
        let mut pictures = Vec::with_capacity(count);
        for i in chosen {
            let entry = set.entries[i];
            let ids = self.shards.ids(entry)?.ok_or("a mask has gone")?;
            pictures.push(Labelled { rgb: self.shards.picture(entry)?, ids });
        }
        Ok(labelled::episode(self.name, &pictures, &groups, draw, rng))
    }
}

#[cfg(test)]
mod tests {
    use super::super::shards::tests::folder;
    use super::*;
    use rand::SeedableRng;

    const DRAW: Draw = Draw { side: 64, shots: 3, queries: 2, channels: 2, masks_only: true };

    fn masks(name: &str) -> Masks {
        let shards = Shards::open(&[folder(name, "discs-0.tar", 20)]).unwrap().unwrap();
        Masks::open(&Arc::new(shards), Part::Training).unwrap().unwrap()
    }

    #[test]
    fn an_episode_asks_for_classes_of_different_pictures() {
        let masks = masks("episode");
        let rng = &mut ChaCha8Rng::seed_from_u64(1);
        let mut drawn = 0;
        for _ in 0..20 {
            let Some(episode) = masks.draw(DRAW, rng).unwrap() else { continue };
            drawn += 1;
            assert_eq!((episode.support.len(), episode.queries.len()), (3, 2));
            let shots: Vec<_> = episode.support.iter().chain(&episode.queries).collect();
            for (i, shot) in shots.iter().enumerate() {
                assert_eq!(shot.labels.len(), episode.channels);
                assert!(shots[..i].iter().all(|other| other.rgb != shot.rgb));
                let overlap = (0..64 * 64)
                    .any(|p| shot.labels.iter().filter(|label| label[p] > 0.5).count() > 1);
                assert!(!overlap, "groups are disjoint");
            }
        }
        assert!(drawn >= 15, "{drawn} of 20 draws showed something");
    }

    #[test]
    fn the_same_seed_gives_the_same_episode() {
        let masks = masks("seed");
        let draw = || masks.draw(DRAW, &mut ChaCha8Rng::seed_from_u64(2)).unwrap().unwrap();
        let (a, b) = (draw(), draw());
        assert_eq!(a.support[0].rgb, b.support[0].rgb);
        assert_eq!(a.queries[1].labels, b.queries[1].labels);
    }

    #[test]
    fn what_is_held_out_is_not_drawn() {
        let shards = Shards::open(&[folder("parts", "discs-0.tar", 20)]).unwrap().unwrap();
        let shards = Arc::new(shards);
        let entries = |part| Masks::open(&shards, part).unwrap().unwrap().sets[0].entries.clone();
        assert_eq!(entries(Part::Training), (0..18).collect::<Vec<_>>());
        assert_eq!(entries(Part::HeldOut), [18, 19]);
        assert!(Masks::open(&shards, Part::Unseen).unwrap().is_none());
    }
}
