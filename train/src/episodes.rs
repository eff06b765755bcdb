//! Few-shot episodes from procedural worlds.

use anolis::model::UNKNOWN;
use burn::tensor::{Device, Tensor, TensorData};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::labels::scribble;
use crate::scenes::{Kind, Scene, World};

/// Pictures of one world with labels of one task.
pub struct Episode {
    pub kind: Kind,
    pub channels: usize,
    pub support: Vec<Shot>,
    pub queries: Vec<Shot>,
}

/// A picture and its labels.
pub struct Shot {
    /// `[3, side, side]` in `[0, 1]`.
    pub rgb: Vec<f32>,
    /// Per channel `[side, side]`, in `[0, 1]` or unknown.
    pub labels: Vec<Vec<f32>>,
}

/// How an episode is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Draw {
    /// Pixels a side, a multiple of 32.
    pub side: usize,
    pub shots: usize,
    pub queries: usize,
    /// Most channels of one episode.
    pub channels: usize,
    /// Whether only mask tasks are drawn, with full labels.
    pub masks_only: bool,
}

impl Episode {
    /// The episode of a seed.
    pub fn draw(seed: u64, draw: Draw) -> Self {
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        loop {
            let world = World::new(rng.random());
            let kinds =
                if draw.masks_only || rng.random_bool(0.75) { [Kind::Mask] } else { [Kind::Map] };
            let tasks: Vec<_> =
                world.tasks().into_iter().filter(|task| kinds.contains(&task.kind)).collect();
            let Some(task) = tasks.choose(rng) else { continue };
            let mut channels: Vec<_> = (0..task.channels).collect();
            while channels.len() > draw.channels {
                channels.swap_remove(rng.random_range(0..channels.len()));
            }
            let thin = task.kind == Kind::Mask && !draw.masks_only && rng.random_bool(0.33);
            let first = rng.random_range(0..1 << 20);
            let shot = |index: u64| {
                let scene = world.scene(first + index, draw.side, draw.side);
                let labels = channels.iter().map(|&channel| scene.label(task, channel)).collect();
                Shot { rgb: planes(&scene), labels }
            };
            let mut support: Vec<_> = (0..draw.shots as u64).map(shot).collect();
            let queries =
                (draw.shots as u64..(draw.shots + draw.queries) as u64).map(shot).collect();
            let shows = |label: &Vec<f32>| label.iter().any(|&v| v > 0.5);
            if !support.iter().any(|shot| shot.labels.iter().all(shows)) {
                continue;
            }
            if thin {
                for label in support.iter_mut().flat_map(|shot| &mut shot.labels) {
                    *label = scribble(label, draw.side, rng);
                }
            }
            return Self { kind: task.kind, channels: channels.len(), support, queries };
        }
    }
}

impl Shot {
    /// `[channel, 1, side, side]`.
    pub fn label_tensor(&self, side: usize, device: &Device) -> Tensor<4> {
        let data = TensorData::new(self.labels.concat(), [self.labels.len(), 1, side, side]);
        Tensor::from_data(data, device)
    }
}

/// All pictures of an episode, support first: `[picture, 3, side, side]`.
pub fn pictures(episode: &Episode, side: usize, device: &Device) -> Tensor<4> {
    let shots: Vec<_> = episode.support.iter().chain(&episode.queries).collect();
    let rgb: Vec<f32> = shots.iter().flat_map(|shot| shot.rgb.iter().copied()).collect();
    Tensor::from_data(TensorData::new(rgb, [shots.len(), 3, side, side]), device)
}

fn planes(scene: &Scene) -> Vec<f32> {
    (0..3)
        .flat_map(|c| scene.image.iter().skip(c).step_by(3).map(|&v| f32::from(v) / 255.0))
        .collect()
}

const _: () = assert!(UNKNOWN == crate::scenes::UNKNOWN);
