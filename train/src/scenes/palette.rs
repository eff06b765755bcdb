//! Colour families and the colours drawn from them.

use super::dice::Dice;
use super::vectors::{Rgb, Vec3, vec3};

/// A colour family: what people call by one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Hue {
    Red,
    Orange,
    Yellow,
    Green,
    Cyan,
    Blue,
    Purple,
    Pink,
    Brown,
    White,
    Grey,
    Black,
}

impl Hue {
    /// Every family.
    pub const ALL: [Self; 12] = [
        Self::Red,
        Self::Orange,
        Self::Yellow,
        Self::Green,
        Self::Cyan,
        Self::Blue,
        Self::Purple,
        Self::Pink,
        Self::Brown,
        Self::White,
        Self::Grey,
        Self::Black,
    ];

    /// The middle of the family: hue in degrees, saturation and value in 0..1.
    fn centre(self) -> [f32; 3] {
        match self {
            Self::Red => [358.0, 0.82, 0.78],
            Self::Orange => [26.0, 0.85, 0.92],
            Self::Yellow => [52.0, 0.78, 0.93],
            Self::Green => [118.0, 0.6, 0.58],
            Self::Cyan => [178.0, 0.62, 0.74],
            Self::Blue => [218.0, 0.72, 0.74],
            Self::Purple => [276.0, 0.55, 0.62],
            Self::Pink => [335.0, 0.42, 0.93],
            Self::Brown => [24.0, 0.58, 0.42],
            Self::White => [60.0, 0.05, 0.94],
            Self::Grey => [210.0, 0.06, 0.55],
            Self::Black => [240.0, 0.12, 0.13],
        }
    }

    /// A colour of the family.
    pub fn draw(self, dice: &mut Dice) -> Rgb {
        let [hue, saturation, value] = self.centre();
        hsv(
            hue + 7.0 * dice.normal().clamp(-1.5, 1.5),
            (saturation * dice.between(0.82, 1.15)).min(1.0),
            (value * dice.between(0.86, 1.1)).min(1.0),
        )
    }
}

/// Linear colour of hue (degrees), saturation and value (0..1, as displayed).
pub fn hsv(hue: f32, saturation: f32, value: f32) -> Rgb {
    let part = |offset: f32| {
        let k = (offset + hue / 60.0).rem_euclid(6.0);
        value - value * saturation * k.min(4.0 - k).clamp(0.0, 1.0)
    };
    linear(vec3(part(5.0), part(3.0), part(1.0)))
}

/// Displayed to linear light. Gamma 2 stands in for sRGB's curve: squares and roots round alike everywhere.
pub fn linear(displayed: Vec3) -> Rgb {
    displayed.times(displayed)
}

/// Linear light to displayed, clipped to 0..1.
pub fn displayed(linear: Rgb) -> Vec3 {
    linear.map(|part| part.clamp(0.0, 1.0).sqrt())
}

/// Perceived brightness of a linear colour.
pub fn luma(colour: Rgb) -> f32 {
    colour.dot(vec3(0.2126, 0.7152, 0.0722))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_look_as_they_are_called() {
        let [r, g, b] = hsv(0.0, 1.0, 1.0).parts();
        assert!(r > 0.99 && g < 0.01 && b < 0.01);
        let mut dice = Dice::new(1, 0);
        let green = Hue::Green.draw(&mut dice);
        assert!(green.y > green.x && green.y > green.z);
        assert!(luma(Hue::White.draw(&mut dice)) > luma(Hue::Black.draw(&mut dice)));
    }

    #[test]
    fn displayed_undoes_linear() {
        let colour = vec3(0.2, 0.5, 0.9);
        assert!((displayed(linear(colour)) - colour).length() < 1e-6);
    }
}
