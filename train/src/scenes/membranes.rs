//! Walls and rims: which of the two kinds a world shows.

use super::Keypoint;
use super::canvas::Canvas;
use super::dice::Dice;
use super::{rings, tissue};

/// What the pictures of a membrane world share.
#[derive(Clone, Debug)]
pub enum Style {
    /// Cells that share walls, or a honeycomb.
    Tissue(tissue::Style),
    /// Separate rims: bubbles, rings, droplets.
    Rings(rings::Style),
}

impl Style {
    /// A random style.
    pub fn draw(dice: &mut Dice) -> Self {
        if dice.chance(0.7) {
            Self::Tissue(tissue::Style::draw(dice))
        } else {
            Self::Rings(rings::Style::draw(dice))
        }
    }

    /// Paints one picture; there are no keypoints.
    pub fn paint(&self, canvas: &mut Canvas, dice: &mut Dice) -> Vec<Keypoint> {
        match self {
            Self::Tissue(style) => style.paint(canvas, dice),
            Self::Rings(style) => style.paint(canvas, dice),
        }
        Vec::new()
    }
}
