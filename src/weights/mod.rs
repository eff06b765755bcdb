//! The shipped network: a list of shards, each a safetensors file, checked by length and hash.

mod manifest;
mod tensors;

pub use manifest::{FORMAT, Manifest, SelfTest, Shard};
pub use tensors::{NamedTensor, NamedTensors};

use std::path::Path;

use crate::error::{Error, ErrorKind, Result};

/// Reads a folder with `manifest.json` and its shards, every one checked.
///
/// # Errors
/// `weights-manifest` when a file cannot be read or parsed, `weights-version`, `weights-truncated`, `weights-hash`.
pub fn load(folder: &Path) -> Result<(Manifest, NamedTensors)> {
    let unreadable = |file: &Path, e: std::io::Error| -> Error {
        ErrorKind::WeightsManifest(format!("{}: {e}", file.display())).into()
    };
    let read = |name: &str| {
        let file = folder.join(name);
        std::fs::read(&file).map_err(|e| unreadable(&file, e))
    };
    let json = read("manifest.json")?;
    let manifest = Manifest::parse(&String::from_utf8_lossy(&json))?;
    let mut tensors = NamedTensors::default();
    for shard in &manifest.shards {
        let bytes = read(&shard.file)?;
        manifest.check(&shard.file, &bytes)?;
        tensors.read(&bytes)?;
    }
    Ok((manifest, tensors))
}
