//! Rays through a stage of solids: what they hit, and how much light gets there.

use super::materials::Material;
use super::solids::Solid;
use super::vectors::{Vec3, vec3};

/// A solid standing somewhere.
pub struct Prop {
    /// Its form.
    pub solid: Solid,
    /// Its middle.
    pub centre: Vec3,
    /// Cosine and sine of its turn about the vertical.
    turn: (f32, f32),
    /// Its surface.
    pub material: Material,
    /// Its id on the canvas.
    pub id: u16,
    /// Radius of a sphere around the middle that holds the solid.
    reach: f32,
    /// Spheres that together hold the solid: rays that miss them need not be marched.
    spheres: Vec<(Vec3, f32)>,
}

/// A wall or floor: all points whose product with `normal` is `offset`.
pub struct Plane {
    /// Unit normal on the visible side.
    pub normal: Vec3,
    /// Distance from the origin along the normal.
    pub offset: f32,
    /// Its surface.
    pub material: Material,
    /// Its id on the canvas.
    pub id: u16,
}

/// Everything rays can hit.
pub struct Stage {
    /// Solids.
    pub props: Vec<Prop>,
    /// Floor and walls.
    pub planes: Vec<Plane>,
}

/// Where a ray ended.
pub struct Hit<'a> {
    /// Length of the ray.
    pub length: f32,
    /// The point.
    pub point: Vec3,
    /// Unit normal of the surface.
    pub normal: Vec3,
    /// The surface's material.
    pub material: &'a Material,
    /// The point in the material's frame.
    pub local: Vec3,
    /// The thing's id.
    pub id: u16,
}

impl Prop {
    /// A solid at `centre`, turned by `turn` radians about the vertical.
    pub fn new(solid: Solid, centre: Vec3, turn: f32, material: Material, id: u16) -> Self {
        let ((sin, cos), reach, spheres) = (turn.sin_cos(), solid.reach(), solid.spheres());
        let mut prop = Self { solid, centre, turn: (cos, sin), material, id, reach, spheres };
        prop.spheres = prop.spheres.iter().map(|(q, r)| (prop.global(*q), *r)).collect();
        prop
    }

    /// Radius of a sphere around the middle that holds the solid.
    pub fn reach(&self) -> f32 {
        self.reach
    }

    /// `p` in the solid's own frame.
    pub fn local(&self, p: Vec3) -> Vec3 {
        let q = p - self.centre;
        let (cos, sin) = self.turn;
        vec3(cos * q.x - sin * q.z, q.y, sin * q.x + cos * q.z)
    }

    /// A point of the solid's own frame on the stage.
    pub fn global(&self, q: Vec3) -> Vec3 {
        let (cos, sin) = self.turn;
        vec3(cos * q.x + sin * q.z, q.y, cos * q.z - sin * q.x) + self.centre
    }

    fn distance(&self, p: Vec3) -> f32 {
        self.solid.distance(self.local(p))
    }

    /// Stretch of a ray within `slack` (a share of their radius) of the spheres that hold the solid.
    fn stretch(&self, from: Vec3, way: Vec3, slack: f32) -> Option<(f32, f32)> {
        let mut stretch: Option<(f32, f32)> = None;
        for (centre, radius) in &self.spheres {
            let (to, reach) = (*centre - from, radius * (1.0 + slack));
            let along = to.dot(way);
            let left = reach * reach - (to.dot(to) - along * along);
            if left > 0.0 {
                let half = left.sqrt();
                let (start, end) = stretch.unwrap_or((f32::MAX, 0.0));
                stretch = Some((start.min(along - half), end.max(along + half)));
            }
        }
        stretch.filter(|(_, end)| *end > 0.0).map(|(start, end)| (start.max(0.0), end))
    }

    fn normal(&self, p: Vec3) -> Vec3 {
        let h = 0.001;
        let corners =
            [vec3(1., -1., -1.), vec3(-1., -1., 1.), vec3(-1., 1., -1.), vec3(1., 1., 1.)];
        let slopes = corners.map(|corner| corner * self.distance(p + corner * h));
        slopes.into_iter().fold(Vec3::default(), |sum, slope| sum + slope).unit()
    }
}

impl Stage {
    /// What a ray from `from` in the unit direction `way` hits first.
    pub fn hit(&self, from: Vec3, way: Vec3) -> Option<Hit<'_>> {
        let plane = self.planes.iter().filter_map(|plane| {
            let towards = -plane.normal.dot(way);
            let length = (plane.normal.dot(from) - plane.offset) / towards;
            (towards > 1e-4 && length < 60.0).then_some((length, plane))
        });
        let plane = plane.min_by(|a, b| a.0.total_cmp(&b.0));
        let mut nearest = plane.as_ref().map_or(60.0, |(length, _)| *length);
        let mut found = None;
        for prop in &self.props {
            let Some((mut at, end)) = prop.stretch(from, way, 0.0) else { continue };
            while at < end.min(nearest) {
                let gap = prop.distance(from + way * at);
                if gap < 0.0008 * (1.0 + at) {
                    nearest = at;
                    found = Some(prop);
                    break;
                }
                at += gap;
            }
        }
        if let Some(prop) = found {
            let point = from + way * nearest;
            let (normal, local) = (prop.normal(point), prop.local(point));
            return Some(Hit {
                length: nearest,
                point,
                normal,
                material: &prop.material,
                local,
                id: prop.id,
            });
        }
        let (length, plane) = plane?;
        let point = from + way * length;
        Some(Hit {
            length,
            point,
            normal: plane.normal,
            material: &plane.material,
            local: point,
            id: plane.id,
        })
    }

    /// Visible part of a distant light towards `way`, 0..1; `sharp` is about 8 for a soft shadow, 40 for a hard one.
    pub fn sun(&self, from: Vec3, way: Vec3, sharp: f32) -> f32 {
        let mut sun: f32 = 1.0;
        for prop in &self.props {
            let Some((start, end)) = prop.stretch(from, way, 0.25) else { continue };
            let mut at = start.max(0.015);
            let mut steps = 0;
            while at < end && sun > 0.02 && steps < 32 {
                let gap = prop.distance(from + way * at);
                sun = sun.min(sharp * gap / at);
                at += gap.clamp(0.01, 0.2);
                steps += 1;
            }
        }
        let sun = sun.clamp(0.0, 1.0);
        sun * sun * (3.0 - 2.0 * sun)
    }

    /// Visible part of the sky at a point, 0..1, from the room left along the normal.
    pub fn open(&self, point: Vec3, normal: Vec3) -> f32 {
        const STEPS: [f32; 3] = [0.04, 0.12, 0.3];
        let mut gaps = STEPS;
        let mut meet = |distance: &dyn Fn(Vec3) -> f32| {
            for (gap, step) in gaps.iter_mut().zip(STEPS) {
                *gap = gap.min(distance(point + normal * step));
            }
        };
        for plane in &self.planes {
            meet(&|p| plane.normal.dot(p) - plane.offset);
        }
        for prop in &self.props {
            if (point - prop.centre).length() < prop.reach + STEPS[2] {
                meet(&|p| prop.distance(p));
            }
        }
        let (mut hidden, mut weight) = (0.0, 1.0);
        for (gap, step) in gaps.into_iter().zip(STEPS) {
            hidden += weight * (step - gap.max(0.0)) / step;
            weight *= 0.75;
        }
        (1.0 - 0.42 * hidden).max(0.1)
    }
}
