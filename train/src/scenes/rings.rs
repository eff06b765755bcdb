//! Separate rims: bubbles and droplets, rings and filled discs that only differ in being hollow.

use super::canvas::{Canvas, Touch};
use super::dice::Dice;
use super::materials::Pattern;
use super::noise::fractal2;
use super::outlines::Outline;
use super::palette::{Hue, displayed, hsv, luma};
use super::shapes::{Instance, Shape};
use super::vectors::{Rgb, Vec2, Vec3, smooth_step, vec2};

/// What the pictures of a ring world share.
#[derive(Clone, Debug)]
pub struct Style {
    ground: Rgb,
    /// Texture of the ground, 0..1.
    cloudy: f32,
    hues: Vec<(Hue, Rgb)>,
    /// Radius of a small ring in units.
    radius: f32,
    large: bool,
    /// Thickness of a rim over its radius.
    rim: f32,
    /// How far rings are from round.
    rough: f32,
    /// Whether the inside shows the ground through a lens, with a highlight.
    bubbles: bool,
    /// Share of filled discs.
    filled: f32,
    rings: (usize, usize),
}

impl Style {
    /// A random style.
    pub fn draw(dice: &mut Dice) -> Self {
        let dark = dice.chance(0.35);
        let (saturation, value) = if dark { (0.5, 0.15) } else { (0.3, 0.8) };
        let hues = if dark {
            vec![Hue::White, Hue::Green, Hue::Cyan, Hue::Yellow]
        } else {
            vec![Hue::Black, Hue::Brown, Hue::Red, Hue::Blue, Hue::Grey]
        };
        let (kinds, fewest) = (dice.count(1, 3), dice.count(6, 22));
        let hue = dice.between(0.0, 360.0);
        let ground = hsv(hue, saturation * dice.unit(), value * dice.between(0.75, 1.1));
        Self {
            ground,
            cloudy: dice.between(0.05, 0.4),
            hues: dice
                .some(&hues, kinds)
                .into_iter()
                .map(|hue| (hue, apart(hue.draw(dice), ground)))
                .collect(),
            radius: dice.between(0.03, 0.07),
            large: dice.chance(0.5),
            rim: dice.between(0.12, 0.4),
            rough: dice.between(0.0, 0.06),
            bubbles: dice.chance(0.4),
            filled: if dice.chance(0.6) { dice.between(0.2, 0.5) } else { 0.0 },
            rings: (fewest, fewest + fewest / 2),
        }
    }

    /// Paints one picture.
    pub fn paint(&self, canvas: &mut Canvas, dice: &mut Dice) {
        let (seed, zoom) = (dice.seed(), dice.factor(1.25));
        canvas.fill(0, |p| {
            self.ground * (1.0 + self.cloudy * (2.0 * fractal2(p * 6.0, 4, seed) - 1.0))
        });
        let extent = canvas.extent();
        let mut taken: Vec<(Vec2, f32)> = Vec::new();
        for _ in 0..dice.count(self.rings.0, self.rings.1) {
            let large = self.large && dice.chance(0.35);
            let radius = self.radius * zoom * if large { 2.0 } else { 1.0 } * dice.factor(1.2);
            let place = vec2(dice.unit() * extent.x, dice.unit() * extent.y);
            if taken.iter().all(|(p, r)| (*p - place).length() > 0.92 * (r + radius)) {
                taken.push((place, radius));
                self.paint_ring(canvas, place, radius, large, dice);
            }
        }
    }

    fn paint_ring(
        &self,
        canvas: &mut Canvas,
        centre: Vec2,
        radius: f32,
        large: bool,
        dice: &mut Dice,
    ) {
        let (hue, colour) = dice.pick(&self.hues);
        let filled = dice.chance(self.filled);
        let (shape, pattern) = match (filled, self.bubbles) {
            (true, _) => (Shape::Disc, Pattern::Plain),
            (false, true) => (Shape::Bubble, Pattern::Gradient),
            (false, false) => (Shape::Ring, Pattern::Plain),
        };
        let id = canvas.add(Instance::new(shape, pattern, hue, large));
        let outline = Outline::blob(dice.between(1.0, 1.12), self.rough, 3, dice);
        let (turn, seed, strength) = (dice.angle(), dice.seed(), dice.between(0.65, 1.0));
        let rim = self.rim * dice.factor(1.15);
        let shine = vec2(-0.35, -0.4);
        canvas.paint(id, (centre, 1.5 * radius), 1.4, |p, below| {
            let q = (p - centre).turned(turn) * (1.0 / radius);
            let outer = outline.distance(q);
            let worn = strength * (0.8 + 0.4 * fractal2(q * 2.0, 2, seed));
            let tint = below.mix(colour, worn.min(1.0));
            if filled {
                return Some(Touch::flat(outer * radius, tint));
            }
            if !self.bubbles {
                // Hollow: what is inside the rim is not the ring's.
                let distance = (outer + 0.5 * rim).abs() - 0.5 * rim;
                return Some(Touch::flat(distance * radius, tint));
            }
            let glint = smooth_step(0.28, 0.15, ((p - centre) * (1.0 / radius) - shine).length());
            let inner = below * (1.0 + 0.25 * (1.0 - q.length()));
            let edge = smooth_step(-1.3 * rim, -0.3 * rim, outer);
            let colour = inner.mix(tint, edge).mix(Vec3::all(0.95), 0.8 * glint);
            Some(Touch::flat(outer * radius, colour))
        });
    }
}

/// `colour`, made darker or lighter until it can be told from `ground`.
fn apart(colour: Rgb, ground: Rgb) -> Rgb {
    let (seen, behind) = (displayed(colour), displayed(ground));
    if (seen - behind).length() > 0.35 {
        colour
    } else if luma(ground) > 0.2 {
        colour * 0.25
    } else {
        colour.mix(Vec3::all(1.0), 0.6)
    }
}
