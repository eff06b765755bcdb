//! A perspective camera and the picture it takes of a stage.

use super::canvas::{Canvas, Touch};
use super::light::{Light, Lit};
use super::noise::fractal2;
use super::rays::Stage;
use super::vectors::{Rgb, Vec3, smooth_step, vec2, vec3};

/// A camera.
pub struct View {
    eye: Vec3,
    right: Vec3,
    up: Vec3,
    back: Vec3,
    /// Tangent of half the field of view over the shorter side.
    field: f32,
    /// Distance along the optical axis that depth 1 stands for.
    far: f32,
}

/// One point of the picture.
struct Seen {
    id: u16,
    touch: Touch,
}

impl View {
    /// A camera at `distance` from `aim`, turned by `yaw` and raised by `pitch` radians.
    pub fn towards(aim: Vec3, distance: f32, yaw: f32, pitch: f32, field: f32, far: f32) -> Self {
        let back = vec3(yaw.sin() * pitch.cos(), pitch.sin(), yaw.cos() * pitch.cos());
        let right = vec3(0.0, 1.0, 0.0).cross(back).unit();
        Self { eye: aim + back * distance, right, up: back.cross(right), back, field, far }
    }

    /// Where a point appears, in pixels; points behind the camera land far outside.
    pub fn project(&self, p: Vec3, canvas: &Canvas) -> (f32, f32) {
        let q = p - self.eye;
        let depth = -q.dot(self.back);
        if depth < 1e-3 {
            return (-1e6, -1e6);
        }
        let scale = 0.5 * canvas.unit / (self.field * depth);
        let middle = (canvas.width as f32 / 2.0, canvas.height as f32 / 2.0);
        (middle.0 + q.dot(self.right) * scale, middle.1 - q.dot(self.up) * scale)
    }

    /// Unit direction through the point (`x`, `y`) in pixels.
    fn way(&self, x: f32, y: f32, canvas: &Canvas) -> Vec3 {
        let scale = 2.0 * self.field / canvas.unit;
        let across = self.right * ((x - canvas.width as f32 / 2.0) * scale);
        let along = self.up * ((canvas.height as f32 / 2.0 - y) * scale);
        (across + along - self.back).unit()
    }
}

/// Takes the picture: one ray through every pixel's centre for the labels, four more where things meet.
pub fn render(
    canvas: &mut Canvas,
    stage: &Stage,
    view: &View,
    light: &Light,
    sharp: f32,
    sky: (Rgb, Rgb),
) {
    let footprint = 2.0 * view.field / canvas.unit;
    let look = |x: f32, y: f32, canvas: &Canvas| {
        see(stage, view, light, sharp, sky, view.way(x, y, canvas), footprint)
    };
    for y in 0..canvas.height {
        for x in 0..canvas.width {
            let seen = look(x as f32 + 0.5, y as f32 + 0.5, canvas);
            canvas.cover(y * canvas.width + x, seen.id, 1.0, &seen.touch);
        }
    }
    for at in borders(canvas) {
        let (x, y) = ((at % canvas.width) as f32, (at / canvas.width) as f32);
        let corners = [(0.125, 0.375), (0.375, 0.875), (0.625, 0.125), (0.875, 0.625)];
        let (mut lit, mut albedo) = (Vec3::default(), Vec3::default());
        for (dx, dy) in corners {
            let seen = look(x + dx, y + dy, canvas);
            lit += seen.touch.light * 0.25;
            albedo += seen.touch.albedo * 0.25;
        }
        canvas.light[at] = lit;
        canvas.albedo[at] = albedo;
    }
}

/// What a ray sees.
fn see(
    stage: &Stage,
    view: &View,
    light: &Light,
    sharp: f32,
    sky: (Rgb, Rgb),
    way: Vec3,
    footprint: f32,
) -> Seen {
    let distance = -1.0;
    let Some(hit) = stage.hit(view.eye, way) else {
        let blue = sky.0.mix(sky.1, (way.y * 2.5).clamp(0.0, 1.0));
        // Clouds on a sheet above, thinner towards the horizon.
        let sheet = vec2(way.x, way.z) * (1.0 / (way.y.max(0.0) + 0.12));
        let cloud = smooth_step(0.5, 0.8, fractal2(sheet, 4, 77)) * smooth_step(0.0, 0.1, way.y);
        let colour = blue.mix(Vec3::all(0.85), 0.7 * cloud);
        let normal = Vec3::default();
        return Seen {
            id: 0,
            touch: Touch { distance, light: colour, albedo: colour, normal, depth: 1.0 },
        };
    };
    let axis = -way.dot(view.back);
    // A surface seen at a slant covers more of itself with one pixel.
    let slant = (-way.dot(hit.normal)).max(0.15);
    let albedo = hit.material.albedo(hit.local, footprint * hit.length / slant);
    let lifted = hit.point + hit.normal * 0.004;
    let facing = hit.normal.dot(light.towards) > 0.0;
    let lit = Lit {
        normal: hit.normal,
        view: -way,
        sun: if facing { stage.sun(lifted, light.towards, sharp) } else { 0.0 },
        open: stage.open(hit.point, hit.normal),
    };
    let mut colour = light.shade(albedo, hit.material.gloss, &lit);
    // Air: far floor fades into the horizon.
    colour = colour.mix(sky.0, (1.0 - (-0.02 * hit.length * hit.length).exp()) * 0.6);
    let n = hit.normal;
    let normal = vec3(n.dot(view.right), n.dot(view.up), n.dot(view.back));
    let depth = (hit.length * axis / view.far).clamp(0.0, 1.0);
    Seen { id: hit.id, touch: Touch { distance, light: colour, albedo, normal, depth } }
}

/// Pixels beside another thing's.
fn borders(canvas: &Canvas) -> Vec<usize> {
    let (width, ids) = (canvas.width, &canvas.ids);
    let differs = |at: &usize| {
        let beside = !at.is_multiple_of(width) && ids[at - 1] != ids[*at]
            || !(at + 1).is_multiple_of(width) && ids[at + 1] != ids[*at];
        let above = *at >= width && ids[at - width] != ids[*at];
        beside || above || ids.get(at + width).is_some_and(|id| id != &ids[*at])
    };
    (0..ids.len()).filter(differs).collect()
}
