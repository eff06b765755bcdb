//! A picture after its one encoding.

use burn::tensor::{Device, Tensor, TensorData};

use super::views::ENLARGEMENT;
use crate::error::Result;
use crate::image::{Fit, Picture};
use crate::model::{BodyBias, Encoding, FeatureMaps, Network};

/// What is kept of a picture, or of several that are seen together; labels and predictions belong to the first.
pub struct EncodedPicture {
    /// Width and height in pixels as the first picture was given.
    pub size: (usize, usize),
    /// How the first picture lies in the square; each is fitted to it on its own.
    pub fit: Fit,
    /// At most as large as the refined read-out and adaptation look at them.
    pub pictures: Vec<Picture>,
    pub encoding: Encoding,
    pub maps: FeatureMaps,
}

impl EncodedPicture {
    /// Encodes at least one picture; `bias` is made for as many.
    pub async fn new(
        network: &Network,
        bias: &BodyBias,
        pictures: &[Picture],
        side: usize,
        device: &Device,
    ) -> Result<Self> {
        let first = &pictures[0];
        let size = (first.width(), first.height());
        let fit = Fit::new(first.width(), first.height(), side);
        let shape = [1, 3 * pictures.len(), side, side];
        let rgb = Tensor::from_data(TensorData::new(fitted(pictures, side), shape), device);
        let encoding = network.encode(rgb, bias);
        let maps = FeatureMaps::read(&encoding.features).await?;
        let pictures = pictures.iter().map(|picture| picture.at_most(ENLARGEMENT * side)).collect();
        Ok(Self { size, fit, pictures, encoding, maps })
    }

    /// All pictures in a square of `side` pixels, one after the other: `[3 pictures, side, side]`, RGB in `[0, 1]`.
    pub fn rgb(&self, side: usize) -> Vec<f32> {
        fitted(&self.pictures, side)
    }
}

fn fitted(pictures: &[Picture], side: usize) -> Vec<f32> {
    pictures.iter().flat_map(|picture| picture.fit(side).0).collect()
}
