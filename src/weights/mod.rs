//! The shipped network: a list of shards, each a safetensors file, checked by length and hash.

mod manifest;
mod tensors;

pub use manifest::{FORMAT, Manifest, SelfTest, Shard};
pub use tensors::{NamedTensor, NamedTensors};
