//! What stains and optics make of cells: their ground, their insides, their halos.

use super::canvas::Canvas;
use super::cells::Cell;
use super::dice::Dice;
use super::materials::Pattern;
use super::noise::{cell as cell_noise, fractal2, warp};
use super::palette::hsv;
use super::shapes::Shape;
use super::vectors::{Rgb, Vec2, Vec3, smooth_step, vec2, vec3};

/// A stain and the way it is looked at.
#[derive(Clone, Debug)]
pub struct Stain {
    pub(super) optics: Optics,
    /// Colour of the ground.
    pub(super) ground: Rgb,
    /// Strength of haze, halo or tissue texture, 0..1.
    haze: f32,
    pub(super) nucleus: Rgb,
}

/// Ways to look at cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Optics {
    /// Stain glows on dark.
    Fluorescence,
    /// Purple nuclei in pink tissue.
    Tissue,
    /// Red discs with pale middles, white cells among them.
    Blood,
    /// Grey with bright halos.
    Phase,
}

impl Stain {
    /// A random stain.
    pub fn draw(dice: &mut Dice) -> Self {
        use Optics::{Blood, Fluorescence, Phase, Tissue};
        let optics = dice.pick(&[Fluorescence, Fluorescence, Tissue, Blood, Phase]);
        let ground = match optics {
            Fluorescence => Vec3::all(dice.between(0.002, 0.02)),
            Tissue => {
                hsv(dice.between(310.0, 350.0), dice.between(0.2, 0.45), dice.between(0.8, 0.95))
            }
            Blood => {
                hsv(dice.between(20.0, 60.0), dice.between(0.02, 0.18), dice.between(0.85, 0.97))
            }
            Phase => {
                Vec3::all(dice.between(0.2, 0.45)).mix(vec3(0.4, 0.38, 0.3), dice.between(0.0, 0.5))
            }
        };
        let nucleus =
            hsv(dice.between(255.0, 295.0), dice.between(0.45, 0.7), dice.between(0.35, 0.55));
        Self { optics, ground, haze: dice.between(0.1, 0.9), nucleus }
    }

    /// Colour of the nuclei of nucleated cells.
    pub fn nucleus(&self) -> Rgb {
        self.nucleus
    }

    /// Whether it is blood, where white cells are few.
    pub fn is_blood(&self) -> bool {
        self.optics == Optics::Blood
    }

    /// Paints what is behind the cells.
    pub fn paint_ground(&self, canvas: &mut Canvas, dice: &mut Dice) {
        let (seed, tone) = (dice.seed(), dice.factor(1.15));
        let turn = dice.angle();
        canvas.fill(0, |p| {
            let cloud = fractal2(p * 4.0, 4, seed);
            match self.optics {
                Optics::Fluorescence => self.ground * (0.5 + cloud * (1.0 + self.haze)),
                Optics::Tissue => self.tissue(p.turned(turn), seed) * tone,
                Optics::Blood => self.ground * (0.95 + 0.1 * cloud),
                Optics::Phase => {
                    let fine = fractal2(p * 30.0, 3, seed);
                    self.ground * (tone * (0.85 + 0.3 * cloud + 0.3 * self.haze * (fine - 0.5)))
                }
            }
        });
    }

    /// Pink fibres with white gaps.
    fn tissue(&self, p: Vec2, seed: u32) -> Rgb {
        let bent = p + warp(p * 2.0, 3, seed) * 0.2;
        let fibres = fractal2(vec2(bent.x * 30.0, bent.y * 5.0), 3, seed);
        let gap = smooth_step(0.62, 0.68, fractal2(bent * 3.5, 3, !seed));
        let pink = self.ground * (0.65 + 0.7 * fibres * (0.4 + self.haze));
        let spot = cell_noise(p * 22.0, seed);
        let pink = pink * (0.85 + 0.3 * spot.tag * self.haze);
        pink.mix(Vec3::all(0.88), gap)
    }

    /// Haze or halo around a cell that reaches over `area`.
    pub fn surround(&self, canvas: &mut Canvas, cell: &Cell, area: (Vec2, f32)) {
        let (centre, reach) = area;
        let gap = |p: Vec2| (p - centre).length() / reach;
        match self.optics {
            Optics::Fluorescence => {
                let glow = cell.breed.colour * (0.09 * self.haze * cell.strength);
                canvas.relight((centre, 2.2 * reach), |p, before| {
                    before + glow * (-1.6 * gap(p) * gap(p)).exp() * smooth_step(2.2, 1.6, gap(p))
                });
            }
            Optics::Phase => canvas.relight((centre, 1.6 * reach), |p, before| {
                before * (1.0 + 0.8 * self.haze * smooth_step(1.45, 0.95, gap(p)))
            }),
            Optics::Tissue | Optics::Blood => {}
        }
    }

    /// Colour of a cell at `q` in its own frame, `distance` (negative inside) from its edge.
    pub fn inside(&self, cell: &Cell, q: Vec2, distance: f32, below: Rgb) -> Rgb {
        let deep = smooth_step(0.0, 0.6, -distance);
        let texture = texture(cell, q);
        let colour = cell.breed.colour;
        match self.optics {
            Optics::Fluorescence => {
                below + colour * (0.75 * cell.strength * texture * (0.45 + 0.55 * deep))
            }
            Optics::Tissue => self.chromatin(cell, q, distance, below),
            Optics::Blood if cell.breed.nucleated => below.mix(colour, 0.85 * texture.min(1.1)),
            Optics::Blood if cell.breed.shape == Shape::Organelle => below.mix(colour, 0.7),
            Optics::Blood => {
                // A disc thinner in the middle: light passes there. Discs that overlap darken each other.
                let pale = smooth_step(0.55, 0.1, q.length()) * 0.6;
                below
                    .times(Vec3::all(1.0).mix(colour, (1.0 - pale) * cell.strength.clamp(0.7, 1.1)))
            }
            Optics::Phase => {
                let edge = smooth_step(-0.35, -0.05, distance);
                colour * (texture * (1.0 + 0.25 * (q.x + q.y)) * (1.0 - 0.45 * edge))
            }
        }
    }

    /// Colour of a stained nucleus: clumps inside, a darker envelope.
    pub fn chromatin(&self, cell: &Cell, q: Vec2, distance: f32, below: Rgb) -> Rgb {
        let envelope = smooth_step(-0.35, -0.1, distance);
        let clumps = smooth_step(0.35, 0.7, fractal2(q * 2.4, 3, cell.seed));
        let dense = (0.5 + 0.3 * clumps + 0.25 * envelope) * cell.strength.clamp(0.75, 1.25);
        let stained = below.mix(cell.breed.colour, dense.min(0.95));
        stained * (0.75 + 0.25 * texture(cell, q))
    }
}

/// Shade of a cell's inside, about 1.
fn texture(cell: &Cell, q: Vec2) -> f32 {
    match cell.breed.pattern {
        Pattern::Mottled => 0.55 + 0.9 * fractal2(q * 1.8, 3, cell.seed),
        Pattern::Speckle => 1.1 - 0.5 * smooth_step(0.5, 0.65, fractal2(q * 6.0, 2, cell.seed)),
        Pattern::Dots => {
            let spot = cell_noise(q * 1.8, cell.seed);
            0.55 + 0.8 * smooth_step(0.35, 0.2, spot.near)
        }
        _ => 1.0,
    }
}
