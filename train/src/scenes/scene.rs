//! Scenes: one picture of a world and everything known about it.

use super::canvas::Canvas;
use super::shapes::{Instance, Shape};
use super::vectors::{Rgb, Vec3};

/// One picture and what is known about each of its pixels; see [`Scene::label`](Scene::label) for label rasters.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The picture, `[height, width, 3]`, 0..255.
    pub image: Vec<u8>,
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Everything in the picture; some may be hidden (`area` 0).
    pub instances: Vec<Instance>,
    /// `[height, width]`: 0 where there is nothing, else the index of the instance seen at the pixel's centre plus one.
    pub ids: Vec<u16>,
    /// The world's keypoints, in the order of [`World::keypoints`](super::World::keypoints).
    pub keypoints: Vec<Keypoint>,
    pub(super) depth: Vec<f32>,
    pub(super) normals: Vec<Vec3>,
    pub(super) albedo: Vec<Rgb>,
}

/// A named point.
#[derive(Clone, Debug, PartialEq)]
pub struct Keypoint {
    /// The same in every scene of a world.
    pub name: String,
    /// Pixels from the left edge; may lie outside the picture.
    pub x: f32,
    /// Pixels from the upper edge; may lie outside the picture.
    pub y: f32,
    /// Whether it is in the picture and nothing hides it.
    pub visible: bool,
}

impl Scene {
    pub(super) fn new(image: Vec<u8>, canvas: Canvas, keypoints: Vec<Keypoint>) -> Self {
        Self {
            image,
            width: canvas.width,
            height: canvas.height,
            instances: canvas.instances,
            ids: canvas.ids,
            keypoints,
            depth: canvas.depth,
            normals: canvas.normals,
            albedo: canvas.albedo,
        }
    }
}

impl Keypoint {
    /// Sets `visible`: the point is in the picture and a thing of family `owner` is seen there.
    pub(super) fn look(&mut self, canvas: &Canvas, owner: Shape) {
        let inside = self.x >= 0.0 && self.y >= 0.0;
        let (x, y) = (self.x as usize, self.y as usize);
        let id = (inside && x < canvas.width && y < canvas.height)
            .then(|| usize::from(canvas.ids[y * canvas.width + x]));
        let seen = id.and_then(|id| canvas.instances.get(id.checked_sub(1)?));
        self.visible = seen.is_some_and(|thing| thing.shape == owner);
    }
}
