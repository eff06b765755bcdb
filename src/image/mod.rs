//! Pictures and labels: from any size to the network's square and back.

#[cfg(feature = "decode")]
mod decode;
mod fit;
mod guide;
pub mod label;
mod peaks;
mod picture;
#[cfg(feature = "decode")]
pub mod tiff;
mod tiles;

#[cfg(feature = "decode")]
pub use decode::decode;
pub use fit::{Aspect, Fit};
pub(crate) use guide::Guide;
pub use label::{ClassLabel, FittedLabel, Label, UNKNOWN_CLASS, UNPAINTED_CLASS};
pub use peaks::{Grid, Peak};
pub use picture::{MIN_SIDE, Picture};
pub use tiles::{Blend, Span};
