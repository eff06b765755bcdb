//! Thin things: wandering paths, and their distance field.

use super::canvas::{Canvas, Touch};
use super::dice::Dice;
use super::figure::bone_distance;
use super::vectors::{Rgb, Vec2, Vec3, mix};

/// Points of a line with the radius at each, in units.
pub type Path = Vec<(Vec2, f32)>;

/// How a path wanders.
#[derive(Clone, Copy, Debug)]
pub struct Walk {
    /// Length of one step in units.
    pub step: f32,
    /// Typical change of direction per unit of length, in radians.
    pub bend: f32,
    /// How much of its bend a path keeps over a step: 0 gives jagged paths, 0.95 smooth ones.
    pub memory: f32,
    /// Steady change of direction per unit of length, in radians.
    pub drift: f32,
}

impl Walk {
    /// A path from `start` in direction `heading` over `length`, its radius going from `from` to `to`.
    pub fn path(
        &self,
        start: Vec2,
        mut heading: f32,
        length: f32,
        (from, to): (f32, f32),
        dice: &mut Dice,
    ) -> Path {
        let steps = ((length / self.step) as usize).max(1);
        let fresh = (1.0 - self.memory * self.memory).sqrt();
        let (mut at, mut bend) = (start, dice.normal());
        let mut path = vec![(at, from)];
        for i in 1..=steps {
            bend = self.memory * bend + fresh * dice.normal();
            heading += (self.drift + self.bend * bend) * self.step;
            at += Vec2::at(heading) * self.step;
            path.push((at, mix(from, to, i as f32 / steps as f32)));
        }
        path
    }
}

/// Where a path is at index `i`, and its direction there.
pub fn along(path: &[(Vec2, f32)], i: usize) -> (Vec2, f32) {
    let i = i.min(path.len().saturating_sub(2));
    let way = path[i + 1].0 - path[i].0;
    (path[i].0, way.y.atan2(way.x))
}

/// A distance field that paths are drawn into before they are painted as one thing.
pub struct Ink {
    /// Distance to the nearest edge and the radius of the path there, for every pixel.
    field: Vec<(f32, f32)>,
    /// Thinnest radius drawn, in units: thinner ones would vanish between pixel centres.
    thinnest: f32,
}

impl Ink {
    /// Nothing drawn yet.
    pub fn new(canvas: &Canvas) -> Self {
        Self { field: vec![(f32::MAX, 0.0); canvas.ids.len()], thinnest: 0.55 / canvas.unit }
    }

    /// Draws a path; `halo` is how far around it distances are needed, in units.
    pub fn draw(&mut self, canvas: &Canvas, path: &[(Vec2, f32)], halo: f32) {
        for pair in path.windows(2) {
            let ((a, ra), (b, rb)) = (pair[0], pair[1]);
            let (ra, rb) = (ra.max(self.thinnest), rb.max(self.thinnest));
            let radius = ra.max(rb);
            let reach = (b - a).length() * 0.5 + radius + halo + 2.0 / canvas.unit;
            let (columns, rows) = canvas.window(a.mix(b, 0.5), reach);
            for y in rows {
                for x in columns.clone() {
                    let distance = bone_distance(canvas.position(x, y), a, b, ra, rb);
                    let old = &mut self.field[y * canvas.width + x];
                    if distance < old.0 {
                        *old = (distance, radius);
                    }
                }
            }
        }
    }

    /// Paints everything drawn as id `id`: `colour(position, distance, radius, what is below)`.
    pub fn apply(
        &self,
        canvas: &mut Canvas,
        id: u16,
        soft: f32,
        colour: impl Fn(Vec2, f32, f32, Rgb) -> Rgb,
    ) {
        let edge = soft / canvas.unit;
        for (at, &(distance, radius)) in self.field.iter().enumerate() {
            if distance < edge {
                let p = canvas.position(at % canvas.width, at / canvas.width);
                let light = colour(p, distance, radius, canvas.light[at]);
                let albedo = colour(p, distance, radius, canvas.albedo[at]);
                let normal = Vec3::default();
                let touch = Touch { distance, light, albedo, normal, depth: -1.0 };
                canvas.cover(at, id, soft, &touch);
            }
        }
    }

    /// Changes the light around everything drawn, without labels: `light(distance, what is below)`.
    pub fn surround(&self, canvas: &mut Canvas, halo: f32, light: impl Fn(f32, Rgb) -> Rgb) {
        for (at, &(distance, _)) in self.field.iter().enumerate() {
            if distance < halo {
                canvas.light[at] = light(distance, canvas.light[at]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::materials::Pattern;
    use super::super::palette::Hue;
    use super::super::shapes::{Instance, Shape};
    use super::super::vectors::vec2;
    use super::*;

    #[test]
    fn a_thin_path_is_painted_without_gaps() {
        let mut canvas = Canvas::new(64, 64);
        let id = canvas.add(Instance::new(Shape::Crack, Pattern::Plain, Hue::Black, false));
        let mut ink = Ink::new(&canvas);
        let walk = Walk { step: 0.02, bend: 0.0, memory: 0.0, drift: 0.0 };
        let path = walk.path(vec2(-0.1, 0.31), 0.3, 1.5, (0.0, 0.0), &mut Dice::new(1, 0));
        ink.draw(&canvas, &path, 0.0);
        ink.apply(&mut canvas, id, 1.0, |_, _, _, _| Vec3::all(1.0));
        let rows = |x: usize| (0..64).filter(|y| canvas.ids[y * 64 + x] == id).count();
        assert!((0..64).all(|x| (1..=3).contains(&rows(x))));
    }
}
