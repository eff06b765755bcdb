//! What lies behind flat objects: tables, walls, gravel, cloth, foliage.

use super::dice::Dice;
use super::noise::{cell, fractal2, lattice, value, warp};
use super::palette::Hue;
use super::vectors::{Rgb, Vec2, Vec3, fraction, smooth_step, vec2};

/// A family of grounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// Even paint or paper.
    Plain,
    /// One colour fading into another.
    Gradient,
    /// Soft clouds of two colours.
    Cloudy,
    /// Pebbles.
    Gravel,
    /// Wooden boards.
    Planks,
    /// Square tiles with joints.
    Tiles,
    /// Woven cloth.
    Cloth,
    /// Leaves over one another.
    Foliage,
    /// Grey with stains, pores and fine grain.
    Concrete,
    /// Dark with bright grit.
    Asphalt,
}

/// A ground with its colours.
#[derive(Clone, Debug)]
pub struct Backdrop {
    ground: Ground,
    base: Rgb,
    other: Rgb,
    period: f32,
    shift: Vec2,
    turn: f32,
    seed: u32,
}

impl Backdrop {
    /// A ground of a family in one of `hues`.
    pub fn draw(ground: Ground, hues: &[Hue], dice: &mut Dice) -> Self {
        let hue = match ground {
            Ground::Planks => Hue::Brown,
            Ground::Foliage => Hue::Green,
            Ground::Concrete | Ground::Asphalt => Hue::Grey,
            _ => dice.pick(hues),
        };
        let pale = dice.between(0.0, 0.5);
        let base = hue.draw(dice).mix(Vec3::all(0.45), pale);
        let base = match ground {
            Ground::Asphalt => base * 0.6,
            Ground::Planks => base.mix(Vec3::all(0.6), 0.1) * dice.between(0.9, 2.0),
            _ => base * dice.between(0.75, 1.1),
        };
        Self {
            ground,
            base,
            other: base.mix(Vec3::all(dice.pick(&[0.03, 0.6])), dice.between(0.25, 0.6)),
            period: dice.between(0.07, 0.16),
            shift: vec2(0.0, 0.0),
            turn: dice.angle(),
            seed: dice.seed(),
        }
    }

    /// The same kind of ground elsewhere, a little lighter or darker.
    pub fn vary(&self, dice: &mut Dice) -> Self {
        let shade = dice.factor(1.25);
        Self {
            base: self.base * shade,
            other: self.other * shade,
            period: self.period * dice.factor(1.2),
            shift: vec2(dice.between(-20.0, 20.0), dice.between(-20.0, 20.0)),
            turn: self.turn + 0.3 * dice.normal(),
            ..self.clone()
        }
    }

    /// Linear reflectance at `p`.
    pub fn albedo(&self, p: Vec2) -> Rgb {
        let p = (p + self.shift).turned(self.turn);
        let q = p * (1.0 / self.period);
        let weight = match self.ground {
            Ground::Plain => 0.15 * fractal2(q * 0.5, 2, self.seed),
            Ground::Gradient => fractal2(p * 0.8, 1, self.seed),
            Ground::Cloudy => smooth_step(0.3, 0.7, fractal2(q * 0.45, 5, self.seed)),
            Ground::Gravel => {
                let pebble = cell(q * 1.6, self.seed);
                let rim = 1.0 - smooth_step(0.02, 0.25, pebble.next - pebble.near);
                0.6 * pebble.tag + 0.2 * value(q.with(0.0) * 7.0, self.seed) + 0.7 * rim
            }
            Ground::Planks => self.planks(q),
            Ground::Tiles => {
                let at = vec2(q.x * 0.4, q.y * 0.4);
                let edge = fraction(at.x).min(fraction(at.y));
                let tone = lattice(at.x.floor() as i32, at.y.floor() as i32, 0, self.seed);
                0.25 * tone
                    + 0.15 * fractal2(q * 2.0, 3, self.seed)
                    + if edge < 0.05 { 0.7 } else { 0.0 }
            }
            Ground::Cloth => {
                let thread = |v: f32| (v * 3.2 * std::f32::consts::TAU).sin();
                let over = thread(q.x) * thread(q.y);
                0.3 + 0.16 * over + 0.4 * (fractal2(q * 0.6, 3, self.seed) - 0.3)
            }
            Ground::Foliage => {
                let bent = q + warp(q * 0.7, 2, self.seed) * 0.8;
                let leaf = cell(vec2(bent.x, bent.y * 1.7) * 0.9, self.seed);
                leaf.tag * 0.6 + 0.9 * (leaf.near - 0.3).max(0.0)
            }
            Ground::Concrete => {
                let stain = fractal2(q * 0.35, 4, self.seed);
                let pore = cell(q * 2.7, self.seed);
                let pit =
                    if pore.tag > 0.75 { 1.0 - smooth_step(0.06, 0.14, pore.near) } else { 0.0 };
                0.9 * stain + 0.25 * fractal2(q * 8.0, 2, !self.seed) - 0.15 + 0.5 * pit
            }
            Ground::Asphalt => {
                let grit = cell(q * 7.0, self.seed);
                let bright = smooth_step(0.45, 0.1, grit.near) * (grit.tag * 1.3 - 0.5).max(0.0);
                0.7 * bright + 0.3 * fractal2(q * 0.5, 3, self.seed)
            }
        };
        self.base.mix(self.other, weight.clamp(0.0, 1.0))
    }

    fn planks(&self, q: Vec2) -> f32 {
        let board = (q.x * 0.4).floor();
        let edge = (q.x * 0.4 - board).min(board + 1.0 - q.x * 0.4);
        let tone = lattice(board as i32, 3, 0, self.seed);
        let along = vec2(q.x * 1.2 + 9.0 * tone, q.y * 0.12);
        let ring = fraction(fractal2(along, 3, self.seed) * 9.0);
        let fibre = fractal2(vec2(q.x * 9.0, q.y * 0.35), 2, self.seed);
        0.4 * tone + 0.25 * ring + 0.3 * fibre + if edge < 0.03 { 0.8 } else { 0.0 } - 0.1
    }
}
