//! A picture after its one encoding.

use burn::tensor::{Device, Tensor, TensorData};

use super::views::ENLARGEMENT;
use crate::error::Result;
use crate::image::{Fit, Picture};
use crate::model::{BodyBias, Encoding, FeatureMaps, Network};

/// What is kept of a picture.
pub struct EncodedPicture {
    /// Width and height in pixels as it was given.
    pub size: (usize, usize),
    pub fit: Fit,
    /// At most as large as the refined read-out and adaptation look at it.
    pub picture: Picture,
    pub encoding: Encoding,
    pub maps: FeatureMaps,
}

impl EncodedPicture {
    pub async fn new(
        network: &Network,
        bias: &BodyBias,
        picture: &Picture,
        side: usize,
        device: &Device,
    ) -> Result<Self> {
        let (input, fit) = picture.fit(side);
        let rgb = Tensor::from_data(TensorData::new(input, [1, 3, side, side]), device);
        let encoding = network.encode(rgb, bias);
        let maps = FeatureMaps::read(&encoding.features).await?;
        let size = (picture.width(), picture.height());
        let picture = picture.at_most(ENLARGEMENT * side);
        Ok(Self { size, fit, picture, encoding, maps })
    }
}
