//! Kinds of cells that a stain can show side by side.

use super::cells::Breed;
use super::dice::Dice;
use super::materials::Pattern;
use super::palette::{Hue, hsv};
use super::shapes::Shape;
use super::stains::{Optics, Stain};
use super::vectors::Vec3;

impl Stain {
    /// One to three kinds of cells.
    pub fn breeds(&self, dice: &mut Dice) -> Vec<Breed> {
        let radius = dice.between(0.022, 0.06);
        let first = Breed {
            shape: Shape::Cell,
            pattern: dice.pick(&[Pattern::Plain, Pattern::Mottled, Pattern::Speckle]),
            hue: Hue::Grey,
            colour: Vec3::all(0.3),
            ratio: dice.between(1.0, 1.5),
            rough: dice.between(0.0, 0.09),
            radius,
            large: false,
            nucleated: false,
        };
        match self.optics {
            Optics::Blood => {
                let red = hsv(
                    dice.between(345.0, 372.0),
                    dice.between(0.35, 0.6),
                    dice.between(0.75, 0.9),
                );
                let first = Breed {
                    hue: Hue::Red,
                    colour: red,
                    pattern: Pattern::Plain,
                    ratio: 1.05,
                    rough: 0.03,
                    ..first
                };
                let pale = self.nucleus.mix(Vec3::all(0.8), 0.7);
                let white = Breed {
                    hue: Hue::Purple,
                    colour: pale,
                    radius: 1.45 * radius,
                    large: true,
                    nucleated: true,
                    ..first
                };
                let specks = Breed {
                    shape: Shape::Organelle,
                    hue: Hue::Purple,
                    colour: self.nucleus,
                    radius: 0.3 * radius,
                    ..first
                };
                vec![first, white, specks]
            }
            Optics::Tissue => {
                let first = Breed {
                    shape: Shape::Nucleus,
                    hue: Hue::Purple,
                    colour: self.nucleus,
                    radius: 0.7 * radius,
                    ..first
                };
                self.others(
                    Breed { pattern: Pattern::Mottled, ..first },
                    &[Hue::Blue, Hue::Brown],
                    dice,
                )
            }
            Optics::Phase => {
                let rods = dice.chance(0.4);
                let shape = if rods { Shape::Rod } else { Shape::Cell };
                let ratio = if rods { dice.between(2.0, 4.0) } else { first.ratio };
                let colour = self.ground * dice.between(0.3, 0.75);
                self.others(Breed { shape, ratio, colour, ..first }, &[Hue::Grey, Hue::Black], dice)
            }
            Optics::Fluorescence => {
                let hues = [Hue::Blue, Hue::Green, Hue::Red, Hue::Cyan, Hue::White];
                let hue = dice.pick(&hues);
                let shape = dice.pick(&[Shape::Nucleus, Shape::Nucleus, Shape::Cell, Shape::Rod]);
                let ratio = if shape == Shape::Rod { dice.between(2.0, 3.5) } else { first.ratio };
                self.others(
                    Breed { shape, ratio, hue, colour: hue.draw(dice), ..first },
                    &hues,
                    dice,
                )
            }
        }
    }

    /// A breed and up to two that differ from it in colour, form, size or texture.
    fn others(&self, first: Breed, hues: &[Hue], dice: &mut Dice) -> Vec<Breed> {
        let mut breeds = vec![first];
        for _ in 0..dice.below(3) {
            let mut other = first;
            match dice.below(4) {
                0 => {
                    let others: Vec<Hue> =
                        hues.iter().copied().filter(|h| *h != first.hue).collect();
                    other.hue = dice.pick(&others);
                    other.colour = if self.optics == Optics::Phase {
                        first.colour * 0.4
                    } else {
                        other.hue.draw(dice)
                    };
                }
                1 if first.shape == Shape::Rod => (other.shape, other.ratio) = (Shape::Cell, 1.0),
                1 => (other.shape, other.ratio) = (Shape::Rod, dice.between(2.2, 3.5)),
                2 => (other.radius, other.large) = (first.radius * 1.9, true),
                _ => {
                    other.pattern =
                        if first.pattern == Pattern::Dots { Pattern::Plain } else { Pattern::Dots }
                }
            }
            breeds.push(other);
        }
        breeds
    }
}
