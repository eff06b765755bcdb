//! A picture of a session: what stays of it, and its one encoding, which can be made again.

use std::pin::Pin;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

use super::recent::Recent;
use super::views::ENLARGEMENT;
use crate::error::Result;
use crate::image::{Fit, Picture};
use crate::model::{BodyBias, Encoding, FeatureMaps, Network};

/// Hands over a picture, or those that are seen together, as often as it is asked: always the same pixels.
pub type Lender =
    Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Vec<Picture>>>>> + Send + Sync>;

/// Encodings by picture; of a task's examples they are always there.
pub type Encodings = Recent<u32, EncodedPicture>;

/// What stays of a picture, or of several that are seen together; labels and predictions belong to the first.
pub struct KeptPicture {
    /// How many are seen together.
    pub images: usize,
    /// Width and height in pixels as the first picture was given.
    pub size: (usize, usize),
    /// How the first picture lies in the square; each is fitted to it on its own.
    pub fit: Fit,
    /// The mean of each feature at the coarsest stride of its maps, inside the picture.
    pub mean: Vec<f32>,
    source: Source,
}

enum Source {
    Kept(Arc<Pixels>),
    Lent(Lender),
}

/// Pictures as the network looks at them, in their order.
pub struct Pixels {
    /// At most as large as the square.
    plain: Vec<Picture>,
    /// At most as large as the refined read-out and adaptation look at them.
    enlarged: Vec<Picture>,
}

/// What is computed of a picture once, and again after it was dropped.
pub struct EncodedPicture {
    pixels: Arc<Pixels>,
    pub encoding: Encoding,
    pub maps: FeatureMaps,
}

impl KeptPicture {
    /// What stays of `pictures` beside their encoding; without a lender, their pixels too.
    pub fn new(
        pictures: &[Picture],
        encoded: &EncodedPicture,
        side: usize,
        lender: Option<Lender>,
    ) -> Self {
        let first = &pictures[0];
        let size = (first.width(), first.height());
        let fit = Fit::new(first.width(), first.height(), side);
        let source = lender.map_or_else(|| Source::Kept(encoded.pixels.clone()), Source::Lent);
        Self { images: pictures.len(), size, fit, mean: mean(&encoded.maps, &fit), source }
    }

    /// The pixels to encode the picture again.
    ///
    /// # Errors
    /// What the lender says.
    pub async fn pixels(&self, side: usize) -> Result<Arc<Pixels>> {
        match &self.source {
            Source::Kept(pixels) => Ok(pixels.clone()),
            Source::Lent(lender) => Ok(Arc::new(Pixels::new(&lender().await?, side))),
        }
    }
}

impl Pixels {
    pub fn new(pictures: &[Picture], side: usize) -> Self {
        let at_most = |side| pictures.iter().map(|picture| picture.at_most(side)).collect();
        Self { plain: at_most(side), enlarged: at_most(ENLARGEMENT * side) }
    }

    /// How many are seen together.
    pub fn images(&self) -> usize {
        self.plain.len()
    }

    fn bytes(&self) -> usize {
        let pictures = self.plain.iter().chain(&self.enlarged);
        pictures.map(|picture| picture.rgb().len()).sum()
    }
}

impl EncodedPicture {
    /// Encodes at least one picture; `bias` is made for as many.
    pub async fn new(
        network: &Network,
        bias: &BodyBias,
        pixels: Arc<Pixels>,
        side: usize,
        device: &Device,
    ) -> Result<Self> {
        let shape = [1, 3 * pixels.images(), side, side];
        let rgb = TensorData::new(fitted(&pixels.plain, side), shape);
        let encoding = network.encode(Tensor::from_data(rgb, device), bias);
        let maps = FeatureMaps::read(&encoding.features).await?;
        Ok(Self { pixels, encoding, maps })
    }

    /// How many are seen together.
    pub fn images(&self) -> usize {
        self.pixels.images()
    }

    /// All pictures in a square of `side` pixels, one after the other: `[3 pictures, side, side]`, RGB in `[0, 1]`.
    pub fn rgb(&self, side: usize) -> Vec<f32> {
        fitted(&self.pixels.enlarged, side)
    }

    /// What it takes of the memory of host and device.
    pub fn bytes(&self) -> usize {
        self.pixels.bytes() + self.encoding.bytes() + self.maps.bytes()
    }
}

fn fitted(pictures: &[Picture], side: usize) -> Vec<f32> {
    pictures.iter().flat_map(|picture| picture.fit(side).0).collect()
}

fn mean(maps: &FeatureMaps, fit: &Fit) -> Vec<f32> {
    let Some(map) = maps.levels.last() else { return Vec::new() };
    let (columns, rows) = fit.cells(fit.side / map.width);
    let mut mean = vec![0.0; map.channels];
    for y in 0..rows {
        let row = &map.data[y * map.width * map.channels..][..columns * map.channels];
        for cell in row.chunks_exact(map.channels) {
            mean.iter_mut().zip(cell).for_each(|(mean, value)| *mean += value);
        }
    }
    mean.iter_mut().for_each(|mean| *mean /= (columns * rows) as f32);
    mean
}
