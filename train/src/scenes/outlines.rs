//! Outlines of flat objects, as a radius for every direction.

use std::f32::consts::{PI, TAU};

use super::dice::Dice;
use super::shapes::Shape;
use super::vectors::{Vec2, vec2};

/// Directions a radius is stored for.
const STEPS: usize = 256;

/// A closed outline around the origin with the area of the unit disc, less an optional bite.
#[derive(Clone, Debug)]
pub struct Outline {
    radii: Vec<f32>,
    reach: f32,
    bite: Option<(Vec2, f32)>,
}

impl Outline {
    /// The outline with radius `radius(angle)`, scaled to the area of the unit disc.
    pub fn polar(radius: impl Fn(f32) -> f32) -> Self {
        let mut radii: Vec<f32> =
            (0..STEPS).map(|i| radius(i as f32 * TAU / STEPS as f32)).collect();
        let mean_square = radii.iter().map(|r| r * r).sum::<f32>() / STEPS as f32;
        let scale = 1.0 / mean_square.sqrt();
        radii.iter_mut().for_each(|r| *r *= scale);
        let reach = radii.iter().copied().fold(0.0, f32::max);
        Self { radii, reach, bite: None }
    }

    /// Straight lines between corners (`angle`, `radius`) with ascending angles.
    pub fn corners(corners: &[(f32, f32)]) -> Self {
        Self::polar(|angle| {
            let after = corners.iter().position(|c| c.0 > angle).unwrap_or(0);
            let (a1, r1) = corners[after];
            let (a0, r0) = corners[(after + corners.len() - 1) % corners.len()];
            let gap = (a1 - a0).rem_euclid(TAU);
            let t = (angle - a0).rem_euclid(TAU);
            r0 * r1 * gap.sin() / (r0 * t.sin() + r1 * (gap - t).sin())
        })
    }

    /// A regular `n`-gon, or with `inner` < 1 a star of `n` points.
    pub fn points(n: usize, inner: f32) -> Self {
        let step = PI / n as f32;
        let at = |i: usize| {
            (i as f32 * step, if i.is_multiple_of(2) { 1.0 } else { inner * step.cos() })
        };
        Self::corners(&(0..2 * n).map(at).collect::<Vec<_>>())
    }

    /// A rectangle of sides 1 and `ratio`.
    pub fn rectangle(ratio: f32) -> Self {
        Self::polar(|a| {
            let (sin, cos) = a.sin_cos();
            (ratio / cos.abs().max(1e-6)).min(1.0 / sin.abs().max(1e-6))
        })
    }

    /// |x/ratio|^power + |y|^power = 1: an ellipse at 2, a soft rectangle above.
    pub fn superellipse(ratio: f32, power: f32) -> Self {
        Self::polar(|a| {
            let (sin, cos) = a.sin_cos();
            ((cos / ratio).abs().powf(power) + sin.abs().powf(power)).powf(-1.0 / power)
        })
    }

    /// An ellipse of axes 1 and `ratio` with `waves` bumps of relative height about `rough`.
    pub fn blob(ratio: f32, rough: f32, waves: usize, dice: &mut Dice) -> Self {
        let bumps: Vec<(f32, f32, f32)> = (2..2 + waves)
            .map(|k| (k as f32, rough * dice.normal() / (k as f32).sqrt(), dice.angle()))
            .collect();
        Self::polar(|a| {
            let (sin, cos) = a.sin_cos();
            let wave: f32 = bumps.iter().map(|(k, h, phase)| h * (k * a + phase).cos()).sum();
            let ellipse = 1.0 / ((cos / ratio).powi(2) + sin * sin).sqrt();
            ellipse * (1.0 + wave).clamp(0.45, 1.8)
        })
    }

    /// A random outline of a shape family; families without an outline give a disc.
    pub fn draw(shape: Shape, dice: &mut Dice) -> Self {
        let ratio = dice.between(1.5, 2.2);
        match shape {
            Shape::Ellipse => Self::superellipse(ratio, 2.0),
            Shape::Superellipse => Self::superellipse(ratio * 0.75, 4.0),
            Shape::Rectangle => Self::rectangle(dice.between(1.0, 2.0)),
            Shape::Triangle => Self::points(3, 1.0),
            Shape::Polygon => Self::points(dice.count(5, 6), 1.0),
            Shape::Star => Self::points(dice.count(5, 7), dice.between(0.45, 0.6)),
            Shape::Flower => {
                let (n, depth) = (dice.count(4, 7) as f32, dice.between(0.2, 0.3));
                Self::polar(move |a| 1.0 + depth * (n * a).cos())
            }
            Shape::Cross => {
                let arm = dice.between(0.28, 0.4);
                let tip = (arm.atan(), (1.0 + arm * arm).sqrt());
                let turn = |q: usize| q as f32 * PI / 2.0;
                let arm_corners = |q: usize| {
                    let pit = (turn(q) + PI / 4.0, arm * std::f32::consts::SQRT_2);
                    [(turn(q) + tip.0, tip.1), pit, (turn(q + 1) - tip.0, tip.1)]
                };
                Self::corners(&(0..4).flat_map(arm_corners).collect::<Vec<_>>())
            }
            Shape::Blob => Self::blob(dice.between(1.0, 1.5), 0.16, 4, dice),
            Shape::Ring => Self::disc().bitten(vec2(0.0, 0.0), dice.between(0.5, 0.68)),
            Shape::Crescent => Self::disc().bitten(vec2(dice.between(0.5, 0.65), 0.0), 0.85),
            _ => Self::disc(),
        }
    }

    /// The unit disc.
    pub fn disc() -> Self {
        Self::polar(|_| 1.0)
    }

    /// Without the disc of `radius` around `centre`; enlarged to keep about the same area.
    fn bitten(mut self, centre: Vec2, radius: f32) -> Self {
        let grow = 1.15;
        self.radii.iter_mut().for_each(|r| *r *= grow);
        self.reach *= grow;
        self.bite = Some((centre * grow, radius * grow));
        self
    }

    /// The largest radius.
    pub fn reach(&self) -> f32 {
        self.reach
    }

    /// Radius in the direction of `p` and its change with the angle.
    fn radius(&self, p: Vec2) -> (f32, f32) {
        let at = p.y.atan2(p.x).rem_euclid(TAU) * (STEPS as f32 / TAU);
        let i = (at as usize).min(STEPS - 1);
        let (a, b) = (self.radii[i], self.radii[(i + 1) % STEPS]);
        (a + (b - a) * (at - i as f32), (b - a) * (STEPS as f32 / TAU))
    }

    /// About the signed distance of `p` from the outline, negative inside.
    pub fn distance(&self, p: Vec2) -> f32 {
        let (radius, slope) = self.radius(p);
        let steep = slope / radius;
        let outer = (p.length() - radius) / (1.0 + steep * steep).sqrt();
        match self.bite {
            Some((centre, r)) => outer.max(r - (p - centre).length()),
            None => outer,
        }
    }

    /// Height of a cushion over the outline: 0 at the rim, 1 in the middle, with `rim` (0..1) the part that slopes.
    pub fn height(&self, p: Vec2, rim: f32) -> f32 {
        let (radius, _) = self.radius(p);
        let mut inside = 1.0 - p.length() / radius;
        if let Some((centre, r)) = self.bite {
            inside = inside.min((p - centre).length() - r) * 1.6;
        }
        let t = 1.0 - (inside / rim).clamp(0.0, 1.0);
        (1.0 - t * t).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_without_a_bite_have_the_area_of_the_unit_disc() {
        let mut dice = Dice::new(4, 0);
        for shape in [Shape::Triangle, Shape::Star, Shape::Cross, Shape::Blob, Shape::Rectangle] {
            let outline = Outline::draw(shape, &mut dice);
            let n = 240;
            let inside = |i: i32| {
                let at = |k: i32| (k as f32 + 0.5) / n as f32 * 6.0 - 3.0;
                outline.distance(vec2(at(i % n), at(i / n))) < 0.0
            };
            let area = (0..n * n).filter(|&i| inside(i)).count() as f32 * (6.0 / n as f32).powi(2);
            assert!((area - PI).abs() < 0.1, "{shape:?} {area}");
        }
    }

    #[test]
    fn a_ring_has_a_hole() {
        let ring = Outline::draw(Shape::Ring, &mut Dice::new(4, 0));
        assert!(ring.distance(vec2(0.0, 0.0)) > 0.0);
        assert!(ring.distance(vec2(1.0, 0.0)) < 0.0);
        assert!(ring.distance(vec2(1.3, 0.0)) > 0.0);
    }
}
