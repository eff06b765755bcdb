//! The buffers a picture is painted into: light for the picture, everything else for labels.

use super::shapes::Instance;
use super::vectors::{Rgb, Vec2, Vec3, vec2};

/// A picture while it is painted; every buffer is row-major, `[height, width]`.
pub struct Canvas {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Pixels of the shorter side; positions on the canvas are fractions of it.
    pub unit: f32,
    /// Linear light.
    pub light: Vec<Rgb>,
    /// Linear reflectance.
    pub albedo: Vec<Rgb>,
    /// Unit normals (right, up, towards the viewer); zero where unknown.
    pub normals: Vec<Vec3>,
    /// 0 near to 1 far; -1 where unknown.
    pub depth: Vec<f32>,
    /// 0 for nothing, else the index of an instance plus one.
    pub ids: Vec<u16>,
    /// What has been painted.
    pub instances: Vec<Instance>,
}

/// What covers a point.
pub struct Touch {
    /// Signed distance to the edge in units, negative inside.
    pub distance: f32,
    /// Linear light.
    pub light: Rgb,
    /// Linear reflectance.
    pub albedo: Rgb,
    /// Unit normal, zero if unknown.
    pub normal: Vec3,
    /// 0 near to 1 far, -1 if unknown.
    pub depth: f32,
}

impl Touch {
    /// Something without relief whose light is its reflectance.
    pub fn flat(distance: f32, colour: Rgb) -> Self {
        Self { distance, light: colour, albedo: colour, normal: Vec3::default(), depth: -1.0 }
    }
}

impl Canvas {
    /// An empty canvas; both sides must be positive.
    pub fn new(width: usize, height: usize) -> Self {
        let n = width * height;
        Self {
            width,
            height,
            unit: width.min(height) as f32,
            light: vec![Rgb::default(); n],
            albedo: vec![Rgb::default(); n],
            normals: vec![Vec3::default(); n],
            depth: vec![-1.0; n],
            ids: vec![0; n],
            instances: Vec::new(),
        }
    }

    /// Width and height in units.
    pub fn extent(&self) -> Vec2 {
        vec2(self.width as f32, self.height as f32) * (1.0 / self.unit)
    }

    /// The centre of pixel (`x`, `y`) in units.
    pub fn position(&self, x: usize, y: usize) -> Vec2 {
        vec2(x as f32 + 0.5, y as f32 + 0.5) * (1.0 / self.unit)
    }

    /// Adds a thing and returns its id.
    pub fn add(&mut self, instance: Instance) -> u16 {
        self.instances.push(instance);
        u16::try_from(self.instances.len()).unwrap_or(u16::MAX)
    }

    /// Pixel ranges (columns, rows) within `reach` of `centre`.
    pub fn window(&self, centre: Vec2, reach: f32) -> (Range, Range) {
        let span = |middle: f32, size: usize| {
            let edge = |v: f32| (v * self.unit).clamp(0.0, size as f32) as usize;
            edge(middle - reach)..(edge(middle + reach) + 1).min(size)
        };
        (span(centre.x, self.width), span(centre.y, self.height))
    }

    /// Fills everything with `colour(position)` as id `id`.
    pub fn fill(&mut self, id: u16, colour: impl Fn(Vec2) -> Rgb) {
        for y in 0..self.height {
            for x in 0..self.width {
                let (at, colour) = (y * self.width + x, colour(self.position(x, y)));
                self.light[at] = colour;
                self.albedo[at] = colour;
                self.ids[at] = id;
            }
        }
    }

    /// Covers pixels within `reach` of `centre` with `touch(position, reflectance below)`.
    ///
    /// Light and reflectance blend over an edge `soft` pixels wide; labels change where the distance is negative.
    pub fn paint(
        &mut self,
        id: u16,
        (centre, reach): (Vec2, f32),
        soft: f32,
        touch: impl Fn(Vec2, Rgb) -> Option<Touch>,
    ) {
        let (columns, rows) = self.window(centre, reach + soft / self.unit);
        for y in rows {
            for x in columns.clone() {
                let at = y * self.width + x;
                if let Some(touch) = touch(self.position(x, y), self.albedo[at]) {
                    self.cover(at, id, soft, &touch);
                }
            }
        }
    }

    /// Covers one pixel.
    pub fn cover(&mut self, at: usize, id: u16, soft: f32, touch: &Touch) {
        let cover = (0.5 - touch.distance * self.unit / soft).clamp(0.0, 1.0);
        if cover <= 0.0 {
            return;
        }
        self.light[at] = self.light[at].mix(touch.light, cover);
        self.albedo[at] = self.albedo[at].mix(touch.albedo, cover);
        if touch.distance < 0.0 {
            self.ids[at] = id;
            self.normals[at] = touch.normal;
            self.depth[at] = touch.depth;
        }
    }

    /// Changes the light within `reach` of `centre` to `light(position, before)`, without labels: shadows, halos, haze.
    pub fn relight(&mut self, (centre, reach): (Vec2, f32), light: impl Fn(Vec2, Rgb) -> Rgb) {
        let (columns, rows) = self.window(centre, reach);
        for y in rows {
            for x in columns.clone() {
                let at = y * self.width + x;
                self.light[at] = light(self.position(x, y), self.light[at]);
            }
        }
    }

    /// Counts every instance's pixels and finds its extent and centre.
    pub fn measure(&mut self) {
        for (at, &id) in self.ids.iter().enumerate() {
            let Some(instance) =
                usize::from(id).checked_sub(1).and_then(|i| self.instances.get_mut(i))
            else {
                continue;
            };
            let (x, y) = (at % self.width, at / self.width);
            let [left, top, right, bottom] = instance.bounds;
            instance.bounds = if instance.area == 0 {
                [x, y, x + 1, y + 1]
            } else {
                [left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1)]
            };
            instance.area += 1;
            instance.centre += vec2(x as f32 + 0.5, y as f32 + 0.5);
        }
        for instance in &mut self.instances {
            instance.centre = instance.centre * (1.0 / instance.area.max(1) as f32);
        }
    }
}

type Range = std::ops::Range<usize>;

#[cfg(test)]
mod tests {
    use super::super::materials::Pattern;
    use super::super::palette::Hue;
    use super::super::shapes::Shape;
    use super::*;

    #[test]
    fn a_painted_disc_has_soft_light_and_a_hard_label() {
        let mut canvas = Canvas::new(64, 48);
        let id = canvas.add(Instance::new(Shape::Disc, Pattern::Plain, Hue::Red, false));
        let centre = vec2(0.5, 0.5);
        canvas.paint(id, (centre, 0.25), 1.0, |p, _| {
            Some(Touch::flat((p - centre).length() - 0.25, Vec3::all(1.0)))
        });
        canvas.measure();
        let disc = &canvas.instances[0];
        assert!((disc.area as f32 - std::f32::consts::PI * 12.0 * 12.0).abs() < 15.0);
        assert!((disc.centre - vec2(24.0, 24.0)).length() < 0.3);
        assert_eq!(disc.bounds, [12, 12, 36, 36]);
        assert!(canvas.light.iter().any(|l| l.x > 0.1 && l.x < 0.9));
    }
}
