//! Few-shot episodes: pictures with labels of one task, from several sources.

mod base;
mod clusters;
mod labelled;
pub mod labels;
mod masks;
mod mixture;
mod procedural;
mod projections;
pub mod shards;
mod superpixels;
mod view;

use anolis::model::UNKNOWN;
use burn::tensor::{Device, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;

use crate::Result;
use crate::scenes::Kind;

pub use mixture::{Mixture, Validation};

/// Pictures with labels of one task.
pub struct Episode {
    /// The source's name.
    pub source: &'static str,
    pub kind: Kind,
    pub channels: usize,
    /// Pixels a side of every picture.
    pub side: usize,
    pub support: Vec<Shot>,
    pub queries: Vec<Shot>,
}

/// A picture and its labels.
pub struct Shot {
    /// `[3, side, side]` in `[0, 1]`.
    pub rgb: Vec<f32>,
    /// The complete label: per channel `[side, side]` in `[0, 1]`, or unknown.
    pub labels: Vec<Vec<f32>>,
    /// What the picture shows as an example: the label, or what thinning left of it; also [`labels::UNPAINTED`].
    pub marks: Vec<Vec<f32>>,
}

/// How an episode is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Draw {
    /// Pixels a side, a multiple of 32.
    pub side: usize,
    pub shots: usize,
    pub queries: usize,
    /// Most channels of one episode.
    pub channels: usize,
    /// Whether only mask tasks are drawn.
    pub masks_only: bool,
}

/// Where episodes come from.
pub trait Source: Send {
    /// How logs call it.
    fn name(&self) -> &'static str;

    /// One try: complete labels; `None` where what was drawn shows too little to be asked for.
    ///
    /// # Errors
    /// When a picture cannot be read.
    fn draw(&self, draw: Draw, rng: &mut ChaCha8Rng) -> Result<Option<Episode>>;
}

impl Shot {
    /// A completely labelled picture.
    fn new(rgb: Vec<f32>, labels: Vec<Vec<f32>>) -> Self {
        Self { rgb, marks: labels.clone(), labels }
    }
}

impl Draw {
    /// Support and queries.
    pub fn pictures(&self) -> usize {
        self.shots + self.queries
    }
}

impl Episode {
    /// Makes an episode of pictures, support first; `None` unless either side shows something of the first channel.
    fn new(source: &'static str, kind: Kind, mut shots: Vec<Shot>, draw: Draw) -> Option<Self> {
        let queries = shots.split_off(draw.shots);
        let least = if kind == Kind::Mask { 0.5 } else { 0.1 };
        let shows = |shot: &Shot| shot.labels[0].iter().any(|&v| v > least);
        let channels = shots[0].labels.len();
        (shots.iter().any(shows) && queries.iter().any(shows)).then_some(Self {
            source,
            kind,
            channels,
            side: draw.side,
            support: shots,
            queries,
        })
    }
}

/// Pictures `[picture, 3, side, side]`.
pub fn pictures<'a>(
    rgb: impl IntoIterator<Item = &'a Vec<f32>>,
    side: usize,
    device: &Device,
) -> Tensor<4> {
    let values: Vec<f32> = rgb.into_iter().flatten().copied().collect();
    let count = values.len() / (3 * side * side);
    Tensor::from_data(TensorData::new(values, [count, 3, side, side]), device)
}

const _: () = assert!(UNKNOWN == crate::scenes::UNKNOWN);
