//! anolis learns a dense vision task from a handful of labelled images and predicts it on new ones.
//!
//! The same code runs natively and, compiled to WebAssembly, in the browser: on WebGPU with the feature `gpu`, on the CPU
//! with the feature `cpu`. [`Session`] is the way in; `ARCHITECTURE.md` is the map.

pub mod adapt;
pub mod error;
pub mod gpu;
pub mod image;
pub mod laso;
pub mod model;
pub mod session;
#[cfg(target_arch = "wasm32")]
mod web;
pub mod weights;

pub use error::{Error, ErrorKind, Result};
pub use session::Session;
