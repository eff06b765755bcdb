//! A picture after its one encoding.

use burn::tensor::{Device, Tensor, TensorData};

use crate::error::Result;
use crate::image::{Fit, Picture};
use crate::model::{BodyBias, Encoding, FeatureMaps, Network};

/// What is kept of a picture; its pixels are not.
pub struct EncodedPicture {
    /// Width and height in pixels as it was given.
    pub size: (usize, usize),
    pub fit: Fit,
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
        Ok(Self { size: (picture.width(), picture.height()), fit, encoding, maps })
    }
}
