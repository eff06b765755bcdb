//! Solids on a floor, on a table or in a room, in perspective, with shadows.

use super::Keypoint;
use super::canvas::Canvas;
use super::cast::{Cast, Role};
use super::dice::Dice;
use super::figure::{Figure, Pose};
use super::light::Light;
use super::materials::{Material, Pattern};
use super::palette::Hue;
use super::rays::{Plane, Prop, Stage};
use super::shapes::{Instance, Shape};
use super::solids::Solid;
use super::vectors::{Rgb, Vec3, vec3};
use super::view::{View, render};

/// Solids a world can have.
const SHAPES: [Shape; 6] =
    [Shape::Sphere, Shape::Box, Shape::Torus, Shape::Capsule, Shape::Cylinder, Shape::Cone];

/// Where the solids are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// On a plain up to the horizon.
    Open,
    /// On a table, seen from above.
    Table,
    /// Between walls at this distance from the middle.
    Room(f32),
}

/// What the pictures of a marched world share.
#[derive(Clone, Debug)]
pub struct Style {
    cast: Cast,
    light: Light,
    place: Place,
    floor: Material,
    wall: Material,
    sky: (Rgb, Rgb),
    /// Angle of the camera above the horizon.
    pitch: f32,
    /// Tangent of half the field of view.
    field: f32,
    /// Half of what the picture shows across, at the middle of the stage.
    span: f32,
    /// Sharpness of shadows.
    sharp: f32,
    objects: (usize, usize),
    figure: Option<(Figure, Role)>,
}

impl Style {
    /// A random style.
    pub fn draw(dice: &mut Dice) -> Self {
        let cast = Cast::draw(&SHAPES, dice);
        let rest: Vec<Hue> = Hue::ALL.into_iter().filter(|h| !cast.hues.contains(h)).collect();
        let patterns =
            [Pattern::Plain, Pattern::Mottled, Pattern::Checks, Pattern::Grain, Pattern::Speckle];
        let mut surface = |size: f32| {
            let pale = dice.between(0.3, 0.7);
            let colour = dice.pick(&rest).draw(dice).mix(Vec3::all(0.5), pale);
            let mut material = Material::draw(dice.pick(&patterns), colour, size, 0.0, dice);
            // A ground's pattern is quieter than an object's.
            material.other = material.base.mix(material.other, dice.between(0.3, 0.7));
            material
        };
        let (floor, wall) = (surface(0.8), surface(1.2));
        let place = match dice.below(5) {
            0 => Place::Open,
            1 | 2 => Place::Table,
            _ => Place::Room(dice.between(1.5, 2.2)),
        };
        let pitch = match place {
            Place::Open => dice.between(0.15, 0.45),
            Place::Table => dice.between(0.6, 1.2),
            Place::Room(_) => dice.between(0.2, 0.55),
        };
        let fewest = dice.count(3, 7);
        let figure = dice.chance(0.35).then(|| {
            let role =
                Role { shape: Shape::Figure, large: true, radius: 0.25, ..cast.role(1.0, dice) };
            (Figure::draw(dice), role)
        });
        let horizon = vec3(0.75, 0.8, 0.85).mix(Vec3::all(dice.between(0.3, 0.9)), dice.unit());
        let mut light = Light::draw(dice);
        light.towards.y = light.towards.y.max(0.45);
        light.towards = light.towards.unit();
        Self {
            sky: (horizon, vec3(0.12, 0.25, 0.6).mix(horizon, dice.unit())),
            field: dice.between(0.4, 0.7),
            span: dice.between(0.75, 1.2),
            sharp: dice.between(6.0, 30.0),
            objects: (fewest, fewest + dice.count(1, 5)),
            cast,
            light,
            place,
            floor,
            wall,
            pitch,
            figure,
        }
    }

    /// Names of the keypoints.
    pub fn keypoints(&self) -> Vec<String> {
        self.figure.iter().flat_map(|(figure, _)| figure.names()).collect()
    }

    /// Paints one picture and returns its keypoints.
    pub fn paint(&self, canvas: &mut Canvas, dice: &mut Dice) -> Vec<Keypoint> {
        let (light, view) = (self.light.vary(dice), self.look(dice));
        let mut stage = Stage { props: Vec::new(), planes: Vec::new() };
        self.build(canvas, &mut stage, dice);
        let joints = self.add_figure(canvas, &mut stage, dice);
        for _ in 0..dice.count(self.objects.0, self.objects.1) {
            self.add_object(canvas, &mut stage, dice);
        }
        render(canvas, &stage, &view, &light, self.sharp, self.sky);
        let mut keypoints: Vec<Keypoint> = joints
            .into_iter()
            .map(|(name, at)| {
                let (x, y) = view.project(at, canvas);
                Keypoint { name, x, y, visible: true }
            })
            .collect();
        keypoints.iter_mut().for_each(|point| point.look(canvas, Shape::Figure));
        keypoints
    }

    /// This picture's camera.
    fn look(&self, dice: &mut Dice) -> View {
        let (yaw, pitch) = (0.25 * dice.normal(), self.pitch + 0.06 * dice.normal());
        let distance = self.span / self.field * dice.factor(1.15);
        let aim = vec3(0.1 * dice.normal(), 0.15, 0.1 * dice.normal());
        let far = match self.place {
            Place::Open => 3.0 * self.span / self.field,
            Place::Table => {
                // Where the floor leaves the picture at its upper edge.
                let half = self.field.atan();
                let slant = self.pitch.sin() * half.cos() / (self.pitch - half).sin().max(0.3);
                1.15 * slant.max(1.2) * self.span / self.field
            }
            Place::Room(half) => self.span / self.field + 1.7 * half,
        };
        View::towards(aim, distance, yaw, pitch.clamp(0.12, 1.4), self.field, far)
    }

    /// Floor, walls and furniture.
    fn build(&self, canvas: &mut Canvas, stage: &mut Stage, dice: &mut Dice) {
        let shift = vec3(dice.between(0.0, 9.0), 0.0, dice.between(0.0, 9.0));
        let shade = dice.factor(1.2);
        let mut plane = |material: &Material, shape, normal, offset| {
            let id = canvas.add(Instance::new(shape, material.pattern, Hue::Grey, false));
            let mut material = material.clone();
            material.seed ^= shift.x as u32;
            (material.base, material.other) = (material.base * shade, material.other * shade);
            stage.planes.push(Plane { normal, offset, material, id });
        };
        plane(&self.floor, Shape::Floor, vec3(0.0, 1.0, 0.0), 0.0);
        if let Place::Room(half) = self.place {
            plane(&self.wall, Shape::Wall, vec3(0.0, 0.0, 1.0), -half);
            plane(&self.wall, Shape::Wall, vec3(1.0, 0.0, 0.0), -half * dice.between(0.8, 1.2));
            plane(&self.wall, Shape::Wall, vec3(-1.0, 0.0, 0.0), -half * dice.between(0.8, 1.2));
            for _ in 0..dice.count(1, 4) {
                self.add_furniture(canvas, stage, half, dice);
            }
        }
    }

    /// A large box on the floor or a flat one on the rear wall.
    fn add_furniture(&self, canvas: &mut Canvas, stage: &mut Stage, half: f32, dice: &mut Dice) {
        let role = Role { shape: Shape::Box, large: true, ..self.cast.role(1.0, dice) };
        let hung = dice.chance(0.4);
        let depth = if hung { 0.03 } else { dice.between(0.15, 0.35) };
        let tall = dice.between(0.2, 0.5);
        let sides = vec3(dice.between(0.2, 0.5), tall, depth);
        let height = if hung { tall + dice.between(0.4, 0.9) } else { tall };
        let centre = vec3(dice.between(-0.7, 0.7) * half, height, depth + 0.01 - half);
        self.push(canvas, stage, role, Solid::Box(sides, 0.012), centre, 0.0, dice);
    }

    /// The figure in a random pose; its joints on the stage.
    fn add_figure(
        &self,
        canvas: &mut Canvas,
        stage: &mut Stage,
        dice: &mut Dice,
    ) -> Vec<(String, Vec3)> {
        let Some((figure, role)) = &self.figure else { return Vec::new() };
        let pose: Pose = figure.pose(dice);
        let solid = Solid::figure(&pose, role.radius * 1.7);
        let joints = match &solid {
            Solid::Figure(bones, _) => bones.iter().map(|bone| bone.1).collect(),
            _ => Vec::new(),
        };
        let centre = vec3(0.3 * dice.normal(), solid.lift(), 0.3 * dice.normal());
        self.push(canvas, stage, *role, solid, centre, dice.angle(), dice);
        let Some(prop) = stage.props.last() else { return Vec::new() };
        figure.names().into_iter().zip(joints.into_iter().map(|joint| prop.global(joint))).collect()
    }

    /// A random solid where there is room for it, sometimes on top of a box.
    fn add_object(&self, canvas: &mut Canvas, stage: &mut Stage, dice: &mut Dice) {
        let role = self.cast.role(1.0, dice);
        let solid = Solid::draw(role.shape, role.radius * 2.3, dice);
        let reach = solid.reach();
        let free = |p: Vec3| {
            stage.props.iter().all(|prop| {
                let gap = prop.centre - p;
                vec3(gap.x, 0.0, gap.z).length() > 0.8 * (prop.reach() + reach)
            })
        };
        let mut tops = stage.props.iter().filter_map(|prop| match &prop.solid {
            Solid::Box(half, _) if half.x.min(half.z) > 0.6 * reach => {
                Some(prop.centre + vec3(0.0, half.y + solid.lift(), 0.0))
            }
            _ => None,
        });
        let top = tops.next_back().filter(|_| dice.chance(0.3));
        let spot =
            |dice: &mut Dice| vec3(dice.between(-1.1, 1.1), solid.lift(), dice.between(-1.2, 0.8));
        let centre = top.or_else(|| (0..20).map(|_| spot(dice)).find(|p| free(*p)));
        if let Some(centre) = centre {
            self.push(canvas, stage, role, solid, centre, dice.angle(), dice);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one call, no state worth a struct")]
    fn push(
        &self,
        canvas: &mut Canvas,
        stage: &mut Stage,
        role: Role,
        solid: Solid,
        centre: Vec3,
        turn: f32,
        dice: &mut Dice,
    ) {
        let mut material = role.material(self.cast.gloss, dice);
        material.period *= 2.3;
        let id = canvas.add(role.instance());
        stage.props.push(Prop::new(solid, centre, turn, material, id));
    }
}
