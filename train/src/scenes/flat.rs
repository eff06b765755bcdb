//! Flat objects on a ground: cut-outs, or cushions with relief, overlapping and casting shadows.

use super::Keypoint;
use super::backdrop::{Backdrop, Ground};
use super::canvas::{Canvas, Touch};
use super::cast::{Cast, Role};
use super::dice::Dice;
use super::figure::Figure;
use super::layout::{Place, find_place};
use super::light::{Light, Lit};
use super::outlines::Outline;
use super::palette::Hue;
use super::shapes::Shape;
use super::vectors::{Vec2, Vec3, smooth_step, vec2, vec3};

/// Outlines a flat world can have.
pub const SHAPES: [Shape; 12] = [
    Shape::Disc,
    Shape::Ellipse,
    Shape::Superellipse,
    Shape::Rectangle,
    Shape::Triangle,
    Shape::Polygon,
    Shape::Star,
    Shape::Flower,
    Shape::Cross,
    Shape::Blob,
    Shape::Ring,
    Shape::Crescent,
];

/// Height of the tallest relief in units; depth 0 is there, depth 1 on the ground.
const TALLEST: f32 = 0.16;

/// An object with a place and a look of its own, so that several pictures can show the same one.
#[derive(Clone, Copy, Debug)]
pub struct Thing {
    /// One of [`SHAPES`].
    pub shape: Shape,
    pub hue: Hue,
    /// Its middle in units, from the top left.
    pub centre: Vec2,
    /// Its radius in units.
    pub radius: f32,
    /// Decides all else.
    pub seed: u64,
}

/// What the pictures of a flat world share.
#[derive(Clone, Debug)]
pub struct Style {
    cast: Cast,
    backdrop: Backdrop,
    light: Light,
    /// Sloping part of the cushions; none for cut-outs.
    rim: Option<f32>,
    /// Darkness of shadows, 0..1.
    shadow: f32,
    objects: (usize, usize),
    figure: Option<(Figure, Role)>,
}

impl Style {
    /// A random style.
    pub fn draw(dice: &mut Dice) -> Self {
        let cast = Cast::draw(&SHAPES, dice);
        let rest: Vec<Hue> = Hue::ALL.into_iter().filter(|h| !cast.hues.contains(h)).collect();
        let grounds = [
            Ground::Plain,
            Ground::Gradient,
            Ground::Cloudy,
            Ground::Gravel,
            Ground::Planks,
            Ground::Tiles,
            Ground::Cloth,
            Ground::Foliage,
            Ground::Concrete,
        ];
        let fewest = dice.count(4, 9);
        let figure = dice.chance(0.5).then(|| {
            let role =
                Role { shape: Shape::Figure, large: true, radius: 0.28, ..cast.role(1.0, dice) };
            (Figure::draw(dice), role)
        });
        Self {
            backdrop: Backdrop::draw(dice.pick(&grounds), &rest, dice),
            light: Light::draw(dice),
            rim: dice.chance(0.55).then(|| dice.between(0.3, 1.0)),
            shadow: if dice.chance(0.7) { dice.between(0.2, 0.6) } else { 0.0 },
            objects: (fewest, fewest + dice.count(1, 6)),
            figure,
            cast,
        }
    }

    /// Whether depth and normals mean something.
    pub fn has_relief(&self) -> bool {
        self.rim.is_some()
    }

    /// Names of the keypoints.
    pub fn keypoints(&self) -> Vec<String> {
        self.figure.iter().flat_map(|(figure, _)| figure.names()).collect()
    }

    /// Paints one picture and returns its keypoints.
    pub fn paint(&self, canvas: &mut Canvas, dice: &mut Dice) -> Vec<Keypoint> {
        let (backdrop, light) = (self.backdrop.vary(dice), self.light.vary(dice));
        self.lay_ground(canvas, &backdrop, &light);
        let zoom = dice.factor(1.25);
        let mut taken: Vec<(Vec2, f32)> = Vec::new();
        let objects = dice.count(self.objects.0, self.objects.1);
        let turn = dice.below(objects.max(1));
        let mut keypoints = Vec::new();
        for i in 0..objects {
            if i == turn {
                keypoints = self.paint_figure(canvas, &light, zoom, &mut taken, dice);
            }
            let role = self.cast.role(zoom, dice);
            if let Some(centre) = find_place(canvas, role.radius, &taken, dice) {
                taken.push((centre, role.radius));
                self.paint_outline(canvas, &light, &role, centre, dice);
            }
        }
        for keypoint in &mut keypoints {
            keypoint.look(canvas, Shape::Figure);
        }
        keypoints
    }

    /// Paints the style's ground with these objects on it, later ones above earlier ones.
    pub fn paint_things(&self, canvas: &mut Canvas, things: &[Thing], dice: &mut Dice) {
        let (backdrop, light) = (self.backdrop.vary(dice), self.light.vary(dice));
        self.lay_ground(canvas, &backdrop, &light);
        for &Thing { shape, hue, centre, radius, seed } in things {
            let dice = &mut Dice::new(seed, 0);
            let role = Role { shape, hue, radius, large: false, ..self.cast.role(1.0, dice) };
            self.paint_outline(canvas, &light, &role, centre, dice);
        }
    }

    /// Paints an object of an outline of its family.
    fn paint_outline(
        &self,
        canvas: &mut Canvas,
        light: &Light,
        role: &Role,
        centre: Vec2,
        dice: &mut Dice,
    ) {
        let place = Place { centre, radius: role.radius, turn: dice.angle() };
        let outline = Outline::draw(role.shape, dice);
        let rim = self.rim.unwrap_or(1.0);
        let height = |p| outline.height(p, rim);
        let distance = |p| outline.distance(p);
        self.paint_object(canvas, light, role, &place, outline.reach(), dice, distance, height);
    }

    fn lay_ground(&self, canvas: &mut Canvas, backdrop: &Backdrop, light: &Light) {
        let up = vec3(0.0, 0.0, 1.0);
        canvas.fill(0, |p| backdrop.albedo(p));
        let lit = Lit { normal: up, view: up, sun: 1.0, open: 1.0 };
        for colour in &mut canvas.light {
            *colour = light.shade(*colour, 0.0, &lit);
        }
        if self.has_relief() {
            canvas.normals.fill(up);
            canvas.depth.fill(1.0);
        }
    }

    /// Paints the figure and returns its joints, all taken as visible.
    fn paint_figure(
        &self,
        canvas: &mut Canvas,
        light: &Light,
        zoom: f32,
        taken: &mut Vec<(Vec2, f32)>,
        dice: &mut Dice,
    ) -> Vec<Keypoint> {
        let Some((figure, role)) = &self.figure else { return Vec::new() };
        let extent = canvas.extent();
        let centre = vec2(extent.x * dice.between(0.3, 0.7), extent.y * dice.between(0.3, 0.7));
        let place = Place { centre, radius: role.radius * zoom, turn: dice.angle() };
        taken.push((centre, place.radius * 0.8));
        let pose = figure.pose(dice);
        let rim = self.rim.unwrap_or(1.0) * 0.25;
        let height = |p| {
            let t = 1.0 - (-pose.distance(p) / rim).clamp(0.0, 1.0);
            0.5 * (1.0 - t * t).sqrt()
        };
        self.paint_object(canvas, light, role, &place, 2.2, dice, |p| pose.distance(p), height);
        let named = figure.names().into_iter().zip(&pose.joints);
        named
            .map(|(name, joint)| {
                let at = (joint.turned(place.turn) * place.radius + place.centre) * canvas.unit;
                Keypoint { name, x: at.x, y: at.y, visible: true }
            })
            .collect()
    }

    /// Paints an object with its shadow; `distance` and `height` are in the object's own units.
    #[expect(clippy::too_many_arguments, reason = "one call, no state worth a struct")]
    fn paint_object(
        &self,
        canvas: &mut Canvas,
        light: &Light,
        role: &Role,
        place: &Place,
        reach: f32,
        dice: &mut Dice,
        distance: impl Fn(Vec2) -> f32,
        height: impl Fn(Vec2) -> f32,
    ) {
        let material = role.material(self.cast.gloss, dice);
        let id = canvas.add(role.instance());
        let (radius, tall) = (place.radius, (0.6 * place.radius).min(TALLEST));
        let area = (place.centre, reach * radius);
        let throw = vec2(-light.towards.x, light.towards.y) * (0.35 * tall.max(0.03));
        let soft = 0.25;
        let darkened = if self.shadow > 0.0 { area.1 + soft * radius } else { 0.0 };
        canvas.relight((area.0 + throw, darkened), |p, before| {
            let gap = distance(place.local(p - throw));
            before * (1.0 - self.shadow * (1.0 - smooth_step(-soft, soft, gap)))
        });
        let footprint = 1.0 / canvas.unit;
        let view = vec3(0.0, 0.0, 1.0);
        canvas.paint(id, area, 1.0, |p, _| {
            let local = place.local(p);
            let distance = distance(local) * radius;
            if distance > footprint {
                return None;
            }
            let albedo = material.albedo((local * radius).with(0.113), footprint);
            let mut normal = view;
            let mut tallness = 0.0;
            if self.rim.is_some() {
                // Heights are in units of `tall`, places in units of `radius`.
                let step = 0.02;
                tallness = height(local);
                let rise =
                    |way: Vec2| (height(local + way.turned(-place.turn) * step) - tallness) / step;
                let steep = 0.8 * tall / radius;
                let slope = vec2(rise(vec2(1.0, 0.0)), rise(vec2(0.0, 1.0))) * steep;
                normal = vec3(-slope.x, slope.y, 1.0).unit();
            }
            let lit = Lit { normal, view, sun: 1.0, open: 1.0 };
            let light = light.shade(albedo, material.gloss, &lit);
            let (normal, depth) = match self.rim {
                Some(_) => (normal, 1.0 - tallness * tall / TALLEST),
                None => (Vec3::default(), -1.0),
            };
            Some(Touch { distance, light, albedo, normal, depth })
        });
    }
}
