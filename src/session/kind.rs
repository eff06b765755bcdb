//! What the kinds of tasks differ in: their labels, what the read-out's values mean, and how it is fitted.

use super::refined::Sight;
use crate::adapt::{Loss, Mirror};
use crate::error::{Error, ErrorKind, Result};
use crate::image::label::{
    DotLabel, FittedLabel, KeypointLabel, Label, LayerLabel, MapLabel, paint_classes, paint_layers,
};
use crate::image::{Aspect, ClassLabel, Fit};
use crate::model::{BALANCE, Quantity, UNPAINTED_BALANCE, default_lambda};

/// The ridge penalty of kinds whose labels are soft; on the development tasks more shrinkage than for masks pays.
const SOFT_LAMBDA: f64 = 0.3;

/// The ridge penalty of the refined read-out, which has more features than the plain one.
const REFINED_LAMBDA: f64 = 0.3;

/// How much more the features of the whole picture are shrunk than others.
const GLOBAL_PENALTY: f64 = 3.0;

/// A penalty that leaves little of what it is put on.
const NEARLY_BLIND: f64 = 30.0;

/// Most channels whose read-out may see the whole picture: its sums grow with both, and with the square of the pictures that
/// are seen at a time.
const MOST_WHOLE: usize = 32;

/// What is to be predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskKind {
    /// One or several classes; a pixel belongs to at most one of them.
    Mask,
    /// One or several classes, each a question of its own.
    OverlappingMask,
    /// Named points, at most one of each.
    Keypoints,
    /// A continuous map of one or several components in `[0, 1]`.
    Map,
    /// Objects that are counted.
    Density,
}

impl TaskKind {
    /// The kind of this name; `overlap` concerns masks alone.
    ///
    /// # Errors
    /// `unsupported-kind`.
    pub fn parse(name: &str, overlap: bool) -> Result<Self> {
        match name {
            "mask" if overlap => Ok(Self::OverlappingMask),
            "mask" => Ok(Self::Mask),
            "keypoints" => Ok(Self::Keypoints),
            "map" => Ok(Self::Map),
            "density" => Ok(Self::Density),
            other => Err(ErrorKind::UnsupportedKind(other.to_owned()).into()),
        }
    }

    /// The name as users write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mask | Self::OverlappingMask => "mask",
            Self::Keypoints => "keypoints",
            Self::Map => "map",
            Self::Density => "density",
        }
    }

    /// What its labels are, for messages.
    fn wanted(self) -> &'static str {
        match self {
            Self::Mask => "class ids or marks",
            Self::OverlappingMask => "layers or marks",
            Self::Keypoints => "one keypoint a channel",
            Self::Map => "a map",
            Self::Density => "points",
        }
    }

    /// Whether the background is a read-out channel of its own: among several exclusive classes it competes as one of them;
    /// a single class and its background are one question.
    pub fn has_background(self, channels: usize) -> bool {
        self == Self::Mask && channels > 1
    }

    /// Of the logits of all channels, where there are several exclusive ones, takes the background's off, which follow them,
    /// and holds each channel against it.
    pub fn against_background(self, logits: &mut Vec<f32>, channels: usize) {
        if !self.has_background(channels) {
            return;
        }
        let background = logits.split_off(channels * (logits.len() / (channels + 1)));
        for channel in logits.chunks_exact_mut(background.len()) {
            for (logit, background) in channel.iter_mut().zip(&background) {
                *logit = (*logit - background) / 2.0;
            }
        }
    }

    /// How pictures are fitted to the square. Where an area ends shows the better the more pixels there are; distances and
    /// values such as depth depend on proportions (docs/quality.md has the figures).
    pub fn aspect(self) -> Aspect {
        match self {
            Self::Mask | Self::OverlappingMask => Aspect::Stretched,
            Self::Keypoints | Self::Map | Self::Density => Aspect::Kept,
        }
    }

    /// What the read-out's values stand for.
    pub fn quantity(self) -> Quantity {
        match self {
            Self::Mask | Self::OverlappingMask | Self::Keypoints => Quantity::Class,
            Self::Map => Quantity::Value,
            Self::Density => Quantity::Amount,
        }
    }

    /// The exponent of the class balance; `unpainted` where some of the background is only what nobody painted.
    ///
    /// Values and amounts have no classes to balance: a weight would shift their sum.
    pub fn balance(self, unpainted: bool) -> f64 {
        match self {
            Self::Mask | Self::OverlappingMask if unpainted => UNPAINTED_BALANCE,
            Self::Mask | Self::OverlappingMask | Self::Keypoints => BALANCE,
            Self::Map | Self::Density => 0.0,
        }
    }

    /// The ridge penalty where nothing else chooses it.
    pub fn lambda(self, examples: usize) -> f64 {
        match self {
            Self::Mask | Self::OverlappingMask => default_lambda(examples),
            Self::Keypoints if examples == 1 => 1.0,
            Self::Keypoints | Self::Map | Self::Density => SOFT_LAMBDA,
        }
    }

    /// What the refined read-out of a task may see: examples that are left out choose, the first where they cannot.
    ///
    /// Values such as depth, and which of several classes an object is, depend on what the whole picture is like; places
    /// and single classes mostly overfit to it.
    pub fn sights(self, channels: usize, images: usize, examples: usize) -> [Sight; 2] {
        let local = Sight::local(REFINED_LAMBDA);
        let affordable = channels * images.pow(2) <= MOST_WHOLE;
        let whole =
            Sight { global: affordable.then_some(GLOBAL_PENALTY * REFINED_LAMBDA), ..local };
        match self {
            Self::Mask if self.has_background(channels) => [whole, local],
            Self::Mask | Self::OverlappingMask => [local, whole],
            Self::Keypoints if examples == 1 => [3.0, 1.0].map(Sight::local),
            // Details that only the enlarged picture shows may be another point's in another picture.
            Self::Keypoints => [local, Sight { enlarged: NEARLY_BLIND, ..local }],
            Self::Density if examples > 1 => [1.0, 3.0].map(Sight::local),
            // Of a single example the surroundings are learnt by heart: counts of one task rise from .73 to .82 without.
            Self::Density => [Sight { plain: NEARLY_BLIND, ..local }, local],
            Self::Map => [Sight { global: Some(1.0), ..Sight::local(1.0) }, local],
        }
    }

    /// Whether any sight of a task sees the whole picture.
    pub fn sees_whole(self, channels: usize, images: usize) -> bool {
        self.sights(channels, images, 1).iter().any(|sight| sight.global.is_some())
    }

    /// What adaptation lowers, for a task of so many channels.
    pub fn loss(self, channels: usize) -> Loss {
        match self {
            Self::Mask if self.has_background(channels) => Loss::Exclusive,
            Self::Mask | Self::OverlappingMask => Loss::Binary,
            Self::Keypoints => Loss::Heat,
            Self::Map => Loss::Value,
            Self::Density => Loss::Amount,
        }
    }

    /// Whether adaptation may mirror pictures: named points have sides, and components may be directions.
    pub fn mirror(self, channels: usize) -> Mirror {
        match self {
            Self::Keypoints => Mirror::Never,
            Self::Map if channels > 1 => Mirror::Never,
            _ => Mirror::Free,
        }
    }

    /// Whether the decoder of the shipped weights refines the read-out's answer: what it has not learnt it would spoil (on the
    /// development tasks it costs 0.01 on keypoints, 0.02 on edges, all on depth and counts).
    pub fn uses_decoder(self) -> bool {
        matches!(self, Self::Mask | Self::OverlappingMask)
    }

    /// Checks a label and brings it to the network's square.
    ///
    /// # Errors
    /// `label-kind` when it is of another kind; else what the label's own type says.
    pub fn fit(
        self,
        label: Label,
        channels: usize,
        picture: (usize, usize),
        fit: &Fit,
    ) -> Result<FittedLabel> {
        let (columns, rows) = picture;
        match (self, label) {
            (Self::Mask, Label::Classes { ids, width, height }) => {
                Ok(ClassLabel::new(ids, width, height, picture, channels)?.fit(fit, channels))
            }
            (Self::Mask, Label::Marks(marks)) => {
                let ids = paint_classes(&marks, picture, channels)?;
                Ok(ClassLabel::new(ids, columns, rows, picture, channels)?.fit(fit, channels))
            }
            (Self::OverlappingMask, Label::Layers { layers, width, height }) => {
                Ok(LayerLabel::new(&layers, width, height, picture, channels)?.fit(fit))
            }
            (Self::OverlappingMask, Label::Marks(marks)) => {
                let layers = paint_layers(&marks, picture, channels)?;
                Ok(LayerLabel::new(&layers, columns, rows, picture, channels)?.fit(fit))
            }
            (Self::Keypoints, Label::Keypoints(points)) => {
                Ok(KeypointLabel::new(points, picture, channels)?.fit(fit))
            }
            (Self::Map, Label::Map { values, width, height }) => {
                Ok(MapLabel::new(values, width, height, picture, channels)?.fit(fit))
            }
            (Self::Density, Label::Dots(dots)) => {
                Ok(DotLabel::new(dots, picture, channels)?.fit(fit, channels))
            }
            (kind, label) => Err(kind.refuse(&label)),
        }
    }

    /// That a label is of another kind.
    pub(super) fn refuse(self, label: &Label) -> Error {
        let (kind, label, wanted) = (self.name(), label.name(), self.wanted());
        ErrorKind::LabelKind { kind, label, wanted }.into()
    }
}
