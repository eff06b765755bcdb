//! Labels of every kind, and what the network and the read-out make of them; one file a kind.

mod bump;
mod classes;
mod density;
mod fitted;
mod keypoints;
mod layers;
mod map;
mod marks;

pub use classes::{ClassLabel, UNKNOWN_CLASS, UNPAINTED_CLASS};
pub use density::{DENSITY_MASS, DENSITY_PEAK, DENSITY_SIGMA, Dot, DotLabel};
pub use fitted::FittedLabel;
pub use keypoints::{KEYPOINT_SIGMA, KeypointLabel};
pub use layers::LayerLabel;
pub use map::MapLabel;
pub use marks::{Mark, Shape, paint_classes, paint_layers};

/// What a person says about a picture, before it is held against a task.
///
/// Coordinates are pixels of the picture, `[x, y]` from its top left corner; the first pixel reaches from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Label {
    /// Exclusive classes `[height, width]`: see [`ClassLabel`].
    Classes { ids: Vec<u8>, width: usize, height: usize },
    /// Overlapping channels `[channel, height, width]`: see [`LayerLabel`].
    Layers { layers: Vec<u8>, width: usize, height: usize },
    /// Scribbles, boxes and clicks on a mask task; what is not marked is unknown.
    Marks(Vec<Mark>),
    /// One point a channel, `None` where it is not visible: see [`KeypointLabel`].
    Keypoints(Vec<Option<[f32; 2]>>),
    /// Values `[component, height, width]`: see [`MapLabel`].
    Map { values: Vec<f32>, width: usize, height: usize },
    /// Every object as one dot: see [`DotLabel`].
    Dots(Vec<Dot>),
}

impl Label {
    /// What the label is, for messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Classes { .. } => "class ids",
            Self::Layers { .. } => "layers",
            Self::Marks(_) => "marks",
            Self::Keypoints(_) => "keypoints",
            Self::Map { .. } => "a map",
            Self::Dots(_) => "points",
        }
    }
}
