//! Land from above: roads through fields or streets, with rivers, houses and trees.

use super::canvas::{Canvas, Touch};
use super::dice::Dice;
use super::materials::Pattern;
use super::noise::{cell, fractal2, lattice, warp};
use super::outlines::Outline;
use super::palette::{Hue, hsv};
use super::shapes::{Instance, Shape};
use super::strokes::{Ink, Path, Walk, along};
use super::vectors::{Rgb, Vec2, smooth_step, vec2, vec3};

/// What the pictures of a road world share.
#[derive(Clone, Debug)]
pub struct Style {
    /// Colours of fields.
    land: Vec<Rgb>,
    /// Fields across one unit.
    fields: f32,
    road: Rgb,
    /// Radius of a main road in units.
    radius: f32,
    bend: f32,
    /// Bright lines on main roads.
    marked: bool,
    river: bool,
    roofs: Vec<Hue>,
    /// Houses along 1 unit of road.
    houses: f32,
    trees: usize,
    /// Where the sun is not.
    shadow: Vec2,
}

impl Style {
    /// A random style.
    pub fn draw(dice: &mut Dice) -> Self {
        let dry = dice.unit();
        let land = (0..dice.count(2, 5))
            .map(|_| {
                let hue = dice.between(30.0, 70.0) + (1.0 - dry) * dice.between(0.0, 55.0);
                hsv(hue, dice.between(0.15, 0.5), dice.between(0.25, 0.62))
            })
            .collect();
        let tone = dice.between(0.12, 0.55);
        let road = vec3(1.0, 0.97, 0.92).mix(vec3(1.0, 0.8, 0.55), dice.between(0.0, 0.5)) * tone;
        let roofs = [Hue::Red, Hue::Grey, Hue::Brown, Hue::White, Hue::Orange];
        let kinds = dice.count(1, 3);
        Self {
            land,
            fields: dice.between(1.5, 5.0),
            road,
            radius: dice.between(0.009, 0.022),
            bend: dice.between(0.3, 2.5),
            marked: dice.chance(0.35),
            river: dice.chance(0.4),
            roofs: dice.some(&roofs, kinds),
            houses: if dice.chance(0.65) { dice.between(2.0, 9.0) } else { 0.0 },
            trees: if dice.chance(0.7) { dice.count(5, 50) } else { 0 },
            shadow: Vec2::at(dice.angle()) * dice.between(0.004, 0.012),
        }
    }

    /// Paints one picture.
    pub fn paint(&self, canvas: &mut Canvas, dice: &mut Dice) {
        self.paint_land(canvas, dice);
        let zoom = dice.factor(1.2);
        if self.river && dice.chance(0.7) {
            let path = self.line(canvas, 0.03 * zoom, 3.0, dice);
            let id = canvas.add(Instance::new(Shape::River, Pattern::Plain, Hue::Blue, true));
            let water = hsv(dice.between(150.0, 215.0), 0.45, dice.between(0.2, 0.4));
            paint_line(canvas, id, &path, |_, _, _, _| water);
        }
        let mut roads: Vec<(Path, bool)> = Vec::new();
        for _ in 0..dice.count(1, 2) {
            let path = self.line(canvas, self.radius * zoom, self.bend, dice);
            self.add_sides(&path, &mut roads, dice);
            roads.push((path, true));
        }
        // Main roads last: their surface runs through at crossings.
        for (path, main) in &roads {
            self.paint_road(canvas, path, *main, dice);
        }
        for (path, _) in &roads {
            self.add_houses(canvas, path, zoom, dice);
        }
        for _ in 0..dice.below(self.trees + 1) {
            self.paint_tree(canvas, zoom, dice);
        }
    }

    /// Fields in different colours, some with furrows.
    fn paint_land(&self, canvas: &mut Canvas, dice: &mut Dice) {
        let (seed, turn) = (dice.seed(), dice.angle());
        let shade = dice.factor(1.15);
        canvas.fill(0, |p| {
            let bent = p + warp(p * 3.0, 2, seed) * 0.06;
            let field = cell(bent.turned(turn) * self.fields, seed);
            let kind = (field.tag * 64.0) as i32;
            let colour = self.land[kind as usize % self.land.len()];
            let way = Vec2::at(lattice(kind, 0, 0, seed) * 6.3);
            let furrow = (p.dot(way) * 170.0).sin() * if kind % 3 == 0 { 0.09 } else { 0.0 };
            let hedge = 1.0 - 0.35 * smooth_step(0.05, 0.0, field.next - field.near);
            let patch = 0.7 + 0.6 * fractal2(p * 9.0, 5, seed);
            colour * (shade * hedge * (patch + furrow))
        });
    }

    /// A line across the picture.
    fn line(&self, canvas: &Canvas, radius: f32, bend: f32, dice: &mut Dice) -> Path {
        let (extent, heading) = (canvas.extent(), dice.angle());
        let through = vec2(dice.between(0.2, 0.8) * extent.x, dice.between(0.2, 0.8) * extent.y);
        let walk = Walk { step: 0.03, bend, memory: 0.93, drift: 0.0 };
        let (mut back, mut forth) = (
            walk.path(through, heading + std::f32::consts::PI, 1.6, (radius, radius), dice),
            walk.path(through, heading, 1.6, (radius, radius), dice),
        );
        back.reverse();
        back.append(&mut forth);
        back
    }

    /// Side roads at about right angles.
    fn add_sides(&self, main: &Path, roads: &mut Vec<(Path, bool)>, dice: &mut Dice) {
        let walk = Walk { step: 0.03, bend: 0.8 * self.bend, memory: 0.9, drift: 0.0 };
        for _ in 0..dice.below(5) {
            let (from, way) = along(main, dice.below(main.len()));
            let turn = (1.57 + 0.15 * dice.normal()) * if dice.chance(0.5) { 1.0 } else { -1.0 };
            let radius = main[0].1 * dice.between(0.4, 0.6);
            let length = dice.between(0.3, 1.5);
            roads.push((walk.path(from, way + turn, length, (radius, radius), dice), false));
        }
    }

    fn paint_road(&self, canvas: &mut Canvas, path: &Path, main: bool, dice: &mut Dice) {
        let id = canvas.add(Instance::new(Shape::Road, Pattern::Plain, Hue::Grey, main));
        let (tone, seed) = (self.road * dice.factor(1.12), dice.seed());
        let marked = self.marked && main;
        paint_line(canvas, id, path, |p, distance, radius, _| {
            let worn = 0.88 + 0.24 * fractal2(p * 14.0, 3, seed);
            let middle = marked && -distance > 0.86 * radius;
            if middle { Rgb::all(0.75) } else { tone * worn }
        });
    }

    fn add_houses(&self, canvas: &mut Canvas, path: &Path, zoom: f32, dice: &mut Dice) {
        if self.houses == 0.0 {
            return;
        }
        let gap = (1.0 / (0.03 * self.houses)).max(1.0) as usize;
        let mut at = dice.below(gap);
        while at + 1 < path.len() {
            let (from, way) = along(path, at);
            let side = if dice.chance(0.5) { 1.0 } else { -1.0 };
            let size = zoom * dice.between(0.018, 0.034);
            let away = path[at].1 + size * dice.between(1.3, 2.2);
            let centre = from + Vec2::at(way).across() * (side * away);
            let free = self.is_free(canvas, centre, 0.9 * size);
            if free && dice.chance(0.8) {
                self.paint_house(canvas, centre, size, way + 0.08 * dice.normal(), dice);
            }
            at += dice.count(1, 2 * gap);
        }
    }

    /// Whether neither road nor house is within `reach`.
    fn is_free(&self, canvas: &Canvas, centre: Vec2, reach: f32) -> bool {
        let (columns, rows) = canvas.window(centre, reach);
        rows.into_iter().all(|y| columns.clone().all(|x| canvas.ids[y * canvas.width + x] == 0))
    }

    fn paint_house(
        &self,
        canvas: &mut Canvas,
        centre: Vec2,
        size: f32,
        turn: f32,
        dice: &mut Dice,
    ) {
        let hue = dice.pick(&self.roofs);
        let roof = hue.draw(dice) * 0.75;
        let id = canvas.add(Instance::new(Shape::House, Pattern::Plain, hue, size > 0.028));
        let outline = Outline::rectangle(dice.between(1.0, 1.9));
        let local = |p: Vec2| (p - centre).turned(-turn) * (1.0 / size);
        canvas.relight((centre + self.shadow, 2.2 * size), |p, before| {
            before * (1.0 - 0.55 * smooth_step(0.1, -0.1, outline.distance(local(p - self.shadow))))
        });
        // The side of the roof that faces away from the sun is darker.
        let facing = Vec2::at(turn).across().dot(self.shadow) > 0.0;
        canvas.paint(id, (centre, 2.0 * size), 1.0, |p, _| {
            let q = local(p);
            let shade = if (q.y > 0.0) == facing { 0.7 } else { 1.0 };
            Some(Touch::flat(outline.distance(q) * size, roof * shade))
        });
    }

    fn paint_tree(&self, canvas: &mut Canvas, zoom: f32, dice: &mut Dice) {
        let extent = canvas.extent();
        let centre = vec2(dice.unit() * extent.x, dice.unit() * extent.y);
        let (size, outline) = (zoom * dice.between(0.01, 0.028), Outline::blob(1.1, 0.1, 5, dice));
        let id = canvas.add(Instance::new(Shape::Tree, Pattern::Mottled, Hue::Green, size > 0.02));
        let (leaf, seed) =
            (hsv(dice.between(80.0, 125.0), 0.5, dice.between(0.2, 0.36)), dice.seed());
        canvas.relight((centre + self.shadow, 1.8 * size), |p, before| {
            let q = (p - self.shadow - centre) * (1.0 / size);
            before * (1.0 - 0.5 * smooth_step(0.2, -0.2, outline.distance(q)))
        });
        canvas.paint(id, (centre, 1.8 * size), 1.2, |p, _| {
            let q = (p - centre) * (1.0 / size);
            let sunny = 1.0 - 30.0 * q.dot(self.shadow);
            let colour = leaf * (sunny * (0.5 + fractal2(q * 1.7, 2, seed)));
            Some(Touch::flat(outline.distance(q) * size, colour))
        });
    }
}

fn paint_line(
    canvas: &mut Canvas,
    id: u16,
    path: &Path,
    colour: impl Fn(Vec2, f32, f32, Rgb) -> Rgb,
) {
    let mut ink = Ink::new(canvas);
    ink.draw(canvas, path, 0.0);
    ink.apply(canvas, id, 1.2, colour);
}
