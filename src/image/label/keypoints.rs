//! Named points.

use super::bump::bump;
use super::fitted::{FittedLabel, STRIDE, check_point, empty};
use crate::error::{ErrorKind, Result};
use crate::image::Fit;
use crate::model::{CellLabels, UNKNOWN};

/// Standard deviation of a keypoint's heat in pixels of the square.
pub const KEYPOINT_SIGMA: f32 = 10.0;

/// A keypoint label: one point a channel in pixels of the picture, or none where it is not visible.
///
/// A channel becomes a heat map with a Gaussian of height 1. Where its point is not visible the channel is unknown: nobody
/// said that it is nowhere, and on the development tasks saying so scores the same.
#[derive(Clone, Debug, PartialEq)]
pub struct KeypointLabel {
    points: Vec<Option<[f32; 2]>>,
    picture: (usize, usize),
}

impl KeypointLabel {
    /// A label for a picture of `picture` (width, height) pixels with `channels` channels.
    ///
    /// # Errors
    /// `label-points` when there is not one point a channel, `label-point` when one is no number or outside the picture.
    pub fn new(
        points: Vec<Option<[f32; 2]>>,
        picture: (usize, usize),
        channels: usize,
    ) -> Result<Self> {
        if points.len() != channels {
            return Err(ErrorKind::LabelPoints { points: points.len(), channels }.into());
        }
        points.iter().flatten().try_for_each(|&point| check_point(point, picture))?;
        Ok(Self { points, picture })
    }

    /// Brings the label to the network's square; padding is unknown.
    pub fn fit(&self, fit: &Fit) -> FittedLabel {
        let heat = |point: &Option<[f32; 2]>, stride: usize| match *point {
            Some(point) => {
                let mut heat = empty(fit, stride);
                for (i, value) in bump(fit, stride, fit.place(point, self.picture), KEYPOINT_SIGMA)
                {
                    heat[i] = value;
                }
                heat
            }
            None => vec![UNKNOWN; (fit.side / stride).pow(2)],
        };
        let heats = |stride| self.points.iter().map(|point| heat(point, stride)).collect();
        let pixels: CellLabels = heats(1);
        FittedLabel { raster: pixels.concat(), cells: heats(STRIDE), pixels, unpainted: false }
    }
}
