//! What the network computes on a CPU without gradients, over slices; docs/kernels.md says what each kernel gains.
//!
//! A crate of its own because it is compiled for speed where the rest of the browser's runtime is compiled for size.
//! Maps are `[channel, height, width]`, tokens `[token, dim]`, without gaps.

mod bilinear;
mod convolution;
mod depthwise;
mod inverted_residual;
mod lanes;
mod matching;
mod parallel;
mod pointwise;
mod product;
mod resize;
mod stem;
mod tile;

pub use bilinear::{add_resized, axis, dot, dots};
pub use convolution::{Padded, add_convolution};
pub use inverted_residual::{Convolution, InvertedResidual};
pub use matching::{Example, matching};
pub use parallel::awake;
pub use pointwise::{gelu, layer_norm, relu};
pub use product::{Matrix, Right, Start, product};
pub use resize::{double, pool};
pub use stem::stem;
