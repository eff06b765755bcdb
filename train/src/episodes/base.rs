//! Base tasks on real pictures: edges and clean luminance.

use std::sync::Arc;

use rand::Rng;
use rand::seq::IteratorRandom;
use rand_chacha::ChaCha8Rng;

use super::shards::Shards;
use super::view::{Colour, View, luminance};
use super::{Draw, Episode, Shot, Source};
use crate::Result;
use crate::scenes::{Kind, UNKNOWN};

/// Sobel edges, or the luminance under noise.
pub struct Base {
    shards: Arc<Shards>,
}

impl Base {
    pub fn new(shards: &Arc<Shards>) -> Self {
        Self { shards: shards.clone() }
    }
}

impl Source for Base {
    fn name(&self) -> &'static str {
        "base"
    }

    fn draw(&self, draw: Draw, rng: &mut ChaCha8Rng) -> Result<Option<Episode>> {
        if draw.masks_only {
            return Ok(None);
        }
        let noise = if rng.random_bool(0.5) { rng.random_range(0.05..0.2f32) } else { 0.0 };
        let entries = (0..self.shards.entries.len()).filter(|&i| !self.shards.entries[i].held_out);
        let mut shots = Vec::new();
        for entry in entries.choose_multiple(rng, draw.pictures()) {
            let picture = self.shards.picture(entry)?;
            let view = View::draw(&picture, draw.side, rng);
            let mut rgb = view.picture(&picture, &Colour::draw(rng));
            let plane = draw.side * draw.side;
            let grey: Vec<f32> =
                (0..plane).map(|i| luminance([0, 1, 2].map(|c| rgb[c * plane + i]))).collect();
            let mut label = if noise > 0.0 { grey } else { sobel(&grey, draw.side) };
            for (value, inside) in label.iter_mut().zip(view.inside()) {
                if !inside {
                    *value = UNKNOWN;
                }
            }
            for value in &mut rgb {
                // The sum of three draws is near enough to a Gaussian.
                let sum: f32 = (0..3).map(|_| rng.random_range(-1.0..1.0f32)).sum();
                *value = (*value + noise * sum).clamp(0.0, 1.0);
            }
            shots.push(Shot::new(rgb, vec![label]));
        }
        if shots.len() < draw.pictures() {
            return Ok(None);
        }
        Ok(Episode::new(self.name(), Kind::Map, shots, draw))
    }
}

/// Length of the gradient `[side, side]`, 1 from a step of one half; the border reads its neighbours.
fn sobel(grey: &[f32], side: usize) -> Vec<f32> {
    let at = |x: i64, y: i64| {
        let inside = |v: i64| v.clamp(0, side as i64 - 1) as usize;
        grey[inside(y) * side + inside(x)]
    };
    let length = |i: usize| {
        let (x, y) = ((i % side) as i64, (i / side) as i64);
        let row = |dy: i64| at(x - 1, y + dy) + 2.0 * at(x, y + dy) + at(x + 1, y + dy);
        let column = |dx: i64| at(x + dx, y - 1) + 2.0 * at(x + dx, y) + at(x + dx, y + 1);
        ((column(1) - column(-1)).hypot(row(1) - row(-1)) / 2.0).min(1.0)
    };
    (0..side * side).map(length).collect()
}

#[cfg(test)]
mod tests {
    use super::super::shards::tests::folder;
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn a_step_is_an_edge_and_a_plain_is_none() {
        let grey: Vec<f32> = (0..64).map(|i| if i % 8 < 4 { 0.2 } else { 0.7 }).collect();
        let edges = sobel(&grey, 8);
        assert_eq!([edges[8], edges[11], edges[12], edges[15]], [0.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn both_tasks_are_drawn() {
        let shards = Shards::open(&[folder("base", "discs-0.tar", 8)]).unwrap().unwrap();
        let source = Base::new(&Arc::new(shards));
        let draw = Draw { side: 32, shots: 2, queries: 1, channels: 1, masks_only: false };
        let rng = &mut ChaCha8Rng::seed_from_u64(1);
        let means: Vec<f32> = (0..20)
            .filter_map(|_| source.draw(draw, rng).unwrap())
            .map(|episode| {
                let known: Vec<f32> =
                    episode.support[0].labels[0].iter().copied().filter(|v| *v >= 0.0).collect();
                known.iter().sum::<f32>() / known.len() as f32
            })
            .collect();
        assert!(means.iter().any(|m| *m < 0.2), "edges are few: {means:?}");
        assert!(means.iter().any(|m| *m > 0.25), "luminance is everywhere: {means:?}");
    }
}
