//! Objects to be counted.

use super::bump::bump;
use super::fitted::{FittedLabel, STRIDE, check_point, empty};
use crate::error::{ErrorKind, Result};
use crate::image::Fit;
use crate::model::CellLabels;

/// Standard deviation of a dot's share of the density in pixels of the square.
pub const DENSITY_SIGMA: f32 = 4.0;

/// Density at the centre of a lone dot: neighbours may add to it before it reaches 1.
pub const DENSITY_PEAK: f32 = 0.5;

/// Sum of the density over the pixels of the square that one object adds: a Gaussian's volume.
pub const DENSITY_MASS: f32 = DENSITY_PEAK * std::f32::consts::TAU * DENSITY_SIGMA * DENSITY_SIGMA;

/// An object: a point in pixels of the picture, and its channel counted from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    pub point: [f32; 2],
    pub channel: usize,
}

/// A label for counting: one dot an object, all of them.
///
/// A channel becomes a density, a Gaussian a dot, whose sum is the count.
#[derive(Clone, Debug, PartialEq)]
pub struct DotLabel {
    dots: Vec<Dot>,
    picture: (usize, usize),
}

impl DotLabel {
    /// A label for a picture of `picture` (width, height) pixels with `channels` channels.
    ///
    /// # Errors
    /// `label-point` when a dot is no number or outside the picture, `label-channel` when its channel does not exist.
    pub fn new(dots: Vec<Dot>, picture: (usize, usize), channels: usize) -> Result<Self> {
        dots.iter().try_for_each(|dot| check_point(dot.point, picture))?;
        match dots.iter().find(|dot| dot.channel >= channels) {
            Some(dot) => Err(ErrorKind::LabelChannel { channel: dot.channel, channels }.into()),
            None => Ok(Self { dots, picture }),
        }
    }

    /// Brings the label to the network's square as `channels` channels; padding is unknown.
    pub fn fit(&self, fit: &Fit, channels: usize) -> FittedLabel {
        let density =
            |stride| (0..channels).map(|channel| self.density(channel, fit, stride)).collect();
        let pixels: CellLabels = density(1);
        FittedLabel { raster: pixels.concat(), cells: density(STRIDE), pixels, unpainted: false }
    }

    fn density(&self, channel: usize, fit: &Fit, stride: usize) -> Vec<f32> {
        let mut density = empty(fit, stride);
        let volume = DENSITY_MASS / (stride * stride) as f32;
        for dot in self.dots.iter().filter(|dot| dot.channel == channel) {
            let bump = bump(fit, stride, fit.place(dot.point, self.picture), DENSITY_SIGMA);
            // What the picture's edge cuts off is made up for inside, so that the sum is the count.
            let sum: f32 = bump.iter().map(|(_, value)| value).sum();
            for (i, value) in bump {
                density[i] += value * volume / sum;
            }
        }
        density.iter_mut().for_each(|value| *value = value.min(1.0));
        density
    }
}
