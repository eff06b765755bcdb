//! The shipped network: a list of shards, each a safetensors file, checked by length and hash.

mod int8;
mod manifest;
mod tensors;

pub use manifest::{FORMAT, Manifest, SelfTest, Shard};
pub use tensors::{NamedTensor, NamedTensors};

use std::borrow::Cow;
use std::path::Path;

use crate::error::{ErrorKind, Result};

/// Reads a folder with `manifest.json` and its shards, every one checked.
///
/// # Errors
/// `weights-manifest` when a file cannot be read or parsed, `weights-version`, `weights-truncated`, `weights-hash`.
pub fn load(folder: &Path) -> Result<(Manifest, NamedTensors)> {
    read(|name| {
        let file = folder.join(name);
        let unreadable = |e| ErrorKind::WeightsManifest(format!("{}: {e}", file.display()));
        Ok(std::fs::read(&file).map_err(unreadable)?.into())
    })
}

/// As [`load`], from wherever `file` has the bytes of the file of a name.
///
/// # Errors
/// As [`load`], and what `file` says.
pub fn read<'a>(
    mut file: impl FnMut(&str) -> Result<Cow<'a, [u8]>>,
) -> Result<(Manifest, NamedTensors)> {
    let json = file("manifest.json")?;
    let manifest = Manifest::parse(&String::from_utf8_lossy(&json))?;
    let mut tensors = NamedTensors::default();
    for shard in &manifest.shards {
        let bytes = file(&shard.file)?;
        manifest.check(&shard.file, &bytes)?;
        tensors.read(&bytes)?;
    }
    Ok((manifest, tensors))
}
