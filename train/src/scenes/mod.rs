//! Procedural scenes with exact labels: worlds for meta-training episodes, sample pictures and test tasks.
//!
//! A [`World`] is what the pictures of an episode share: attributes to choose a class from, materials, light,
//! ground, camera. A [`Scene`] is one picture of a world; scenes of different index differ in arrangement, pose,
//! scale, colour and exposure. [`World::tasks`] says what the scenes can be labelled with and [`Scene::label`] labels.
//!
//! Everything follows from seeds. Draws are integer arithmetic; curves use the platform's sine and exponential,
//! whose last bit may differ between platforms, so pictures agree to the rounding of a byte.

mod backdrop;
mod breeds;
mod canvas;
mod cast;
mod cells;
mod collage;
mod cracks;
mod curves;
pub mod dice;
mod fibres;
mod figure;
mod flat;
mod jpeg;
mod labels;
mod layout;
mod lens;
mod light;
mod marched;
mod materials;
mod membranes;
mod mosaic;
mod noise;
mod outlines;
mod palette;
mod rays;
mod rings;
mod roads;
mod scene;
mod shapes;
mod solids;
mod stains;
mod strokes;
mod tasks;
#[cfg(test)]
mod tests;
mod tissue;
mod vectors;
mod vessels;
mod view;
mod world;

pub use collage::{Collage, LABELS};
pub use labels::UNKNOWN;
pub use scene::{Keypoint, Scene};
pub use tasks::{Kind, Target, Task};
pub use world::{Family, World};
