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
        let nearest = self.nearest(fit);
        FittedLabel {
            raster: self.raster(&nearest, fit, channels),
            cells: cells(&nearest, fit, channels, STRIDE),
            pixels: cells(&nearest, fit, channels, 1),
            unpainted: self.ids.contains(&UNPAINTED_CLASS),
        }
    }

    /// The id of the source pixel nearest to each pixel of the picture in the square: `[height, width]` of the fit.
    fn nearest(&self, fit: &Fit) -> Vec<u8> {
        let columns: Vec<_> = (0..fit.width).map(|x| x * self.width / fit.width).collect();
        let mut ids = Vec::with_capacity(fit.width * fit.height);
        for y in 0..fit.height {
            let row = &self.ids[y * self.height / fit.height * self.width..][..self.width];
            ids.extend(columns.iter().map(|&x| row[x]));
        }
        ids
    }

    fn raster(&self, nearest: &[u8], fit: &Fit, channels: usize) -> Vec<f32> {
        let side = fit.side;
        let mut raster = vec![UNKNOWN; channels * side * side];
        if self.width <= fit.width && self.height <= fit.height {
            // No pixel of the square has more than one below it.
            for (channel, raster) in raster.chunks_exact_mut(side * side).enumerate() {
                let shares =
                    table(|id| (id < UNPAINTED_CLASS).then_some(usize::from(id) == channel + 1));
                let rows = raster.chunks_exact_mut(side).zip(nearest.chunks_exact(fit.width));
                for (to, ids) in rows {
                    to.iter_mut().zip(ids).for_each(|(to, &id)| *to = shares[usize::from(id)]);
                }
            }
            return raster;
        }
        let columns: Vec<_> =
            (0..fit.width).map(|x| source_range(x, fit.width, self.width)).collect();
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
}

/// One label for every square of `stride` pixels.
fn cells(nearest: &[u8], fit: &Fit, channels: usize, stride: usize) -> CellLabels {
    let cells = fit.side / stride;
    let mut ids = vec![UNKNOWN_CLASS; cells * cells];
    let (columns, rows) = fit.cells(stride);
    for y in 0..rows {
        for (x, id) in ids[y * cells..][..columns].iter_mut().enumerate() {
            // The first known pixel stands for the cell: a mean would blur what is one pixel thin.
            let mut ids = pixels(x, y, stride, fit).map(|(x, y)| nearest[y * fit.width + x]);
            *id = ids.find(|&id| id != UNKNOWN_CLASS).unwrap_or(UNKNOWN_CLASS);
        }
    }
    let labels = |class: usize| {
        let is = |id: u8| usize::from(id) == class || class == 0 && id == UNPAINTED_CLASS;
        let labels = table(|id| (id != UNKNOWN_CLASS).then(|| is(id)));
        ids.iter().map(|&id| labels[usize::from(id)]).collect()
    };
    let background = (channels > 1).then_some(0);
    (1..=channels).chain(background).map(labels).collect()
}

/// The label of every id: 1 or 0, [`UNKNOWN`] where nothing is known.
fn table(label: impl Fn(u8) -> Option<bool>) -> [f32; 256] {
    std::array::from_fn(|id| label(id as u8).map_or(UNKNOWN, |is| f32::from(u8::from(is))))
}
