//! Signed distances of solids.

use super::dice::Dice;
use super::figure::{Pose, soft_min};
use super::shapes::Shape;
use super::vectors::{Vec2, Vec3, mix, vec2, vec3};

/// How far the joints of a figure are rounded off.
const ROUND: f32 = 0.02;

/// A solid in its own frame: `y` up, the origin at its middle.
#[derive(Clone, Debug)]
pub enum Solid {
    /// Radius.
    Sphere(f32),
    /// Half sides and the radius of the rounded edges.
    Box(Vec3, f32),
    /// Radius of the ring, radius of the tube; lying flat.
    Torus(f32, f32),
    /// Half length and radius; lying along `x`.
    Capsule(f32, f32),
    /// Half height and radius; standing.
    Cylinder(f32, f32),
    /// Half height, lower and upper radius; standing.
    Cone(f32, f32, f32),
    /// A figure's bones (start, end, radii) in the floor's plane, with its thickest radius.
    Figure(Vec<(Vec3, Vec3, f32, f32)>, f32),
}

impl Solid {
    /// A solid of a shape family with radius about `size`; families without a solid give a sphere.
    pub fn draw(shape: Shape, size: f32, dice: &mut Dice) -> Self {
        match shape {
            Shape::Box => {
                let sides =
                    vec3(dice.between(0.6, 1.0), dice.between(0.5, 1.0), dice.between(0.6, 1.0));
                Self::Box(sides * size, 0.08 * size)
            }
            Shape::Torus => Self::Torus(0.8 * size, size * dice.between(0.2, 0.36)),
            Shape::Capsule => Self::Capsule(0.75 * size, size * dice.between(0.35, 0.45)),
            Shape::Cylinder => {
                Self::Cylinder(size * dice.between(0.5, 1.1), size * dice.between(0.5, 0.7))
            }
            Shape::Cone => Self::Cone(
                size * dice.between(0.8, 1.1),
                0.75 * size,
                size * dice.between(0.02, 0.2),
            ),
            _ => Self::Sphere(0.85 * size),
        }
    }

    /// A posed figure of length about twice `size`.
    pub fn figure(pose: &Pose, size: f32) -> Self {
        let thickest = pose.parts.iter().map(|p| p.2.max(p.3)).fold(0.0, f32::max) * size;
        // The solid rests on its thickest part; limbs reach down to the floor.
        let lift = |p: Vec2, r: f32| vec3(p.x * size, (r * size - thickest) * 0.7, p.y * size);
        let bones = pose.parts.iter();
        let bones = bones.map(|&(a, b, ra, rb)| (lift(a, ra), lift(b, rb), ra * size, rb * size));
        Self::Figure(bones.collect(), thickest)
    }

    /// Height of the middle above a floor the solid rests on.
    pub fn lift(&self) -> f32 {
        match self {
            Self::Sphere(r) | Self::Capsule(_, r) | Self::Torus(_, r) => *r,
            Self::Box(half, _) => half.y,
            Self::Cylinder(half, _) | Self::Cone(half, _, _) => *half,
            Self::Figure(_, thickest) => *thickest,
        }
    }

    /// Radius of a sphere around the middle that holds the solid.
    pub fn reach(&self) -> f32 {
        match self {
            Self::Sphere(r) => *r,
            Self::Box(half, _) => half.length(),
            Self::Torus(ring, tube) => ring + tube,
            Self::Capsule(half, r) => half + r,
            Self::Cylinder(half, r) => half.hypot(*r),
            Self::Cone(half, low, high) => half.hypot(low.max(*high)),
            Self::Figure(bones, _) => {
                let ends =
                    bones.iter().map(|(a, b, ra, rb)| (a.length() + ra).max(b.length() + rb));
                ends.fold(0.0, f32::max)
            }
        }
    }

    /// Spheres (middle, radius) that together hold the solid.
    pub fn spheres(&self) -> Vec<(Vec3, f32)> {
        let Self::Figure(bones, _) = self else { return vec![(Vec3::default(), self.reach())] };
        let around = |(a, b, ra, rb): &(Vec3, Vec3, f32, f32)| {
            (a.mix(*b, 0.5), 0.5 * (*b - *a).length() + ra.max(*rb) + ROUND)
        };
        bones.iter().map(around).collect()
    }

    /// Signed distance of `p`, negative inside.
    pub fn distance(&self, p: Vec3) -> f32 {
        let flat = vec2(p.x, p.z).length();
        match self {
            Self::Sphere(r) => p.length() - r,
            Self::Box(half, round) => {
                let q = p.map(f32::abs) - *half + Vec3::all(*round);
                q.map(|v| v.max(0.0)).length() + q.x.max(q.y).max(q.z).min(0.0) - round
            }
            Self::Torus(ring, tube) => vec2(flat - ring, p.y).length() - tube,
            Self::Capsule(half, r) => vec3(p.x - p.x.clamp(-half, *half), p.y, p.z).length() - r,
            Self::Cylinder(half, r) => {
                let (side, end) = (flat - r, p.y.abs() - half);
                vec2(side.max(0.0), end.max(0.0)).length() + side.max(end).min(0.0)
            }
            Self::Cone(half, low, high) => cone(vec2(flat, p.y), *half, *low, *high),
            Self::Figure(bones, _) => {
                let gaps = bones.iter().map(|(a, b, ra, rb)| bone(p, *a, *b, *ra, *rb));
                gaps.fold(f32::MAX, |near, gap| soft_min(near, gap, ROUND))
            }
        }
    }
}

/// Signed distance to a capped cone in its half plane (distance from the axis, height).
fn cone(q: Vec2, half: f32, low: f32, high: f32) -> f32 {
    let slant = vec2(high - low, 2.0 * half);
    let cap = if q.y < 0.0 { low } else { high };
    let to_cap = vec2(q.x - q.x.min(cap), q.y.abs() - half);
    let from = q - vec2(high, half);
    let t = (-from.dot(slant) / slant.dot(slant)).clamp(0.0, 1.0);
    let to_side = from + slant * t;
    let inside = to_side.x < 0.0 && to_cap.y < 0.0;
    let gap = to_cap.dot(to_cap).min(to_side.dot(to_side)).sqrt();
    if inside { -gap } else { gap }
}

/// Signed distance to a rod in space whose thickness goes from `ra` to `rb`.
fn bone(p: Vec3, a: Vec3, b: Vec3, ra: f32, rb: f32) -> f32 {
    let (along, from) = (b - a, p - a);
    let t = (from.dot(along) / along.dot(along).max(1e-9)).clamp(0.0, 1.0);
    (from - along * t).length() - mix(ra, rb, t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solids_rest_on_the_floor_within_their_reach() {
        let mut dice = Dice::new(2, 0);
        let shapes =
            [Shape::Sphere, Shape::Box, Shape::Torus, Shape::Capsule, Shape::Cylinder, Shape::Cone];
        for shape in shapes {
            let solid = Solid::draw(shape, 1.0, &mut dice);
            for i in 0..2000 {
                let way = vec3(dice.normal(), dice.normal(), dice.normal()).unit();
                assert!(solid.distance(way * (solid.reach() + 0.01)) > 0.0, "{shape:?} {i}");
                let below = vec3(2.0 * way.x, -solid.lift() - 0.01, 2.0 * way.z);
                assert!(solid.distance(below) > 0.0, "{shape:?} sinks in");
            }
        }
    }

    #[test]
    fn distances_grow_at_most_as_fast_as_the_way() {
        let mut dice = Dice::new(3, 0);
        let solid = Solid::draw(Shape::Cone, 1.0, &mut dice);
        for _ in 0..2000 {
            let mut point = || vec3(dice.normal(), dice.normal(), dice.normal()) * 1.5;
            let (p, q) = (point(), point());
            let change = (solid.distance(p) - solid.distance(q)).abs();
            assert!(change <= (p - q).length() * 1.001 + 1e-5);
        }
    }
}
