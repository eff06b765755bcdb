//! Where flat objects lie.

use super::canvas::Canvas;
use super::dice::Dice;
use super::vectors::{Vec2, vec2};

/// Where an object lies.
pub struct Place {
    /// Its middle in units.
    pub centre: Vec2,
    /// Its radius in units.
    pub radius: f32,
    /// Its turn in radians.
    pub turn: f32,
}

impl Place {
    /// `p` in the object's own frame, radius 1.
    pub fn local(&self, p: Vec2) -> Vec2 {
        (p - self.centre).turned(-self.turn) * (1.0 / self.radius)
    }
}

/// A place where an object of `radius` overlaps the others by a third at most; none if the picture is full.
pub fn find_place(
    canvas: &Canvas,
    radius: f32,
    taken: &[(Vec2, f32)],
    dice: &mut Dice,
) -> Option<Vec2> {
    let extent = canvas.extent();
    (0..30)
        .map(|_| vec2(dice.between(0.0, extent.x), dice.between(0.0, extent.y)))
        .find(|p| taken.iter().all(|(q, r)| (*p - *q).length() > 0.7 * (radius + r)))
}
