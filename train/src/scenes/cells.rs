//! Separate cells under a microscope: nuclei, blood, stained tissue, bacteria; scattered, clustered or touching.

use super::Keypoint;
use super::canvas::{Canvas, Touch};
use super::dice::Dice;
use super::materials::Pattern;
use super::outlines::Outline;
use super::palette::Hue;
use super::shapes::{Instance, Shape};
use super::stains::Stain;
use super::vectors::{Rgb, Vec2, vec2};

/// A kind of cell; the kinds of a world differ in at least one visible way.
#[derive(Clone, Copy, Debug)]
pub struct Breed {
    /// Cell, nucleus or rod.
    pub shape: Shape,
    /// Texture of its inside.
    pub pattern: Pattern,
    /// Colour family.
    pub hue: Hue,
    /// Colour of the stain.
    pub colour: Rgb,
    /// Long axis over short axis.
    pub ratio: f32,
    /// Height of bumps over radius.
    pub rough: f32,
    /// Radius in units.
    pub radius: f32,
    /// Whether it is the larger kind.
    pub large: bool,
    /// Whether a nucleus is seen inside.
    pub nucleated: bool,
}

/// What the pictures of a cell world share.
#[derive(Clone, Debug)]
pub struct Style {
    stain: Stain,
    breeds: Vec<Breed>,
    /// Share of each breed but the first.
    rare: f32,
    /// Share of the picture that cells cover, roughly.
    cover: f32,
    /// Probability that a cell lies beside the one before.
    clustered: f32,
    /// Distance of neighbours over the sum of their radii.
    spread: f32,
}

/// One cell on the canvas.
pub struct Cell {
    /// Its breed.
    pub breed: Breed,
    /// Its middle in units.
    pub centre: Vec2,
    /// Its radius in units.
    pub radius: f32,
    /// Its turn in radians.
    pub turn: f32,
    /// How strongly it is stained, about 1.
    pub strength: f32,
    /// Of its texture.
    pub seed: u32,
}

impl Cell {
    /// `p` in the cell's own frame, radius 1.
    pub fn local(&self, p: Vec2) -> Vec2 {
        (p - self.centre).turned(-self.turn) * (1.0 / self.radius)
    }
}

impl Style {
    /// A random style.
    pub fn draw(dice: &mut Dice) -> Self {
        let stain = Stain::draw(dice);
        Self {
            breeds: stain.breeds(dice),
            rare: if stain.is_blood() { 0.12 } else { 0.5 } * dice.between(0.3, 1.0),
            cover: if dice.chance(0.3) {
                dice.between(0.35, 0.8)
            } else {
                dice.between(0.06, 0.35)
            },
            clustered: dice.between(0.0, 0.8),
            spread: dice.between(0.82, 1.15),
            stain,
        }
    }

    /// Paints one picture; there are no keypoints.
    pub fn paint(&self, canvas: &mut Canvas, dice: &mut Dice) -> Vec<Keypoint> {
        self.stain.paint_ground(canvas, dice);
        let (extent, zoom) = (canvas.extent(), dice.factor(1.25));
        let mut taken: Vec<(Vec2, f32)> = Vec::new();
        let room =
            extent.x * extent.y / (std::f32::consts::PI * (self.breeds[0].radius * zoom).powi(2));
        let cells = (self.cover * dice.factor(1.3) * room) as usize;
        for _ in 0..cells.clamp(3, 250) {
            let rest = &self.breeds[1..];
            let breed = if !rest.is_empty() && dice.chance(self.rare) {
                dice.pick(rest)
            } else {
                self.breeds[0]
            };
            let radius = breed.radius * zoom * dice.factor(1.2);
            let place = |dice: &mut Dice| match taken.last() {
                Some((p, r)) if dice.chance(self.clustered) => {
                    *p + Vec2::at(dice.angle()) * (self.spread * 1.02 * (r + radius))
                }
                _ => vec2(dice.unit() * extent.x, dice.unit() * extent.y),
            };
            let free = |p: &Vec2| {
                taken.iter().all(|(q, r)| (*p - *q).length() > self.spread * (r + radius))
            };
            let Some(centre) = (0..12).map(|_| place(dice)).find(free) else { continue };
            taken.push((centre, radius));
            let (turn, strength, seed) = (dice.angle(), dice.factor(1.35), dice.seed());
            self.paint_cell(canvas, &Cell { breed, centre, radius, turn, strength, seed }, dice);
        }
        Vec::new()
    }

    fn paint_cell(&self, canvas: &mut Canvas, cell: &Cell, dice: &mut Dice) {
        let breed = &cell.breed;
        let outline = if breed.shape == Shape::Rod {
            Outline::superellipse(breed.ratio, 3.0)
        } else {
            Outline::blob(breed.ratio * dice.between(0.92, 1.08), breed.rough, 4, dice)
        };
        let id = canvas.add(Instance::new(breed.shape, breed.pattern, breed.hue, breed.large));
        let area = (cell.centre, outline.reach() * cell.radius);
        self.stain.surround(canvas, cell, area);
        canvas.paint(id, area, 1.6, |p, below| {
            let q = cell.local(p);
            let distance = outline.distance(q);
            let light = self.stain.inside(cell, q, distance, below);
            Some(Touch::flat(distance * cell.radius, light))
        });
        if breed.nucleated {
            self.paint_nucleus(canvas, cell, dice);
        }
    }

    fn paint_nucleus(&self, canvas: &mut Canvas, cell: &Cell, dice: &mut Dice) {
        let radius = cell.radius * dice.between(0.45, 0.6);
        let centre = cell.centre + Vec2::at(dice.angle()) * (0.15 * cell.radius);
        let colour = self.stain.nucleus();
        let outline = Outline::blob(dice.between(1.1, 1.5), 0.14, 4, dice);
        let inner = Cell { centre, radius, seed: dice.seed(), turn: dice.angle(), ..*cell };
        let inner =
            Cell { breed: Breed { colour, pattern: Pattern::Mottled, ..cell.breed }, ..inner };
        let id = canvas.add(Instance::new(Shape::Nucleus, Pattern::Mottled, Hue::Purple, false));
        canvas.paint(id, (centre, outline.reach() * radius), 1.6, |p, below| {
            let q = inner.local(p);
            let distance = outline.distance(q);
            Some(Touch::flat(distance * radius, self.stain.chromatin(&inner, q, distance, below)))
        });
    }
}
