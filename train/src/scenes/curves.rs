//! Thin curves: which of the four kinds a world shows.

use super::Keypoint;
use super::canvas::Canvas;
use super::dice::Dice;
use super::{cracks, fibres, roads, vessels};

/// What the pictures of a curve world share.
#[derive(Clone, Debug)]
pub enum Style {
    /// Blood vessels of a retina.
    Vessels(vessels::Style),
    /// Cracks in walls and roads.
    Cracks(cracks::Style),
    /// Roads seen from above.
    Roads(roads::Style),
    /// Fibres, hairs, nerve cells.
    Fibres(fibres::Style),
}

impl Style {
    /// A random style.
    pub fn draw(dice: &mut Dice) -> Self {
        match dice.below(4) {
            0 => Self::Vessels(vessels::Style::draw(dice)),
            1 => Self::Cracks(cracks::Style::draw(dice)),
            2 => Self::Roads(roads::Style::draw(dice)),
            _ => Self::Fibres(fibres::Style::draw(dice)),
        }
    }

    /// Whether the pictures come from a microscope rather than a camera.
    pub fn is_microscopy(&self) -> bool {
        matches!(self, Self::Fibres(_))
    }

    /// Names of the keypoints.
    pub fn keypoints(&self) -> Vec<String> {
        match self {
            Self::Vessels(_) => vessels::KEYPOINTS.map(String::from).to_vec(),
            _ => Vec::new(),
        }
    }

    /// Paints one picture and returns its keypoints.
    pub fn paint(&self, canvas: &mut Canvas, dice: &mut Dice) -> Vec<Keypoint> {
        match self {
            Self::Vessels(style) => return style.paint(canvas, dice),
            Self::Cracks(style) => style.paint(canvas, dice),
            Self::Roads(style) => style.paint(canvas, dice),
            Self::Fibres(style) => style.paint(canvas, dice),
        }
        Vec::new()
    }
}
