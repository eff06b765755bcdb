//! Fibres: glowing filaments and nerve cells on dark, hairs and threads on bright.

use super::canvas::{Canvas, Touch};
use super::dice::Dice;
use super::materials::Pattern;
use super::noise::fractal2;
use super::outlines::Outline;
use super::palette::{Hue, hsv};
use super::shapes::{Instance, Shape};
use super::strokes::{Ink, Walk, along};
use super::vectors::{Rgb, Vec2, Vec3, smooth_step, vec2};

/// What the pictures of a fibre world share.
#[derive(Clone, Debug)]
pub struct Style {
    /// Whether the fibres glow on dark.
    glow: bool,
    ground: Rgb,
    /// One or two colours of fibres.
    stains: Vec<(Hue, Rgb)>,
    radius: f32,
    /// Whether some fibres are twice as thick.
    two_sizes: bool,
    walk: Walk,
    fibres: (usize, usize),
    somas: usize,
    specks: usize,
}

impl Style {
    /// A random style.
    pub fn draw(dice: &mut Dice) -> Self {
        let glow = dice.chance(0.65);
        let hues = if glow {
            vec![Hue::Green, Hue::Red, Hue::Cyan, Hue::Purple, Hue::White]
        } else {
            vec![Hue::Black, Hue::Brown, Hue::Red, Hue::Blue]
        };
        let (kinds, fewest) = (dice.count(1, 2), dice.count(3, 14));
        let stains = dice.some(&hues, kinds);
        let pale = hsv(dice.between(0.0, 60.0), dice.between(0.0, 0.35), dice.between(0.6, 0.9));
        Self {
            glow,
            ground: if glow { Vec3::all(dice.between(0.0, 0.02)) } else { pale },
            stains: stains.into_iter().map(|hue| (hue, hue.draw(dice))).collect(),
            radius: dice.between(0.003, 0.009),
            two_sizes: dice.chance(0.4),
            walk: Walk { step: 0.02, bend: dice.between(1.0, 7.0), memory: 0.9, drift: 0.0 },
            fibres: (fewest, fewest * 2),
            somas: if dice.chance(0.4) { dice.count(1, 5) } else { 0 },
            specks: if dice.chance(0.5) { dice.count(5, 40) } else { 0 },
        }
    }

    /// Paints one picture.
    pub fn paint(&self, canvas: &mut Canvas, dice: &mut Dice) {
        let (seed, haze) = (dice.seed(), dice.between(0.0, 0.04));
        let tint = self.stains[0].1;
        canvas.fill(0, |p| {
            let cloud = fractal2(p * 4.0, 4, seed);
            if self.glow {
                self.ground + tint * (haze * cloud)
            } else {
                self.ground * (0.8 + 0.4 * cloud)
            }
        });
        let zoom = dice.factor(1.25);
        for _ in 0..dice.below(self.specks + 1) {
            let radius = zoom * dice.between(0.004, 0.014);
            self.paint_blob(canvas, Shape::Organelle, random_place(canvas, dice), radius, dice);
        }
        for _ in 0..dice.count(self.fibres.0, self.fibres.1) {
            let start = random_place(canvas, dice);
            let (heading, length) = (dice.angle(), dice.between(0.3, 1.4));
            self.paint_fibre(canvas, start, heading, length, zoom, dice);
        }
        for _ in 0..self.somas {
            let centre = random_place(canvas, dice);
            for _ in 0..dice.count(3, 6) {
                let (heading, length) = (dice.angle(), dice.between(0.15, 0.5));
                self.paint_fibre(canvas, centre, heading, length, zoom, dice);
            }
            self.paint_blob(canvas, Shape::Soma, centre, zoom * dice.between(0.03, 0.06), dice);
        }
    }

    /// Light of a thing of colour `stain` over `under`, `strength` 0..1.
    fn over(&self, under: Rgb, stain: Rgb, strength: f32) -> Rgb {
        if self.glow { under + stain * strength } else { under.mix(stain, strength) }
    }

    fn paint_fibre(
        &self,
        canvas: &mut Canvas,
        start: Vec2,
        heading: f32,
        length: f32,
        zoom: f32,
        dice: &mut Dice,
    ) {
        let (hue, stain) = dice.pick(&self.stains);
        let large = self.two_sizes && dice.chance(0.4);
        let radius = self.radius * zoom * if large { 2.2 } else { 1.0 } * dice.factor(1.2);
        let path = self.walk.path(start, heading, length, (radius, radius * 0.6), dice);
        let id = canvas.add(Instance::new(Shape::Fibre, Pattern::Plain, hue, large));
        let mut ink = Ink::new(canvas);
        ink.draw(canvas, &path, 3.0 * radius);
        if dice.chance(0.3) && path.len() > 4 {
            let (from, way) = along(&path, path.len() / 2);
            let turn = if dice.chance(0.5) { 0.6 } else { -0.6 };
            let branch =
                self.walk.path(from, way + turn, 0.4 * length, (radius * 0.7, radius * 0.4), dice);
            ink.draw(canvas, &branch, 3.0 * radius);
        }
        let (strength, seed) = (dice.between(0.35, 0.95), dice.seed());
        if self.glow {
            let halo = 3.0 * radius;
            ink.surround(canvas, halo, |distance, under| {
                under + stain * (0.12 * strength * smooth_step(halo, 0.0, distance))
            });
        }
        ink.apply(canvas, id, 1.6, |p, distance, radius, under| {
            let beads = 0.6 + 0.8 * fractal2(p * 20.0, 2, seed);
            let round = 0.6 + 0.4 * (-distance / radius).clamp(0.0, 1.0);
            self.over(under, stain, strength * beads.min(1.1) * round)
        });
    }

    fn paint_blob(
        &self,
        canvas: &mut Canvas,
        shape: Shape,
        centre: Vec2,
        radius: f32,
        dice: &mut Dice,
    ) {
        let (hue, stain) = dice.pick(&self.stains);
        let outline = Outline::blob(dice.between(1.0, 1.6), 0.12, 4, dice);
        let id = canvas.add(Instance::new(shape, Pattern::Mottled, hue, shape == Shape::Soma));
        let (strength, seed, turn) = (dice.between(0.4, 1.0), dice.seed(), dice.angle());
        let ground = self.ground;
        canvas.paint(id, (centre, 2.0 * radius), 2.0, |p, _| {
            let q = (p - centre).turned(turn) * (1.0 / radius);
            let distance = outline.distance(q);
            let round = 0.55 + 0.45 * smooth_step(0.0, 0.7, -distance);
            let grain = 0.7 + 0.6 * fractal2(q * 2.5, 3, seed);
            let colour = self.over(ground, stain, (strength * round * grain).min(1.0));
            Some(Touch::flat(distance * radius, colour))
        });
    }
}

fn random_place(canvas: &Canvas, dice: &mut Dice) -> Vec2 {
    let extent = canvas.extent();
    vec2(dice.unit() * extent.x, dice.unit() * extent.y)
}
