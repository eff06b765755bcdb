//! An articulated figure with named joints: the same proportions in every picture of a world, another pose in each.

use super::dice::Dice;
use super::vectors::{Vec2, mix, vec2};

/// A joint and the bone that leads to it.
#[derive(Clone, Debug)]
struct Bone {
    name: String,
    parent: usize,
    length: f32,
    /// Angle against the parent bone at rest.
    angle: f32,
    /// How far the angle strays between pictures.
    play: f32,
    /// Thickness of the body at the joint.
    radius: f32,
}

/// Proportions of a figure; the first joint is its root.
#[derive(Clone, Debug)]
pub struct Figure {
    bones: Vec<Bone>,
}

/// A posed figure in its own units: length about 2 around the origin.
pub struct Pose {
    /// Position of every joint.
    pub joints: Vec<Vec2>,
    /// Start, end and the thickness at both, of every bone.
    pub parts: Vec<(Vec2, Vec2, f32, f32)>,
}

impl Figure {
    /// A random creature: a spine from snout to tail and up to two pairs of limbs.
    pub fn draw(dice: &mut Dice) -> Self {
        let thick = dice.between(0.16, 0.3);
        let mut bones = Vec::new();
        let mut add = |name: &str, parent, length, angle, play, radius| {
            bones.push(Bone { name: name.into(), parent, length, angle, play, radius });
            bones.len() - 1
        };
        let hip = add("hip", 0, 0.0, 0.0, 0.0, thick);
        let neck =
            add("neck", hip, dice.between(0.5, 0.8), 0.0, 0.2, thick * dice.between(0.7, 1.0));
        let head = dice.between(0.3, 0.45);
        let snout = thick * dice.between(0.25, 0.6);
        add("snout", neck, head, 0.0, 0.5, snout);
        let mut tail = hip;
        for k in 0..dice.count(1, 3) {
            let name = format!("tail {}", k + 1);
            let turn = if k == 0 { std::f32::consts::PI } else { 0.0 };
            let slim = thick * 0.35 / (k + 1) as f32;
            tail = add(&name, tail, dice.between(0.28, 0.42), turn, 0.45, slim);
        }
        if dice.chance(0.75) {
            let (length, angle, slim) =
                (thick + dice.between(0.15, 0.35), dice.between(0.8, 1.5), 0.08);
            for (side, sign) in [("left", -1.0), ("right", 1.0)] {
                let knee = add(&format!("{side} elbow"), neck, length, sign * angle, 0.3, slim);
                add(&format!("{side} hand"), knee, 0.25, -sign * 0.5, 0.5, slim * 0.9);
            }
        }
        if dice.chance(0.6) {
            let (length, angle) = (thick + dice.between(0.15, 0.4), dice.between(1.2, 2.2));
            for (side, sign) in [("left", -1.0), ("right", 1.0)] {
                add(&format!("{side} foot"), hip, length, sign * angle, 0.35, 0.09);
            }
        }
        if dice.chance(0.6) {
            let ear = dice.between(0.1, 0.17);
            for (side, sign) in [("left", -1.0), ("right", 1.0)] {
                add(&format!("{side} ear"), neck, thick * 1.1, sign * 1.1, 0.1, ear);
            }
        }
        Self { bones }
    }

    /// Names of the joints in order.
    pub fn names(&self) -> Vec<String> {
        self.bones.iter().map(|bone| bone.name.clone()).collect()
    }

    /// A random pose around the origin.
    pub fn pose(&self, dice: &mut Dice) -> Pose {
        let mut joints: Vec<Vec2> = Vec::with_capacity(self.bones.len());
        let mut headings: Vec<f32> = Vec::with_capacity(self.bones.len());
        let mut parts = Vec::new();
        for bone in &self.bones {
            let (from, heading) = match joints.get(bone.parent) {
                Some(from) => (*from, headings[bone.parent]),
                None => (vec2(0.0, 0.0), 0.0),
            };
            let heading = heading + bone.angle + bone.play * dice.normal().clamp(-1.6, 1.6);
            let to = from + Vec2::at(heading) * bone.length;
            let thick = self.bones[bone.parent].radius;
            // Limbs and tails start thin inside the body; the trunk keeps its thickness.
            let start = if bone.angle == 0.0 { thick } else { thick.min(bone.radius * 1.6) };
            parts.push((from, to, start, bone.radius));
            joints.push(to);
            headings.push(heading);
        }
        Pose { joints, parts }
    }
}

impl Pose {
    /// Signed distance of `p` to the body, joints rounded off.
    pub fn distance(&self, p: Vec2) -> f32 {
        let gaps = self.parts.iter().map(|(a, b, ra, rb)| bone_distance(p, *a, *b, *ra, *rb));
        gaps.fold(f32::MAX, |near, gap| soft_min(near, gap, 0.06))
    }
}

/// Signed distance to a rod from `a` to `b` whose thickness goes from `ra` to `rb`.
pub fn bone_distance(p: Vec2, a: Vec2, b: Vec2, ra: f32, rb: f32) -> f32 {
    let (along, from) = (b - a, p - a);
    let t = (from.dot(along) / along.dot(along).max(1e-9)).clamp(0.0, 1.0);
    (from - along * t).length() - mix(ra, rb, t)
}

/// The smaller of two distances, rounded off where they are within `round` of one another.
pub fn soft_min(a: f32, b: f32, round: f32) -> f32 {
    let h = (round - (a - b).abs()).max(0.0) / round;
    a.min(b) - h * h * round * 0.25
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joints_lie_inside_the_body_in_every_pose() {
        for seed in 0..20 {
            let mut dice = Dice::new(seed, 0);
            let figure = Figure::draw(&mut dice);
            for _ in 0..5 {
                let pose = figure.pose(&mut dice);
                assert_eq!(pose.joints.len(), figure.names().len());
                assert!(pose.joints.iter().all(|joint| pose.distance(*joint) < 0.0));
            }
        }
    }
}
