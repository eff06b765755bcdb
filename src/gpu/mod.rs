//! What Burn has no operator for: a video's frame becomes a tensor, and an answer a picture on a canvas, without a value
//! that is read back.
//!
//! Each pass is a shader of the same name in `shaders/`, launched on Burn's own device, with a twin that does the same on
//! the host: what tests compare with.

pub mod frame;
pub mod overlay;
pub mod points;

#[cfg(feature = "gpu")]
mod device;
#[cfg(feature = "gpu")]
pub use device::Gpu;
