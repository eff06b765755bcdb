//! Masks whose classes exclude each other.

use super::fitted::{FittedLabel, STRIDE, check_layers, pixels, source_range};
use crate::error::{ErrorKind, Result};
use crate::image::Fit;
use crate::model::{CellLabels, UNKNOWN};

/// The class id of a pixel about which nothing is said.
pub const UNKNOWN_CLASS: u8 = 255;

/// The class id of a pixel that nobody painted: probably background, but a class may have been overlooked there.
pub const UNPAINTED_CLASS: u8 = 254;

/// A mask label: class ids `[height, width]`, 0 background, 1 to n the channels in order, [`UNPAINTED_CLASS`] probably
/// background, [`UNKNOWN_CLASS`] unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassLabel {
    ids: Vec<u8>,
    width: usize,
    height: usize,
}

impl ClassLabel {
    /// A label for a picture of `picture` (width, height) pixels with `channels` channels.
    ///
    /// # Errors
    /// `label-size` when the sizes differ, `label-value` when an id is no channel.
    pub fn new(
        ids: Vec<u8>,
        width: usize,
        height: usize,
        picture: (usize, usize),
        channels: usize,
    ) -> Result<Self> {
        check_layers(ids.len(), 1, (width, height), picture)?;
        match ids.iter().find(|&&id| id < UNPAINTED_CLASS && usize::from(id) > channels) {
            Some(&value) => Err(ErrorKind::LabelValue { value, channels }.into()),
            None => Ok(Self { ids, width, height }),
        }
    }

    /// Brings the label to the network's square; padding is unknown.
    pub fn fit(&self, fit: &Fit, channels: usize) -> FittedLabel {
        FittedLabel {
            raster: self.raster(fit, channels),
            cells: self.cells(fit, channels, STRIDE),
            pixels: self.cells(fit, channels, 1),
            unpainted: self.ids.contains(&UNPAINTED_CLASS),
        }
    }

    fn raster(&self, fit: &Fit, channels: usize) -> Vec<f32> {
        let side = fit.side;
        let columns: Vec<_> =
            (0..fit.width).map(|x| source_range(x, fit.width, self.width)).collect();
        let mut raster = vec![UNKNOWN; channels * side * side];
        let mut counts = vec![0u32; channels + 1];
        for y in 0..fit.height {
            let rows = source_range(y, fit.height, self.height);
            for (x, columns) in columns.iter().enumerate() {
                counts.fill(0);
                for row in rows.clone() {
                    for &id in &self.ids[row * self.width..][columns.clone()] {
                        if id < UNPAINTED_CLASS {
                            counts[usize::from(id)] += 1;
                        }
                    }
                }
                let known: u32 = counts.iter().sum();
                if known > 0 {
                    for (channel, &count) in counts[1..].iter().enumerate() {
                        raster[(channel * side + y) * side + x] = count as f32 / known as f32;
                    }
                }
            }
        }
        raster
    }

    /// One label for every square of `stride` pixels.
    fn cells(&self, fit: &Fit, channels: usize, stride: usize) -> CellLabels {
        let cells = fit.side / stride;
        let background = usize::from(channels > 1);
        let mut labels = vec![vec![UNKNOWN; cells * cells]; channels + background];
        for cell in 0..cells * cells {
            let (x, y) = (cell % cells, cell / cells);
            // The first known pixel stands for the cell: a mean would blur what is one pixel thin.
            let mut ids = pixels(x, y, stride, fit).map(|(x, y)| self.at(x, y, fit));
            let known = ids.find(|&id| id != UNKNOWN_CLASS);
            let Some(id) = known.map(usize::from) else { continue };
            for (channel, label) in labels.iter_mut().enumerate() {
                let class = if channel < channels { channel + 1 } else { 0 };
                label[cell] =
                    f32::from(id == class || class == 0 && id == usize::from(UNPAINTED_CLASS));
            }
        }
        labels
    }

    /// The source pixel nearest to a pixel of the square.
    fn at(&self, x: usize, y: usize, fit: &Fit) -> u8 {
        self.ids[y * self.height / fit.height * self.width + x * self.width / fit.width]
    }
}
