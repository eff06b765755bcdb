//! Episodes from procedural worlds.

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::{Draw, Episode, Shot, Source};
use crate::Result;
use crate::scenes::{Kind, Scene, World};

/// Scenes of a world that is drawn anew for each episode; three masks to one map.
pub struct Procedural;

impl Source for Procedural {
    fn name(&self) -> &'static str {
        "procedural"
    }

    fn draw(&self, draw: Draw, rng: &mut ChaCha8Rng) -> Result<Option<Episode>> {
        let world = World::new(rng.random());
        let kind = if draw.masks_only || rng.random_bool(0.75) { Kind::Mask } else { Kind::Map };
        let tasks: Vec<_> = world.tasks().into_iter().filter(|task| task.kind == kind).collect();
        let Some(task) = tasks.choose(rng) else { return Ok(None) };
        let mut channels: Vec<_> = (0..task.channels).collect();
        while channels.len() > draw.channels {
            channels.swap_remove(rng.random_range(0..channels.len()));
        }
        let first = rng.random_range(0..1 << 20);
        let shot = |index: u64| {
            let scene = world.scene(first + index, draw.side, draw.side);
            let labels = channels.iter().map(|&channel| scene.label(task, channel)).collect();
            Shot::new(planes(&scene), labels)
        };
        let shots = (0..draw.pictures() as u64).map(shot).collect();
        Ok(Episode::new(self.name(), kind, shots, draw))
    }
}

fn planes(scene: &Scene) -> Vec<f32> {
    (0..3)
        .flat_map(|c| scene.image.iter().skip(c).step_by(3).map(|&v| f32::from(v) / 255.0))
        .collect()
}
