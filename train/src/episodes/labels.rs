//! Labels as the network takes them, and how they are thinned to what a hurried person marks.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::scenes::UNKNOWN;

/// A pixel that nobody painted: probably background to the read-out, unknown to the label encoder.
pub const UNPAINTED: f32 = -2.0;

/// What a hurried person marks instead of every pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thinning {
    /// A few strokes, half of them on the object.
    Scribbles,
    /// A few rectangles in which everything is labelled.
    Boxes,
    /// A few dots, half of them on the object.
    Clicks,
    /// Strokes on the object alone; the rest is declared probable background.
    Strokes,
}

impl Thinning {
    /// Scribbles twice as often as each other way.
    pub fn draw(rng: &mut ChaCha8Rng) -> Self {
        [Self::Scribbles, Self::Scribbles, Self::Boxes, Self::Clicks, Self::Strokes]
            [rng.random_range(0..5)]
    }

    /// Keeps what is marked of a picture's channels, each `[side, side]`; everything else becomes [`UNKNOWN`] or [`UNPAINTED`].
    ///
    /// All channels are marked together, as class ids are.
    pub fn apply(self, channels: &mut [Vec<f32>], side: usize, rng: &mut ChaCha8Rng) {
        let mut canvas = Marks { side, marked: vec![false; side * side] };
        let object: Vec<_> =
            (0..side * side).filter(|&i| channels.iter().any(|label| label[i] > 0.5)).collect();
        let start = |on_object: bool, rng: &mut ChaCha8Rng| match object.len() {
            n if n > 0 && on_object => object[rng.random_range(0..n)],
            _ => rng.random_range(0..side * side),
        };
        match self {
            Self::Scribbles => {
                for stroke in 0..rng.random_range(4..12) {
                    let radius = rng.random_range(1..4);
                    canvas.stroke(start(stroke % 2 == 0, rng), radius, rng);
                }
            }
            Self::Strokes => {
                for _ in 0..rng.random_range(2..12) {
                    let radius = rng.random_range(2..6);
                    canvas.stroke(start(true, rng), radius, rng);
                }
            }
            Self::Clicks => {
                for click in 0..rng.random_range(4..16) {
                    canvas.stamp(start(click % 2 == 0, rng), 2);
                }
            }
            Self::Boxes => {
                for _ in 0..rng.random_range(1..4) {
                    let size = [(); 2].map(|()| rng.random_range(side / 10..side / 3));
                    canvas.rectangle(start(true, rng), size);
                }
            }
        }
        let rest = if self == Self::Strokes { UNPAINTED } else { UNKNOWN };
        let on_object: Vec<bool> = match self {
            Self::Strokes => {
                (0..side * side).map(|i| channels.iter().any(|label| label[i] > 0.5)).collect()
            }
            _ => vec![true; side * side],
        };
        for label in channels {
            for (i, value) in label.iter_mut().enumerate() {
                if *value != UNKNOWN && !(canvas.marked[i] && on_object[i]) {
                    *value = rest;
                }
            }
        }
    }
}

/// The pixels that are marked.
struct Marks {
    side: usize,
    marked: Vec<bool>,
}

impl Marks {
    fn stroke(&mut self, start: usize, radius: i64, rng: &mut ChaCha8Rng) {
        let (mut x, mut y) = ((start % self.side) as f32, (start / self.side) as f32);
        let mut angle = rng.random_range(0.0..std::f32::consts::TAU);
        for _ in 0..rng.random_range(4..24) {
            if x < 0.0 || y < 0.0 || x >= self.side as f32 || y >= self.side as f32 {
                return;
            }
            self.stamp(y as usize * self.side + x as usize, radius);
            angle += rng.random_range(-0.5..0.5f32);
            x += 2.0 * angle.cos();
            y += 2.0 * angle.sin();
        }
    }

    fn stamp(&mut self, at: usize, radius: i64) {
        let (cx, cy) = ((at % self.side) as i64, (at / self.side) as i64);
        let limit = self.side as i64 - 1;
        for y in (cy - radius).max(0)..=(cy + radius).min(limit) {
            for x in (cx - radius).max(0)..=(cx + radius).min(limit) {
                if (x - cx).pow(2) + (y - cy).pow(2) <= radius * radius {
                    self.marked[y as usize * self.side + x as usize] = true;
                }
            }
        }
    }

    fn rectangle(&mut self, at: usize, [width, height]: [usize; 2]) {
        let (left, top) =
            ((at % self.side).saturating_sub(width), (at / self.side).saturating_sub(height));
        for y in top..(at / self.side + height).min(self.side) {
            self.marked[y * self.side..][left..(at % self.side + width).min(self.side)].fill(true);
        }
    }
}

/// The read-out's cells `[side / 2, side / 2]`: the first known of four pixels; what nobody painted counts as 0.
pub fn cells(label: &[f32], side: usize) -> Vec<f32> {
    let half = side / 2;
    let first = |cell: usize| {
        let known = corners(cell, side).into_iter().map(|i| label[i]).find(|&v| v != UNKNOWN);
        known.map_or(UNKNOWN, |v| v.max(0.0))
    };
    (0..half * half).map(first).collect()
}

/// The label encoder's input `[side, side]`: what nobody painted is unknown.
pub fn raster(label: &[f32]) -> impl Iterator<Item = f32> {
    label.iter().map(|&v| v.max(UNKNOWN))
}

/// The target at stride 2: the mean of the known pixels of a cell.
pub fn target(label: &[f32], side: usize) -> Vec<f32> {
    let half = side / 2;
    let mean = |cell: usize| {
        let pixels = corners(cell, side).map(|i| label[i]);
        let known = pixels.iter().filter(|&&v| v >= 0.0);
        let (sum, count) = known.fold((0.0, 0), |(s, n), v| (s + v, n + 1));
        if count > 0 { sum / count as f32 } else { UNKNOWN }
    };
    (0..half * half).map(mean).collect()
}

/// The four pixels of a cell, in reading order.
fn corners(cell: usize, side: usize) -> [usize; 4] {
    let half = side / 2;
    let corner = cell / half * 2 * side + cell % half * 2;
    [corner, corner + 1, corner + side, corner + side + 1]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    const SIDE: usize = 64;
    const ALL: [Thinning; 4] =
        [Thinning::Scribbles, Thinning::Boxes, Thinning::Clicks, Thinning::Strokes];

    /// A square of class one, unknown below row 60.
    fn square() -> Vec<f32> {
        let at = |i: usize| match (i / SIDE, i % SIDE) {
            (60.., _) => UNKNOWN,
            (20..40, 20..40) => 1.0,
            _ => 0.0,
        };
        (0..SIDE * SIDE).map(at).collect()
    }

    #[test]
    fn thinning_keeps_some_values_and_changes_none() {
        for thinning in ALL {
            let rng = &mut ChaCha8Rng::seed_from_u64(3);
            let mut channels = [square()];
            thinning.apply(&mut channels, SIDE, rng);
            let kept = channels[0].iter().zip(square()).filter(|(v, _)| **v >= 0.0);
            assert!(kept.clone().all(|(v, before)| *v == before), "{thinning:?}");
            let share = kept.count() as f32 / (SIDE * SIDE) as f32;
            assert!((0.001..0.7).contains(&share), "{thinning:?} keeps {share}");
            assert!(channels[0].contains(&1.0), "{thinning:?} marks the object");
        }
    }

    #[test]
    fn strokes_leave_probable_background_that_only_the_read_out_sees() {
        let rng = &mut ChaCha8Rng::seed_from_u64(4);
        let mut channels = [square()];
        Thinning::Strokes.apply(&mut channels, SIDE, rng);
        let [label] = channels;
        assert!(!label.contains(&0.0), "nobody painted background");
        assert_eq!(cells(&label, SIDE)[0], 0.0);
        assert_eq!(raster(&label).next(), Some(UNKNOWN));
        assert_eq!(cells(&label, SIDE)[31 * 32], UNKNOWN, "what was unknown stays unknown");
    }

    #[test]
    fn channels_are_marked_together() {
        let other: Vec<f32> =
            square().into_iter().map(|v| if v == UNKNOWN { v } else { 1.0 - v }).collect();
        for thinning in ALL {
            let rng = &mut ChaCha8Rng::seed_from_u64(5);
            let mut channels = [square(), other.clone()];
            thinning.apply(&mut channels, SIDE, rng);
            let [a, b] = channels;
            assert!(a.iter().zip(&b).all(|(a, b)| (*a >= 0.0) == (*b >= 0.0)), "{thinning:?}");
        }
    }

    #[test]
    fn a_cell_takes_its_first_known_pixel_and_a_target_the_mean() {
        let label = [UNKNOWN, 1.0, 0.0, 0.0];
        assert_eq!(cells(&label, 2), [1.0]);
        assert_eq!(target(&label, 2), [1.0 / 3.0]);
        assert_eq!(target(&[UNKNOWN; 4], 2), [UNKNOWN]);
    }
}
