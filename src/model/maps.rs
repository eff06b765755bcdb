//! The trunk's features on the host, for the read-out.

use std::sync::Arc;

use anolis_kernels::axis;
use burn::tensor::{DataError, Tensor, Transaction};

use crate::error::{Error, Result};

use super::trunk::Features;

/// One feature map, channels last.
#[derive(Clone, Debug)]
pub struct FeatureMap {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    /// `[height, width, channel]`
    pub data: Vec<f32>,
}

/// The features that a read-out uses; no level is finer than the first one, on whose grid they are read.
///
/// Copies share their levels.
#[derive(Clone, Debug)]
pub struct FeatureMaps {
    pub levels: Vec<Arc<FeatureMap>>,
}

impl FeatureMaps {
    /// Reads the features at strides 2, 4, 8 and 16 of one picture (batch 1) back from the device.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn read(features: &Features) -> Result<Self> {
        let Features { s2, s4, s8, s16, .. } = features;
        Self::read_maps(&[s2, s4, s8, s16].map(Tensor::clone)).await
    }

    /// Reads maps `[1, channel, height, width]` back from the device; the first one is the finest.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn read_maps(maps: &[Tensor<4>]) -> Result<Self> {
        let mut transaction = Transaction::default();
        for map in maps {
            transaction = transaction.register(map.clone().permute([0, 2, 3, 1]));
        }
        let data = transaction.execute_async().await.map_err(Error::device_lost)?;
        let levels = maps.iter().zip(data).map(|(map, data)| level(map, data.try_into_vec_as()));
        Ok(Self { levels: levels.map(Arc::new).collect() })
    }

    /// These features and, after them, `others` of the same picture.
    pub fn with(&self, others: &Self) -> Self {
        Self { levels: self.levels.iter().chain(&others.levels).cloned().collect() }
    }

    /// What the levels take of the host's memory.
    pub fn bytes(&self) -> usize {
        self.levels.iter().map(|level| size_of_val(&level.data[..])).sum()
    }

    /// Number of features of a cell over all levels.
    pub fn channels(&self) -> usize {
        self.levels.iter().map(|level| level.channels).sum()
    }

    /// Cells of the finest level.
    pub fn cells(&self) -> usize {
        self.levels[0].height * self.levels[0].width
    }

    /// Writes the features of one cell of the finest level; coarser levels are read bilinearly.
    ///
    /// # Panics
    /// When `out` is shorter than [`FeatureMaps::channels`].
    pub fn sample(&self, cell: usize, out: &mut [f32]) {
        let width = self.levels[0].width;
        let mut rest = out;
        for level in &self.levels {
            let (now, later) = rest.split_at_mut(level.channels);
            rest = later;
            level.read(&level.corners(cell, width), now);
        }
    }
}

impl FeatureMap {
    /// The places of this level that a cell of a grid `width` cells wide reads, and their weights.
    pub(super) fn corners(&self, cell: usize, width: usize) -> [(usize, f32); 4] {
        if self.width == width {
            return [(cell, 1.0), (0, 0.0), (0, 0.0), (0, 0.0)];
        }
        let scale = width as f32 / self.width as f32;
        let (y0, y1, fy) = axis(cell / width, scale, self.height);
        let (x0, x1, fx) = axis(cell % width, scale, self.width);
        let place = |y: usize, x: usize| y * self.width + x;
        [
            (place(y0, x0), (1.0 - fy) * (1.0 - fx)),
            (place(y0, x1), (1.0 - fy) * fx),
            (place(y1, x0), fy * (1.0 - fx)),
            (place(y1, x1), fy * fx),
        ]
    }

    /// The weighted sum of the features at some places.
    pub(super) fn read(&self, corners: &[(usize, f32); 4], out: &mut [f32]) {
        let at = |place: usize| &self.data[place * self.channels..][..self.channels];
        if corners[0].1 == 1.0 {
            return out.copy_from_slice(at(corners[0].0));
        }
        let [a, b, c, d] = corners.map(|(place, _)| at(place));
        let weights = corners.map(|(_, weight)| weight);
        for i in 0..out.len() {
            out[i] = weights[0] * a[i] + weights[1] * b[i] + weights[2] * c[i] + weights[3] * d[i];
        }
    }
}

/// Values of a tensor in row-major order.
///
/// # Errors
/// `device-lost`.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let data = tensor.into_data_async().await.map_err(Error::device_lost)?;
    Ok(data.try_into_vec_as::<f32>().expect("float tensors convert to f32"))
}

fn level(map: &Tensor<4>, data: std::result::Result<Vec<f32>, DataError>) -> FeatureMap {
    let [_, channels, height, width] = map.dims();
    FeatureMap { height, width, channels, data: data.expect("converted to f32") }
}
