//! Labels of a scene: a raster of numbers in 0..1 for every channel of a task.

use super::Scene;
use super::palette::displayed;
use super::shapes::Instance;
use super::tasks::{Selector, Target, Task};
use super::vectors::Vec3;

/// What a label holds where the truth is unknown.
pub const UNKNOWN: f32 = -1.0;

/// Objects smaller than this many pixels are seen too little to be counted.
const SMALLEST: usize = 4;

impl Scene {
    /// The label of one channel.
    ///
    /// # Shapes
    /// `[height * width]`, row-major.
    ///
    /// # Units
    /// 0..1; [`UNKNOWN`] (-1) where there is no truth: normals of the sky, a hidden keypoint, a channel the task lacks.
    /// Masks and edges are 0 or 1. Depth grows away from the viewer on a scale that all scenes of a world share.
    /// Normals are right, up, towards the viewer, each mapped from -1..1. Albedo is red, green, blue as displayed
    /// (gamma 2). A keypoint is a Gaussian of height 1 whose standard deviation is 2.5 % of the shorter side.
    /// A density sums to the number of things of its class.
    pub fn label(&self, task: &Task, channel: usize) -> Vec<f32> {
        if channel >= task.channels {
            return vec![UNKNOWN; self.ids.len()];
        }
        match &task.target {
            Target::Mask(selectors) => self.mask(selectors[channel]),
            Target::Density(selector) => self.density(*selector),
            Target::Edges => self.edges(),
            Target::Depth => self.depth.clone(),
            Target::Normals => self.normals.iter().map(|n| normal_part(*n, channel)).collect(),
            Target::Albedo => {
                self.albedo.iter().map(|a| displayed(*a).parts()[channel.min(2)]).collect()
            }
            Target::Keypoints(names) => self.keypoint_map(&names[channel]),
        }
    }

    /// 1 where a thing that `selector` selects is seen, else 0.
    pub fn mask(&self, selector: Selector) -> Vec<f32> {
        let chosen: Vec<bool> = self.selected(selector);
        let inside = |id: &u16| id.checked_sub(1).is_some_and(|i| chosen[usize::from(i)]);
        self.ids.iter().map(|id| f32::from(u8::from(inside(id)))).collect()
    }

    /// For every instance whether `selector` selects it.
    pub fn selected(&self, selector: Selector) -> Vec<bool> {
        let things = self.instances.iter().filter(|i| i.shape.is_thing());
        let largest = things.max_by_key(|i| i.area).map(|i| i.centre.x);
        let selects = |i: &Instance| match selector {
            Selector::Any => i.shape.is_thing(),
            Selector::Shape(shape) => i.shape == shape,
            Selector::Pattern(pattern) => i.shape.is_thing() && i.pattern == pattern,
            Selector::Hue(hue) => i.shape.is_thing() && i.hue == hue,
            Selector::Large(large) => i.shape.is_thing() && i.large == large,
            Selector::ShapeAndHue(shape, hue) => i.shape == shape && i.hue == hue,
            Selector::LeftOfLargest => {
                i.shape.is_thing() && largest.is_some_and(|x| i.centre.x < x - 0.5)
            }
        };
        self.instances.iter().map(selects).collect()
    }

    /// How many things of a class are seen.
    pub fn count(&self, selector: Selector) -> usize {
        self.seen(selector).count()
    }

    /// Where the things of a class are that are seen, `[x, y]` in pixels.
    pub fn centres(&self, selector: Selector) -> Vec<[f32; 2]> {
        self.seen(selector).map(|i| [i.centre.x, i.centre.y]).collect()
    }

    fn seen(&self, selector: Selector) -> impl Iterator<Item = &Instance> {
        let selected = self.selected(selector).into_iter().zip(&self.instances);
        selected.filter(|(chosen, i)| *chosen && i.area >= SMALLEST).map(|(_, i)| i)
    }

    /// 1 on both sides of every border between things, or between a thing and what is behind it.
    fn edges(&self) -> Vec<f32> {
        let mut edges = vec![0.0; self.ids.len()];
        for at in 0..self.ids.len() {
            let right = (at % self.width + 1 < self.width).then_some(at + 1);
            let below = (at + self.width < self.ids.len()).then_some(at + self.width);
            for other in [right, below].into_iter().flatten() {
                if self.ids[other] != self.ids[at] {
                    edges[at] = 1.0;
                    edges[other] = 1.0;
                }
            }
        }
        edges
    }

    /// One Gaussian of sum 1 for every thing of a class, around its centre.
    fn density(&self, selector: Selector) -> Vec<f32> {
        let mut map = vec![0.0; self.ids.len()];
        for i in self.seen(selector) {
            let sigma = (0.25 * (i.area as f32).sqrt()).max(1.0);
            self.add_gaussian(&mut map, (i.centre.x, i.centre.y), sigma, true);
        }
        map.iter().map(|d: &f32| d.min(1.0)).collect()
    }

    /// One Gaussian of height 1 at a keypoint; unknown if it is hidden behind something.
    fn keypoint_map(&self, name: &str) -> Vec<f32> {
        let mut map = vec![0.0; self.ids.len()];
        let Some(point) = self.keypoints.iter().find(|point| point.name == *name) else {
            return vec![UNKNOWN; map.len()];
        };
        let inside = point.x >= 0.0
            && point.y >= 0.0
            && point.x < self.width as f32
            && point.y < self.height as f32;
        if inside && !point.visible {
            return vec![UNKNOWN; map.len()];
        }
        let sigma = 0.025 * self.width.min(self.height) as f32;
        self.add_gaussian(&mut map, (point.x, point.y), sigma, false);
        map
    }

    /// Adds a Gaussian of height 1, or of sum 1 over the picture.
    fn add_gaussian(&self, map: &mut [f32], (cx, cy): (f32, f32), sigma: f32, normal: bool) {
        let bell = |d: f32| (-0.5 * (d / sigma).powi(2)).exp();
        let span = |c: f32, size: usize| {
            let lo = (c - 3.5 * sigma).clamp(0.0, size as f32) as usize;
            let hi = (c + 3.5 * sigma + 1.0).clamp(0.0, size as f32) as usize;
            (lo..hi).map(|i| (i, bell(i as f32 + 0.5 - c))).collect::<Vec<_>>()
        };
        let (columns, rows) = (span(cx, self.width), span(cy, self.height));
        let sum = |part: &[(usize, f32)]| part.iter().map(|p| p.1).sum::<f32>();
        let scale = if normal { 1.0 / (sum(&columns) * sum(&rows)).max(1e-9) } else { 1.0 };
        for (y, down) in &rows {
            for (x, right) in &columns {
                map[y * self.width + x] += down * right * scale;
            }
        }
    }
}

/// One part of a normal mapped to 0..1; unknown for the zero vector.
fn normal_part(normal: Vec3, channel: usize) -> f32 {
    if normal == Vec3::default() {
        return UNKNOWN;
    }
    (0.5 + 0.5 * normal.parts()[channel.min(2)]).clamp(0.0, 1.0)
}
