//! Continuous maps.

use super::fitted::{FittedLabel, STRIDE, check_layers, pixels, source_range};
use crate::error::{ErrorKind, Result};
use crate::image::Fit;
use crate::model::UNKNOWN;

/// A map label: values `[component, height, width]` in `[0, 1]`, NaN where nothing is known.
#[derive(Clone, Debug)]
pub struct MapLabel {
    values: Vec<f32>,
    width: usize,
    height: usize,
}

impl MapLabel {
    /// A label for a picture of `picture` (width, height) pixels with `channels` components.
    ///
    /// # Errors
    /// `label-size` when the sizes differ or there is not one layer a component, `label-range` when a
    /// value is outside `[0, 1]`.
    pub fn new(
        values: Vec<f32>,
        width: usize,
        height: usize,
        picture: (usize, usize),
        channels: usize,
    ) -> Result<Self> {
        check_layers(values.len(), channels, (width, height), picture)?;
        match values.iter().find(|value| !value.is_nan() && !(0.0..=1.0).contains(*value)) {
            Some(&value) => Err(ErrorKind::LabelRange(value).into()),
            None => Ok(Self { values, width, height }),
        }
    }

    /// Brings the label to the network's square; padding is unknown.
    pub fn fit(&self, fit: &Fit) -> FittedLabel {
        let layers = self.values.chunks_exact(self.width * self.height);
        FittedLabel::stack(layers.map(|layer| {
            let raster = self.raster(layer, fit);
            let cells = vec![self.cells(&raster, fit)];
            FittedLabel { cells, pixels: vec![raster.clone()], raster, unpainted: false }
        }))
    }

    /// The mean of the known source pixels.
    fn raster(&self, layer: &[f32], fit: &Fit) -> Vec<f32> {
        let mut raster = vec![UNKNOWN; fit.side * fit.side];
        for y in 0..fit.height {
            let rows = source_range(y, fit.height, self.height);
            for x in 0..fit.width {
                let columns = source_range(x, fit.width, self.width);
                let source =
                    rows.clone().flat_map(|row| &layer[row * self.width..][columns.clone()]);
                if let Some(mean) = mean(source.copied().filter(|value| !value.is_nan())) {
                    raster[y * fit.side + x] = mean;
                }
            }
        }
        raster
    }

    /// The mean of the known pixels of a cell.
    fn cells(&self, raster: &[f32], fit: &Fit) -> Vec<f32> {
        let cells = fit.side / STRIDE;
        let cell = |i: usize| {
            let values =
                pixels(i % cells, i / cells, STRIDE, fit).map(|(x, y)| raster[y * fit.side + x]);
            mean(values.filter(|&value| value != UNKNOWN)).unwrap_or(UNKNOWN)
        };
        (0..cells * cells).map(cell).collect()
    }
}

fn mean(values: impl Iterator<Item = f32>) -> Option<f32> {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| (sum / count as f32).clamp(0.0, 1.0))
}
