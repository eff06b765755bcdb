//! Light on surfaces: one key light, the sky, highlights.

use super::dice::Dice;
use super::vectors::{Rgb, Vec3, vec3};

/// A key light and light from all around.
#[derive(Clone, Debug)]
pub struct Light {
    /// Unit direction to the key light: right, up, towards the viewer.
    pub towards: Vec3,
    /// Colour and strength of the key light.
    pub key: Rgb,
    /// Colour and strength of the light from all around.
    pub sky: Rgb,
}

/// How light meets a surface at one point.
pub struct Lit {
    /// Unit normal.
    pub normal: Vec3,
    /// Unit direction to the eye.
    pub view: Vec3,
    /// Visible part of the key light, 0..1.
    pub sun: f32,
    /// Visible part of the sky, 0..1.
    pub open: f32,
}

impl Light {
    /// A style of light: from a hard warm lamp to a bright overcast sky.
    pub fn draw(dice: &mut Dice) -> Self {
        let soft = dice.between(0.25, 0.75);
        let warm = dice.between(-0.12, 0.2);
        let tint = vec3(1.0 + warm, 1.0, 1.0 - warm);
        Self {
            towards: vec3(dice.normal(), dice.between(0.5, 1.4), dice.between(0.4, 1.2)).unit(),
            key: tint * (1.35 * (1.0 - soft) + 0.25),
            sky: vec3(1.0 - 0.4 * warm, 1.0, 1.0 + 0.5 * warm) * (0.75 * soft + 0.12),
        }
    }

    /// The same style in another picture: the lamp moved and dimmed a little.
    pub fn vary(&self, dice: &mut Dice) -> Self {
        let shift = vec3(dice.normal(), dice.normal(), dice.normal()) * 0.25;
        Self {
            towards: (self.towards + shift + vec3(0.0, 0.1, 0.1)).unit(),
            key: self.key * dice.between(0.85, 1.15),
            sky: self.sky * dice.between(0.85, 1.15),
        }
    }

    /// Linear light leaving a surface of reflectance `albedo`.
    pub fn shade(&self, albedo: Rgb, gloss: f32, at: &Lit) -> Rgb {
        let facing = at.normal.dot(self.towards).max(0.0) * at.sun;
        // The ground sends some light back, so undersides aren't black.
        let above = 0.68 + 0.32 * at.normal.y;
        let diffuse = albedo.times(self.key * facing + self.sky * (at.open * above));
        let half = (self.towards + at.view).unit();
        let shine = at.normal.dot(half).max(0.0).powi(40) * at.sun * gloss;
        diffuse + self.key * (0.7 * shine)
    }
}
