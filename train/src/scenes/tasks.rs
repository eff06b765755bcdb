//! Tasks a world offers: what its pictures can be labelled with.

use super::labels::UNKNOWN;
use super::materials::Pattern;
use super::palette::Hue;
use super::shapes::Shape;
use super::{Scene, World};

/// What kind of label a task has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Each channel 0 or 1.
    Mask,
    /// Each channel continuous in 0..1.
    Map,
    /// Each channel one point.
    Keypoints,
    /// The sum is a count.
    Density,
}

/// A class of things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selector {
    /// Every object.
    Any,
    /// A shape family, or a kind of surrounding region.
    Shape(Shape),
    /// A material's pattern.
    Pattern(Pattern),
    /// A colour family.
    Hue(Hue),
    /// The larger (true) or smaller (false) of the world's two sizes.
    Large(bool),
    /// A shape family in a colour family.
    ShapeAndHue(Shape, Hue),
    /// Objects whose centre is left of the largest object's.
    LeftOfLargest,
}

/// What a task asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// One class a channel.
    Mask(Vec<Selector>),
    /// Distance from the viewer.
    Depth,
    /// Orientation of the surface: right, up, towards the viewer.
    Normals,
    /// Colour without light and shadow: red, green, blue.
    Albedo,
    /// Borders of things.
    Edges,
    /// One named point a channel.
    Keypoints(Vec<String>),
    /// How many of a class are where.
    Density(Selector),
}

/// Something to predict.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Lower case, unique within a world.
    pub name: String,
    /// The kind of its labels.
    pub kind: Kind,
    /// Number of channels.
    pub channels: usize,
    /// What the labels show.
    pub target: Target,
}

impl Task {
    fn new(name: impl Into<String>, kind: Kind, channels: usize, target: Target) -> Self {
        Self { name: name.into(), kind, channels, target }
    }
}

impl Selector {
    /// Lower-case name.
    pub fn name(self) -> String {
        match self {
            Self::Any => "object".into(),
            Self::Shape(shape) => shape.name(),
            Self::Pattern(pattern) => format!("{pattern:?}").to_lowercase(),
            Self::Hue(hue) => format!("{hue:?}").to_lowercase(),
            Self::Large(true) => "large".into(),
            Self::Large(false) => "small".into(),
            Self::ShapeAndHue(shape, hue) => format!("{} {}", Self::Hue(hue).name(), shape.name()),
            Self::LeftOfLargest => "left of the largest".into(),
        }
    }

    fn needs_colour(self) -> bool {
        matches!(self, Self::Hue(_) | Self::ShapeAndHue(..))
    }
}

/// Share of a picture a class may cover on average to be worth a task.
const COVER: std::ops::RangeInclusive<f32> = 0.005..=0.7;

impl World {
    /// Every task that is neither empty nor trivial in this world's pictures, found by looking at four small ones.
    pub fn tasks(&self) -> Vec<Task> {
        let probes: Vec<Scene> = (0..4).map(|i| self.scene(u64::MAX - i, 96, 96)).collect();
        let mut tasks = Vec::new();
        let selectors = self.masks(&probes);
        for selector in &selectors {
            let target = Target::Mask(vec![*selector]);
            tasks.push(Task::new(selector.name(), Kind::Mask, 1, target));
        }
        tasks.extend(class_tasks(&selectors));
        if probes.iter().any(|s| s.depth.iter().any(|d| *d != UNKNOWN && *d < 1.0)) {
            tasks.push(Task::new("depth", Kind::Map, 1, Target::Depth));
            tasks.push(Task::new("normals", Kind::Map, 3, Target::Normals));
        }
        if !self.is_grey() {
            tasks.push(Task::new("albedo", Kind::Map, 3, Target::Albedo));
        }
        tasks.push(Task::new("edges", Kind::Map, 1, Target::Edges));
        let names = self.keypoints();
        if !names.is_empty() {
            let channels = names.len();
            tasks.push(Task::new("keypoints", Kind::Keypoints, channels, Target::Keypoints(names)));
        }
        for selector in selectors {
            let seen: usize = probes.iter().map(|s| s.count(selector)).sum();
            if selector != Selector::LeftOfLargest && seen >= 2 * probes.len() {
                let name = format!("number of {}", selector.name());
                tasks.push(Task::new(name, Kind::Density, 1, Target::Density(selector)));
            }
        }
        tasks
    }

    /// The mask task that this world's pictures are about: one of [`World::tasks`], drawn with the world.
    pub fn class(&self) -> Option<Task> {
        let masks: Vec<Task> = self.tasks().into_iter().filter(|t| t.kind == Kind::Mask).collect();
        masks.get(self.class_draw() % masks.len().max(1)).cloned()
    }

    /// Classes of the right size that select different pixels.
    fn masks(&self, probes: &[Scene]) -> Vec<Selector> {
        let mut found: Vec<(Selector, Vec<Vec<f32>>)> = Vec::new();
        for selector in candidates(probes) {
            if self.is_grey() && selector.needs_colour() {
                continue;
            }
            let masks: Vec<Vec<f32>> = probes.iter().map(|s| s.mask(selector)).collect();
            let cover = |m: &Vec<f32>| m.iter().sum::<f32>() / m.len() as f32;
            let mean = masks.iter().map(cover).sum::<f32>() / masks.len() as f32;
            let often = masks.iter().filter(|m| cover(m) > 0.001).count() * 2 >= masks.len();
            if COVER.contains(&mean) && often && !found.iter().any(|(_, other)| *other == masks) {
                found.push((selector, masks));
            }
        }
        found.into_iter().map(|(selector, _)| selector).collect()
    }
}

impl Scene {
    /// Whether one thing is so much larger than the others that it can be pointed at.
    fn has_largest(&self) -> bool {
        let mut areas: Vec<usize> =
            self.instances.iter().filter(|i| i.shape.is_thing()).map(|i| i.area).collect();
        areas.sort_unstable();
        matches!(areas[..], [.., second, first] if first * 4 > second * 5)
    }
}

/// Every class that occurs in the pictures, without repetition.
fn candidates(probes: &[Scene]) -> Vec<Selector> {
    let mut all = vec![Selector::Any];
    let instances = || probes.iter().flat_map(|s| &s.instances);
    let mut add = |selector| {
        if !all.contains(&selector) {
            all.push(selector);
        }
    };
    instances().for_each(|i| add(Selector::Shape(i.shape)));
    for i in instances().filter(|i| i.shape.is_thing()) {
        add(Selector::Pattern(i.pattern));
        add(Selector::Hue(i.hue));
        add(Selector::Large(i.large));
        add(Selector::ShapeAndHue(i.shape, i.hue));
    }
    let clear = probes.iter().filter(|s| s.has_largest()).count();
    if instances().filter(|i| i.shape.is_thing()).count() >= 4 * probes.len()
        && clear * 4 >= probes.len() * 3
    {
        add(Selector::LeftOfLargest);
    }
    all
}

/// Tasks of several channels: all shape families together, all colour families, all patterns.
fn class_tasks(selectors: &[Selector]) -> Vec<Task> {
    let alike = |name: &str, keep: fn(&Selector) -> bool| {
        let classes: Vec<Selector> = selectors.iter().copied().filter(keep).collect();
        let n = classes.len();
        (n >= 2).then(|| Task::new(name, Kind::Mask, n, Target::Mask(classes)))
    };
    let groups = [
        alike("shapes", |s| matches!(s, Selector::Shape(_))),
        alike("colours", |s| matches!(s, Selector::Hue(_))),
        alike("patterns", |s| matches!(s, Selector::Pattern(_))),
    ];
    groups.into_iter().flatten().collect()
}
