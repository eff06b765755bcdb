//! Retinas: branching vessels that leave a bright disc, with lesions as distractors.

use super::Keypoint;
use super::canvas::{Canvas, Touch};
use super::dice::Dice;
use super::materials::Pattern;
use super::noise::fractal2;
use super::outlines::Outline;
use super::palette::{Hue, hsv, luma};
use super::shapes::{Instance, Shape};
use super::strokes::{Ink, Path, Walk, along};
use super::vectors::{Rgb, Vec2, Vec3, smooth_step, vec2, vec3};

/// Names of the keypoints of every vessel world.
pub const KEYPOINTS: [&str; 2] = ["optic disc", "fovea"];

/// How the eye is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Look {
    /// Colour photograph.
    Colour,
    /// Grey through a green filter.
    RedFree,
    /// Dye makes vessels bright on dark.
    Angiogram,
}

/// What the pictures of a vessel world share.
#[derive(Clone, Debug)]
pub struct Style {
    look: Look,
    ground: Rgb,
    /// Radius of the largest vessels in units.
    radius: f32,
    /// How much light the vessels take away, 0..1.
    contrast: f32,
    bend: f32,
    /// Whether only a round field is lit.
    round: bool,
    lesions: usize,
}

impl Style {
    /// A random style.
    pub fn draw(dice: &mut Dice) -> Self {
        Self {
            look: dice.pick(&[Look::Colour, Look::Colour, Look::RedFree, Look::Angiogram]),
            ground: hsv(dice.between(8.0, 32.0), dice.between(0.55, 0.85), dice.between(0.5, 0.85)),
            radius: dice.between(0.01, 0.017),
            contrast: dice.between(0.5, 0.85),
            bend: dice.between(1.2, 3.0),
            round: dice.chance(0.7),
            lesions: if dice.chance(0.5) { dice.count(2, 14) } else { 0 },
        }
    }

    /// Paints one picture and returns its keypoints.
    pub fn paint(&self, canvas: &mut Canvas, dice: &mut Dice) -> Vec<Keypoint> {
        let (extent, side) = (canvas.extent(), if dice.chance(0.5) { 1.0 } else { -1.0 });
        let middle = extent * 0.5;
        let off = vec2(side * dice.between(0.18, 0.32), dice.between(-0.08, 0.08));
        let (disc, fovea) = (middle + off, middle + vec2(off.x - side * 0.42, off.y + 0.04));
        self.paint_ground(canvas, disc, fovea, dice);
        self.paint_disc(canvas, disc, dice);
        for _ in 0..self.lesions {
            self.paint_lesion(canvas, dice);
        }
        // Veins first: arteries mostly cross above them.
        for vein in [true, false] {
            for quarter in 0..4 {
                self.paint_tree(canvas, disc, side, quarter, vein, dice);
            }
        }
        if self.round {
            self.hide_corners(canvas, middle, dice);
        }
        let point = |name: &str, p: Vec2| {
            let (x, y) = (p.x * canvas.unit, p.y * canvas.unit);
            let inside =
                x >= 0.0 && y >= 0.0 && x < canvas.width as f32 && y < canvas.height as f32;
            Keypoint { name: name.into(), x, y, visible: inside }
        };
        vec![point(KEYPOINTS[0], disc), point(KEYPOINTS[1], fovea)]
    }

    /// A colour of the eye as this world's instrument shows it.
    fn seen(&self, colour: Rgb) -> Rgb {
        match self.look {
            Look::Colour => colour,
            Look::RedFree => Vec3::all(1.6 * colour.y + 0.1 * luma(colour)),
            Look::Angiogram => Vec3::all(0.35 * colour.y + 0.02),
        }
    }

    fn paint_ground(&self, canvas: &mut Canvas, disc: Vec2, fovea: Vec2, dice: &mut Dice) {
        let (seed, base) = (dice.seed(), self.ground * dice.factor(1.2));
        canvas.fill(0, |p| {
            let dark = 0.4 * (-18.0 * (p - fovea).dot(p - fovea)).exp();
            let bright = 0.3 * (-14.0 * (p - disc).dot(p - disc)).exp();
            let mottle = 0.75 + 0.5 * fractal2(p * 5.0, 5, seed);
            self.seen(base * (mottle * (1.0 - dark + bright)))
        });
    }

    fn paint_disc(&self, canvas: &mut Canvas, disc: Vec2, dice: &mut Dice) {
        let radius = dice.between(0.055, 0.08);
        let id = canvas.add(Instance::new(Shape::OpticDisc, Pattern::Plain, Hue::Yellow, true));
        let outline = Outline::blob(1.1, 0.03, 2, dice);
        let (rim, cup) = (vec3(0.95, 0.62, 0.3), vec3(1.0, 0.88, 0.62));
        canvas.paint(id, (disc, 1.4 * radius), 3.0, |p, _| {
            let q = (p - disc) * (1.0 / radius);
            let colour = cup.mix(rim, smooth_step(0.2, 0.7, q.length()));
            Some(Touch::flat(outline.distance(q) * radius, self.seen(colour)))
        });
    }

    fn paint_lesion(&self, canvas: &mut Canvas, dice: &mut Dice) {
        let (extent, bright) = (canvas.extent(), dice.chance(0.5));
        let centre = vec2(dice.between(0.1, 0.9) * extent.x, dice.between(0.1, 0.9) * extent.y);
        let (hue, colour) = if bright {
            (Hue::Yellow, vec3(0.95, 0.75, 0.3))
        } else {
            (Hue::Red, vec3(0.25, 0.02, 0.02))
        };
        let hue = match (self.look, bright) {
            (Look::Colour, _) => hue,
            (_, true) => Hue::White,
            (_, false) => Hue::Black,
        };
        let (radius, outline) = (dice.between(0.008, 0.025), Outline::blob(1.3, 0.15, 3, dice));
        let id = canvas.add(Instance::new(Shape::Lesion, Pattern::Plain, hue, false));
        canvas.paint(id, (centre, 2.0 * radius), 2.0, |p, _| {
            let distance = outline.distance((p - centre) * (1.0 / radius)) * radius;
            Some(Touch::flat(distance, self.seen(colour)))
        });
    }

    /// One artery or vein with all its branches, into one quarter of the eye.
    fn paint_tree(
        &self,
        canvas: &mut Canvas,
        disc: Vec2,
        side: f32,
        quarter: usize,
        vein: bool,
        dice: &mut Dice,
    ) {
        let radius = self.radius * if vein { 1.0 } else { 0.72 };
        let (up, temporal) = (if quarter.is_multiple_of(2) { -1.0 } else { 1.0 }, quarter < 2);
        // Temporal vessels leave upright and bend around the fovea; nasal ones run straight out.
        let outward = if temporal { std::f32::consts::PI } else { 0.0 };
        let slope: f32 = if temporal { 1.25 } else { 0.75 };
        let slope = slope + 0.18 * dice.normal() + if vein { 0.12 } else { -0.12 };
        let way = Vec2::at(outward + if temporal { -slope } else { slope } * up);
        let heading = way.y.atan2(way.x * side);
        let bend = if temporal { up * side * 1.3 } else { 0.0 };
        let walk = Walk { step: 0.02, bend: self.bend, memory: 0.75, drift: bend };
        let mut paths = Vec::new();
        grow(&walk, disc + Vec2::at(heading) * 0.015, heading, radius, 0, &mut paths, dice);
        let hue = match (self.look, vein) {
            (Look::Colour, true) => Hue::Brown,
            (Look::Colour, false) => Hue::Red,
            (Look::RedFree, _) => Hue::Black,
            (Look::Angiogram, _) => Hue::White,
        };
        let id = canvas.add(Instance::new(Shape::Vessel, Pattern::Plain, hue, vein));
        let mut ink = Ink::new(canvas);
        for path in &paths {
            ink.draw(canvas, path, 0.0);
        }
        let blood = if vein { vec3(0.55, 0.3, 0.35) } else { vec3(0.8, 0.38, 0.35) };
        let pixel = 1.0 / canvas.unit;
        ink.apply(canvas, id, 1.3, |_, distance, radius, under| {
            // A vessel thinner than a pixel takes less light away.
            let solid = self.contrast * (0.4 + 0.6 * smooth_step(0.0, 1.6 * pixel, radius));
            let reflex = if vein { 0.0 } else { 0.25 * smooth_step(0.3, 0.9, -distance / radius) };
            match self.look {
                Look::Colour => under.mix(under.times(blood), (solid - reflex * solid) * 1.25),
                Look::RedFree => under * (1.0 - 0.75 * solid * (1.0 - reflex)),
                Look::Angiogram => under.mix(Vec3::all(0.75), solid * 1.2),
            }
        });
    }

    /// Everything outside a round field is black, and nothing.
    fn hide_corners(&self, canvas: &mut Canvas, middle: Vec2, dice: &mut Dice) {
        let radius = dice.between(0.47, 0.53);
        let reach = middle.length();
        canvas.paint(0, (middle, reach), 1.5, |p, _| {
            Some(Touch::flat(radius - (p - middle).length(), Vec3::all(0.003)))
        });
    }
}

/// A vessel and its branches; radii follow about the cube law at every fork.
fn grow(
    walk: &Walk,
    start: Vec2,
    heading: f32,
    radius: f32,
    depth: usize,
    paths: &mut Vec<Path>,
    dice: &mut Dice,
) {
    if radius < 0.0022 || depth > 3 {
        return;
    }
    let length = dice.between(0.2, 0.35) * if depth == 0 { 2.6 } else { 1.0 };
    let path = walk.path(start, heading, length, (radius, radius * 0.6), dice);
    let free = Walk { drift: 0.0, ..*walk };
    let mut side = if dice.chance(0.5) { 1.0 } else { -1.0 };
    let mut at = dice.count(3, 8);
    while at + 1 < path.len() {
        let (from, way) = along(&path, at);
        let turn = side * dice.between(0.5, 1.1);
        grow(
            &free,
            from,
            way + turn,
            path[at].1 * dice.between(0.45, 0.75),
            depth + 1,
            paths,
            dice,
        );
        side = -side;
        at += dice.count(5, 10);
    }
    paths.push(path);
}
