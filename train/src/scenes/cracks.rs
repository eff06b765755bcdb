//! Cracks in concrete, asphalt, plaster and wood, among joints, stains and scratches.

use super::backdrop::{Backdrop, Ground};
use super::canvas::{Canvas, Touch};
use super::dice::Dice;
use super::materials::Pattern;
use super::noise::fractal2;
use super::outlines::Outline;
use super::palette::Hue;
use super::shapes::{Instance, Shape};
use super::strokes::{Ink, Path, Walk, along};
use super::vectors::{Rgb, Vec2, smooth_step, vec2};

/// What the pictures of a crack world share.
#[derive(Clone, Debug)]
pub struct Style {
    backdrop: Backdrop,
    /// Radius of a main crack in units.
    radius: f32,
    /// Light left at the bottom of a crack, 0..1.
    dark: f32,
    /// How far a crack strays, as a share of its length.
    rough: f32,
    /// Probability of a branch at every step.
    branching: f32,
    /// Chips along the edges, as a share of the radius.
    ragged: f32,
    joints: bool,
    stains: usize,
    scratches: usize,
}

impl Style {
    /// A random style.
    pub fn draw(dice: &mut Dice) -> Self {
        let grounds = [
            Ground::Concrete,
            Ground::Concrete,
            Ground::Asphalt,
            Ground::Cloudy,
            Ground::Plain,
            Ground::Planks,
        ];
        let hues = [Hue::Grey, Hue::White, Hue::Brown, Hue::Yellow, Hue::Grey, Hue::Red];
        Self {
            backdrop: Backdrop::draw(dice.pick(&grounds), &hues, dice),
            radius: dice.between(0.004, 0.012),
            dark: dice.between(0.03, 0.35),
            rough: dice.between(0.08, 0.2),
            branching: dice.between(0.005, 0.04),
            ragged: dice.between(0.3, 0.9),
            joints: dice.chance(0.45),
            stains: dice.below(5),
            scratches: dice.below(4),
        }
    }

    /// Paints one picture.
    pub fn paint(&self, canvas: &mut Canvas, dice: &mut Dice) {
        let backdrop = self.backdrop.vary(dice);
        let (seed, depth) = (dice.seed(), dice.between(0.0, 0.4));
        canvas.fill(0, |p| {
            let dirt = 1.0 - depth * smooth_step(0.45, 0.75, fractal2(p * 2.5, 4, seed));
            backdrop.albedo(p) * dirt
        });
        for _ in 0..dice.below(self.stains + 1) {
            paint_stain(canvas, dice);
        }
        if self.joints {
            self.paint_joints(canvas, dice);
        }
        for _ in 0..dice.below(self.scratches + 1) {
            paint_scratch(canvas, dice);
        }
        for i in 0..dice.count(1, 3) {
            self.paint_crack(canvas, i > 0 && dice.chance(0.6), dice);
        }
    }

    /// A crack with its branches, across the picture; a fine one is of the smaller size.
    fn paint_crack(&self, canvas: &mut Canvas, fine: bool, dice: &mut Dice) {
        let extent = canvas.extent();
        let heading = dice.angle();
        let through = vec2(dice.between(0.2, 0.8) * extent.x, dice.between(0.2, 0.8) * extent.y);
        let way = Vec2::at(heading);
        let ends = (through - way * dice.between(0.3, 0.9), through + way * dice.between(0.2, 0.9));
        let radius = self.radius * if fine { 0.4 } else { 1.0 } * dice.factor(1.3);
        let mut paths: Vec<Path> = Vec::new();
        self.split(ends, radius, 0, &mut paths, dice);
        let id = canvas.add(Instance::new(Shape::Crack, Pattern::Plain, Hue::Black, !fine));
        let mut ink = Ink::new(canvas);
        for path in &paths {
            ink.draw(canvas, path, 2.0 / canvas.unit);
        }
        let (dark, pixel) = (self.dark * dice.factor(1.2), 1.0 / canvas.unit);
        let glow = dice.between(0.0, 0.2);
        // The crumbled edge catches light.
        ink.surround(canvas, 2.0 * pixel, |distance, under| {
            under * (1.0 + glow * smooth_step(2.0 * pixel, 0.5 * pixel, distance))
        });
        ink.apply(canvas, id, 1.2, |_, distance, radius, under| {
            let solid = 0.65 + 0.35 * smooth_step(0.0, 1.5 * pixel, radius);
            let deep = smooth_step(-0.2, 0.6, -distance / radius);
            under * (1.0 - (1.0 - dark) * solid * (0.8 + 0.2 * deep))
        });
    }

    /// A crack from `start` to `end` and its branches.
    fn split(
        &self,
        (start, end): (Vec2, Vec2),
        radius: f32,
        depth: usize,
        paths: &mut Vec<Path>,
        dice: &mut Dice,
    ) {
        let points = self.jagged(start, end, dice);
        let (seed, n) = (dice.seed(), points.len() as f32);
        let width = |(i, p): (usize, &Vec2)| {
            let chip = fractal2(*p * 30.0, 3, seed) * 2.0 - 1.0;
            let taper = 1.0 - 0.6 * i as f32 / n;
            (*p, radius * taper * (1.0 + 2.0 * self.ragged * chip).max(0.2))
        };
        let path: Path = points.iter().enumerate().map(width).collect();
        if depth < 2 {
            for i in 1..path.len() {
                if dice.chance(self.branching) {
                    let (from, way) = along(&path, i);
                    let turn = dice.between(0.35, 1.1) * if dice.chance(0.5) { 1.0 } else { -1.0 };
                    let rest = (end - start).length() * dice.between(0.15, 0.45);
                    let branch = (from, from + Vec2::at(way + turn) * rest);
                    self.split(branch, path[i].1 * 0.6, depth + 1, paths, dice);
                }
            }
        }
        paths.push(path);
    }

    /// A line broken again and again, each half's middle moved aside: rough alike at every scale.
    fn jagged(&self, start: Vec2, end: Vec2, dice: &mut Dice) -> Vec<Vec2> {
        let mut points = vec![start, end];
        while (points[1] - points[0]).length() > 0.014 {
            let mut finer = Vec::with_capacity(2 * points.len());
            for pair in points.windows(2) {
                let way = pair[1] - pair[0];
                let aside = way.across() * (self.rough * dice.normal().clamp(-2.0, 2.0));
                finer.extend([pair[0], pair[0].mix(pair[1], 0.5) + aside]);
            }
            finer.push(end);
            points = finer;
        }
        points
    }

    /// Straight joints of slabs or boards: as dark as cracks, but ruled.
    fn paint_joints(&self, canvas: &mut Canvas, dice: &mut Dice) {
        let (extent, turn) = (canvas.extent(), dice.angle());
        for i in 0..dice.count(1, 2) {
            let way = Vec2::at(turn + i as f32 * std::f32::consts::FRAC_PI_2);
            let middle = vec2(dice.between(0.1, 0.9) * extent.x, dice.between(0.1, 0.9) * extent.y);
            let radius = self.radius * dice.between(0.8, 1.6);
            let id = canvas.add(Instance::new(Shape::Joint, Pattern::Plain, Hue::Black, true));
            let mut ink = Ink::new(canvas);
            ink.draw(canvas, &[(middle - way * 2.0, radius), (middle + way * 2.0, radius)], 0.0);
            let dark = self.dark * dice.between(0.9, 1.4);
            ink.apply(canvas, id, 1.4, |_, _, _, under| under * dark.min(0.7));
        }
    }
}

/// A soft dark patch.
fn paint_stain(canvas: &mut Canvas, dice: &mut Dice) {
    let extent = canvas.extent();
    let centre = vec2(dice.unit() * extent.x, dice.unit() * extent.y);
    let (radius, outline) = (dice.between(0.04, 0.15), Outline::blob(1.3, 0.2, 5, dice));
    let tint: Rgb = Rgb { x: 0.65, y: 0.6, z: 0.55 } * dice.between(0.7, 1.2);
    let id = canvas.add(Instance::new(Shape::Stain, Pattern::Plain, Hue::Brown, false));
    canvas.paint(id, (centre, 2.0 * radius), 5.0, |p, below| {
        let distance = outline.distance((p - centre) * (1.0 / radius)) * radius;
        Some(Touch::flat(distance, below.times(tint)))
    });
}

/// A light straight or slightly bent scratch.
fn paint_scratch(canvas: &mut Canvas, dice: &mut Dice) {
    let extent = canvas.extent();
    let start = vec2(dice.unit() * extent.x, dice.unit() * extent.y);
    let walk = Walk { step: 0.03, bend: 0.8, memory: 0.9, drift: 0.0 };
    let path = walk.path(start, dice.angle(), dice.between(0.2, 0.8), (0.002, 0.001), dice);
    let id = canvas.add(Instance::new(Shape::Fibre, Pattern::Plain, Hue::White, false));
    let mut ink = Ink::new(canvas);
    ink.draw(canvas, &path, 0.0);
    let strength = dice.between(0.3, 0.7);
    ink.apply(canvas, id, 1.2, |_, _, _, under| under.mix(Rgb::all(0.75), strength));
}
