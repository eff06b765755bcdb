//! A picture of a session: what stays of it, and its one encoding, which can be made again.

use std::collections::BTreeMap;
use std::ops::Index;
use std::pin::Pin;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

use super::recent::Recent;
use super::views::ENLARGEMENT;
use crate::error::Result;
use crate::image::{Aspect, Fit, Guide, Picture};
use crate::model::{Encoding, FeatureMaps, Network};

/// Hands over a picture, or those that are seen together, as often as it is asked: always the same pixels.
#[cfg(not(target_arch = "wasm32"))]
pub type Lender =
    Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Vec<Picture>>>>> + Send + Sync>;

/// Hands over a picture, or those that are seen together, as often as it is asked: always the same pixels.
/// In the browser it may hold what is JavaScript's, which stays in its thread.
#[cfg(target_arch = "wasm32")]
pub type Lender = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Vec<Picture>>>>>>;

/// Encodings by picture and how it was fitted to the square; of a task's examples they are always there.
pub type Encodings = Recent<(u32, Aspect), EncodedPicture>;

/// Pictures as a task sees them.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub pictures: &'a BTreeMap<u32, KeptPicture>,
    pub encodings: &'a Encodings,
    pub aspect: Aspect,
}

impl Seen<'_> {
    /// Whether the encoding is there.
    pub fn contains(&self, picture: u32) -> bool {
        let kept = self.pictures.get(&picture);
        kept.is_some_and(|kept| self.encodings.contains((picture, kept.aspect(self.aspect))))
    }
}

/// # Panics
/// Where the encoding is not there.
impl Index<&u32> for Seen<'_> {
    type Output = EncodedPicture;

    fn index(&self, picture: &u32) -> &EncodedPicture {
        &self.encodings[&(*picture, self.pictures[picture].aspect(self.aspect))]
    }
}

/// What stays of a picture, or of several that are seen together; labels and predictions belong to the first.
pub struct KeptPicture {
    /// How many are seen together.
    pub images: usize,
    /// Width and height in pixels as the first picture was given.
    pub size: (usize, usize),
    /// Side of the square in pixels.
    side: usize,
    /// Whether all that are seen together are square, so that nothing is stretched.
    square: bool,
    /// The mean of each feature at the coarsest stride of its maps, inside the picture.
    pub mean: Vec<f32>,
    source: Source,
}

enum Source {
    /// With the proportions kept, and stretched.
    Kept([Arc<Pixels>; 2]),
    Lent(Lender),
}

/// Pictures as the network looks at them, in their order.
pub struct Pixels {
    pub aspect: Aspect,
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
    /// What stays of `pictures` beside an encoding; without a lender, their pixels too.
    pub fn new(
        pictures: &[Picture],
        encoded: &EncodedPicture,
        side: usize,
        lender: Option<Lender>,
    ) -> Self {
        let size = (pictures[0].width(), pictures[0].height());
        let square = square(pictures);
        let own = &encoded.pixels;
        let source = lender.map_or_else(
            || {
                let pixels = |aspect| match square || aspect == own.aspect {
                    true => own.clone(),
                    false => Arc::new(Pixels::new(pictures, side, aspect)),
                };
                Source::Kept([Aspect::Kept, Aspect::Stretched].map(pixels))
            },
            Source::Lent,
        );
        let mean = mean(&encoded.maps, &Fit::new(size.0, size.1, side, own.aspect));
        Self { images: pictures.len(), size, side, square, mean, source }
    }

    /// What becomes of its proportions where `wanted` is what a task wants.
    pub fn aspect(&self, wanted: Aspect) -> Aspect {
        if self.square { Aspect::Kept } else { wanted }
    }

    /// How the first picture lies in the square; each is fitted to it on its own.
    pub fn fit(&self, aspect: Aspect) -> Fit {
        Fit::new(self.size.0, self.size.1, self.side, aspect)
    }

    /// The pixels to encode the picture again.
    ///
    /// # Errors
    /// What the lender says.
    pub async fn pixels(&self, aspect: Aspect) -> Result<Arc<Pixels>> {
        match &self.source {
            Source::Kept([kept, _]) if aspect == Aspect::Kept => Ok(kept.clone()),
            Source::Kept([_, stretched]) => Ok(stretched.clone()),
            Source::Lent(lender) => Ok(Arc::new(Pixels::new(&lender().await?, self.side, aspect))),
        }
    }
}

fn square(pictures: &[Picture]) -> bool {
    pictures.iter().all(|picture| picture.width() == picture.height())
}

impl Pixels {
    /// Square ones are never stretched.
    pub fn new(pictures: &[Picture], side: usize, aspect: Aspect) -> Self {
        let aspect = if square(pictures) { Aspect::Kept } else { aspect };
        let at_most = |side| pictures.iter().map(|p| p.at_most_fitted(side, aspect)).collect();
        Self { aspect, plain: at_most(side), enlarged: at_most(ENLARGEMENT * side) }
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
    /// Encodes at least one picture.
    pub async fn new(
        network: &Network,
        pixels: Arc<Pixels>,
        side: usize,
        device: &Device,
    ) -> Result<Self> {
        let shape = [1, 3 * pixels.images(), side, side];
        let rgb = TensorData::new(fitted(&pixels.plain, side, pixels.aspect), shape);
        let encoding = network.encode(Tensor::from_data(rgb, device));
        let maps = FeatureMaps::read(&encoding.features).await?;
        Ok(Self { pixels, encoding, maps })
    }

    /// How many are seen together.
    pub fn images(&self) -> usize {
        self.pixels.images()
    }

    /// What became of their proportions.
    pub fn aspect(&self) -> Aspect {
        self.pixels.aspect
    }

    /// All pictures in a square of `side` pixels, one after the other: `[3 pictures, side, side]`, RGB in `[0, 1]`.
    pub fn rgb(&self, side: usize) -> Vec<f32> {
        fitted(&self.pixels.enlarged, side, self.pixels.aspect)
    }

    /// The edges of the first picture in a square of `side` pixels.
    pub fn guide(&self, side: usize) -> Guide {
        Guide::new(&self.rgb(side)[..3 * side * side], side)
    }

    /// What it takes of the memory of host and device.
    pub fn bytes(&self) -> usize {
        self.pixels.bytes() + self.encoding.bytes() + self.maps.bytes()
    }
}

fn fitted(pictures: &[Picture], side: usize, aspect: Aspect) -> Vec<f32> {
    pictures.iter().flat_map(|picture| picture.fit(side, aspect).0).collect()
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
