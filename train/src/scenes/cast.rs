//! The attributes a world's objects draw from; any combination can occur, so that only labels tell which one counts.

use super::dice::Dice;
use super::materials::{Material, Pattern};
use super::palette::Hue;
use super::shapes::{Instance, Shape};

/// Shape families, patterns, colour families and sizes of a world.
#[derive(Clone, Debug)]
pub struct Cast {
    /// Two to four shape families.
    pub shapes: Vec<Shape>,
    /// One to three patterns.
    pub patterns: Vec<Pattern>,
    /// Two to four colour families.
    pub hues: Vec<Hue>,
    /// Radius of a small object in units.
    pub radius: f32,
    /// Radius of a large object over that of a small one; 1 where the world has one size only.
    pub growth: f32,
    /// Strength of highlights, 0..1.
    pub gloss: f32,
}

/// One object's attributes.
#[derive(Clone, Copy, Debug)]
pub struct Role {
    /// Its shape family.
    pub shape: Shape,
    /// Its pattern.
    pub pattern: Pattern,
    /// Its colour family.
    pub hue: Hue,
    /// Whether it is of the larger size.
    pub large: bool,
    /// Its radius in units.
    pub radius: f32,
}

impl Cast {
    /// A cast with shapes among `shapes`.
    pub fn draw(shapes: &[Shape], dice: &mut Dice) -> Self {
        let (n, patterns, hues) = (dice.count(2, 4), dice.count(1, 3), dice.count(2, 4));
        Self {
            shapes: dice.some(shapes, n),
            patterns: dice.some(&Pattern::ALL, patterns),
            hues: dice.some(&Hue::ALL, hues),
            radius: dice.between(0.06, 0.09),
            growth: if dice.chance(0.6) { dice.between(1.8, 2.1) } else { 1.0 },
            gloss: if dice.chance(0.5) { dice.between(0.1, 0.9) } else { 0.0 },
        }
    }

    /// A random object's attributes in a picture whose objects are scaled by `zoom`.
    pub fn role(&self, zoom: f32, dice: &mut Dice) -> Role {
        let large = self.growth > 1.0 && dice.chance(0.4);
        let free = if self.growth > 1.0 { 1.1 } else { 1.45 };
        let size = if large { self.growth } else { 1.0 };
        Role {
            shape: dice.pick(&self.shapes),
            pattern: dice.pick(&self.patterns),
            hue: dice.pick(&self.hues),
            large,
            radius: self.radius * size * zoom * dice.factor(free),
        }
    }
}

impl Role {
    /// The record of an object with these attributes.
    pub fn instance(&self) -> Instance {
        Instance::new(self.shape, self.pattern, self.hue, self.large)
    }

    /// A material of its pattern and colour family.
    pub fn material(&self, gloss: f32, dice: &mut Dice) -> Material {
        let base = self.hue.draw(dice);
        Material::draw(self.pattern, base, self.radius, gloss, dice)
    }
}
