//! Crops of the support, as pseudo-support and pseudo-query.

use fastrand::Rng;

use crate::model::{CellLabels, UNKNOWN};

/// An example at the two scales at which the refined read-out sees it: in the network's square, and enlarged twice.
///
/// Steps draw their crops from both, since a trunk that was tuned at one scale is worse at the other.
#[derive(Clone, Debug)]
pub struct Example(pub [Labelled; 2]);

/// A labelled picture in a square.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// `[3, side, side]`, RGB in `[0, 1]`; of pictures that belong together one after the other.
    pub rgb: Vec<f32>,
    /// The read-out's labels at stride 2.
    pub cells: CellLabels,
    pub side: usize,
}

/// How crops may differ from their example without changing what their labels mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mirror {
    Free,
    /// Left and right mean something, as for named points.
    Never,
}

/// Places that are tried for a crop in which something is labelled.
const TRIES: usize = 8;

impl Labelled {
    /// A square of `side` pixels (even) at a random place, preferring places that show a channel, mirrored and recoloured.
    pub(super) fn crop(&self, side: usize, mirror: Mirror, rng: &mut Rng) -> Self {
        let side = side.min(self.side);
        let places = (self.side - side) / 2 + 1;
        let mut place = (0, 0);
        for _ in 0..TRIES {
            place = (2 * rng.usize(..places), 2 * rng.usize(..places));
            if self.shows(place, side) {
                break;
            }
        }
        let flip = mirror == Mirror::Free && rng.bool();
        let mut crop = Self {
            rgb: window(&self.rgb, self.side, place, side, flip),
            cells: self
                .cells
                .iter()
                .map(|cells| {
                    window(cells, self.side / 2, (place.0 / 2, place.1 / 2), side / 2, flip)
                })
                .collect(),
            side,
        };
        crop.recolour(rng);
        crop
    }

    /// Whether enough of a window is known, and some of it belongs to a channel.
    fn shows(&self, (top, left): (usize, usize), side: usize) -> bool {
        let half = self.side / 2;
        let rows = top / 2..(top + side) / 2;
        let mut known = 0;
        let mut positive = false;
        for row in rows {
            for cells in &self.cells[..1] {
                let row = &cells[row * half..][left / 2..(left + side) / 2];
                known += row.iter().filter(|&&value| value != UNKNOWN).count();
            }
            // The last of several channels is the background.
            let channels = (self.cells.len() - 1).max(1);
            positive |= self.cells[..channels].iter().any(|cells| {
                cells[row * half..][left / 2..(left + side) / 2].iter().any(|&v| v > 0.5)
            });
        }
        positive && known * 10 > side * side / 4 * 3
    }

    /// Contrast, brightness and white balance, up to a fifth and a tenth.
    fn recolour(&mut self, rng: &mut Rng) {
        let mean = self.rgb.iter().sum::<f32>() / self.rgb.len() as f32;
        let mut between = |low: f32, high: f32| low + (high - low) * rng.f32();
        let (contrast, brightness) = (between(0.8, 1.2), between(0.8, 1.2));
        let plane = self.side * self.side;
        for colour in self.rgb.chunks_exact_mut(plane) {
            let tint = between(0.9, 1.1);
            for value in colour {
                *value = (((*value - mean) * contrast + mean * brightness) * tint).clamp(0.0, 1.0);
            }
        }
    }
}

/// A window of planes `[…, from, from]`.
fn window(
    planes: &[f32],
    from: usize,
    (top, left): (usize, usize),
    side: usize,
    flip: bool,
) -> Vec<f32> {
    let mut out = Vec::with_capacity(planes.len() / (from * from) * side * side);
    for plane in planes.chunks_exact(from * from) {
        for row in plane.chunks_exact(from).skip(top).take(side) {
            let row = &row[left..left + side];
            if flip { out.extend(row.iter().rev()) } else { out.extend_from_slice(row) }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Labelled {
        let side = 64;
        let rgb = (0..3 * side * side).map(|i| (i % 251) as f32 / 251.0).collect();
        // Only the lower right corner shows the channel.
        let cells = (0..32 * 32).map(|i| f32::from(i % 32 >= 28 && i / 32 >= 28)).collect();
        Labelled { rgb, cells: vec![cells], side }
    }

    #[test]
    fn crops_have_the_shapes_they_promise_and_stay_in_range() {
        let crop = example().crop(32, Mirror::Free, &mut Rng::with_seed(1));
        assert_eq!((crop.side, crop.rgb.len(), crop.cells[0].len()), (32, 3 * 32 * 32, 16 * 16));
        assert!(crop.rgb.iter().all(|value| (0.0..=1.0).contains(value)));
    }

    #[test]
    fn a_seed_decides_everything() {
        let crop = |seed| example().crop(32, Mirror::Free, &mut Rng::with_seed(seed)).rgb;
        assert_eq!(crop(3), crop(3));
        assert_ne!(crop(3), crop(4));
    }

    #[test]
    fn crops_look_for_what_is_labelled() {
        let rng = &mut Rng::with_seed(7);
        let found = (0..40).filter(|_| {
            example().crop(32, Mirror::Free, rng).cells[0].iter().any(|&value| value > 0.5)
        });
        // A blind crop shows the corner in one case of eighteen, eight tries in one of three.
        assert!(found.count() > 8);
    }

    #[test]
    fn a_mirrored_window_reads_backwards() {
        let plane: Vec<f32> = (0..16).map(|i| i as f32).collect();
        assert_eq!(window(&plane, 4, (2, 0), 2, false), [8.0, 9.0, 12.0, 13.0]);
        assert_eq!(window(&plane, 4, (2, 0), 2, true), [9.0, 8.0, 13.0, 12.0]);
    }
}
