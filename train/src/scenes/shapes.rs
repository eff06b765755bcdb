//! What can be in a picture: shape families and the record of one thing.

use super::materials::Pattern;
use super::palette::Hue;
use super::vectors::{Vec2, vec2};

/// A shape family, or the kind of a region that is no object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Shape {
    // Flat outlines.
    Disc,
    Ellipse,
    Superellipse,
    Rectangle,
    Triangle,
    Polygon,
    Star,
    Flower,
    Cross,
    Blob,
    Ring,
    Crescent,
    /// An articulated figure with named joints, flat or solid.
    Figure,
    // Solids.
    Sphere,
    Box,
    Torus,
    Capsule,
    Cylinder,
    Cone,
    // Thin things, and what surrounds them.
    Vessel,
    OpticDisc,
    Lesion,
    Crack,
    Joint,
    Stain,
    Road,
    River,
    House,
    Tree,
    Fibre,
    Soma,
    // Tissue.
    Membrane,
    Cell,
    Nucleus,
    Organelle,
    Rod,
    Bubble,
    // Regions that are no objects.
    Floor,
    Wall,
}

impl Shape {
    /// Whether it is an object rather than a surrounding region.
    pub fn is_thing(self) -> bool {
        !matches!(self, Self::Floor | Self::Wall)
    }

    /// Lower-case name, for task names.
    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// One thing in one picture.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its shape family.
    pub shape: Shape,
    /// Its material's pattern.
    pub pattern: Pattern,
    /// Its colour family.
    pub hue: Hue,
    /// Whether it belongs to the larger of the world's two sizes.
    pub large: bool,
    /// Visible pixels.
    pub area: usize,
    /// Visible extent `[left, top, right, bottom]` in pixels, right and bottom excluded.
    pub bounds: [usize; 4],
    /// Mean position of the visible pixels, in pixels.
    pub centre: Vec2,
}

impl Instance {
    /// A thing not yet seen in a picture.
    pub fn new(shape: Shape, pattern: Pattern, hue: Hue, large: bool) -> Self {
        Self { shape, pattern, hue, large, area: 0, bounds: [0; 4], centre: vec2(0.0, 0.0) }
    }
}
