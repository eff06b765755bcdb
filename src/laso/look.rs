//! What a whole picture is like.

/// Parts of a picture from top to bottom whose features are kept apart: hats are above and shoes below.
pub const BANDS: usize = 4;

/// The largest value of each feature, in the whole picture and in each of [`BANDS`] bands: a two-level spatial pyramid
/// (Lazebnik et al. 2006).
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// `[band, channel]`, at least 0; the rest follows from them, so that a session can keep many.
    bands: Vec<f32>,
}

impl Look {
    /// Pools tokens `[cell, channel]`, at least 0, of a grid that is `width` cells wide; the picture has its first
    /// `columns` and `rows`.
    pub fn new(tokens: &[f32], channels: usize, width: usize, columns: usize, rows: usize) -> Self {
        let mut bands = vec![0.0f32; BANDS * channels];
        for (i, band) in bands.chunks_exact_mut(channels).enumerate() {
            for y in i * rows / BANDS..((i + 1) * rows).div_ceil(BANDS) {
                let row = &tokens[y * width * channels..][..columns * channels];
                row.chunks_exact(channels).for_each(|token| raise(band, token));
            }
        }
        Self { bands }
    }

    /// The largest value of each feature: `[channel]`, at least 0.
    pub fn whole(&self) -> Vec<f32> {
        let mut whole = vec![0.0f32; self.bands.len() / BANDS];
        let channels = whole.len();
        self.bands.chunks_exact(channels).for_each(|band| raise(&mut whole, band));
        whole
    }

    /// The whole's features and the bands', each part of length 1: `[(1 + BANDS) * channel]`.
    fn unit(&self) -> Vec<f32> {
        [normalised(&self.whole()), normalised(&self.bands)].concat()
    }

    /// Squared distance, from 0 to 4.
    pub fn distance(&self, other: &Self) -> f32 {
        self.unit().iter().zip(other.unit()).map(|(a, b)| (a - b).powi(2)).sum()
    }
}

/// The larger one of each pair.
fn raise(most: &mut [f32], values: &[f32]) {
    most.iter_mut().zip(values).for_each(|(most, value)| *most = most.max(*value));
}

/// The vector at length 1; zero stays zero.
pub(super) fn normalised(vector: &[f32]) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-6);
    vector.iter().map(|x| x / length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_kept_apart_by_height_and_padding_is_not_seen() {
        // One feature on a grid of 4 x 4; the picture has 2 columns, the rest is padding.
        let tokens: Vec<f32> =
            (0..16).map(|i| if i % 4 < 2 { (i / 4) as f32 } else { 99.0 }).collect();
        let look = Look::new(&tokens, 1, 4, 2, 4);
        assert_eq!(look.whole(), [3.0]);
        let length = 14.0f32.sqrt();
        assert_eq!(look.unit(), [1.0, 0.0, 1.0 / length, 2.0 / length, 3.0 / length]);
    }

    #[test]
    fn a_flat_picture_fills_every_band() {
        let look = Look::new(&[2.0, 2.0, 0.0, 0.0], 1, 2, 2, 1);
        assert_eq!(look.unit(), [1.0, 0.5, 0.5, 0.5, 0.5]);
    }

    #[test]
    fn distance_is_zero_to_itself_and_bounded() {
        let look = |tokens: [f32; 2]| Look::new(&tokens, 2, 1, 1, 1);
        let (a, b, nothing) = (look([1.0, 0.0]), look([0.0, 3.0]), look([0.0, 0.0]));
        assert_eq!(a.distance(&a), 0.0);
        assert!((a.distance(&b) - 4.0).abs() < 1e-5);
        assert!((a.distance(&nothing) - 2.0).abs() < 1e-5);
    }
}
