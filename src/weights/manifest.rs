//! The list of what belongs to one set of weights.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{ErrorKind, Result};

/// The format of manifest and shards that this version reads and writes.
pub const FORMAT: u32 = 2;

/// Name, sizes, shards and self-test of a set of weights; `weights/manifest.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Always [`FORMAT`].
    pub format: u32,
    /// For people, for instance `anolis-xs`.
    pub name: String,
    /// Grows with each set of weights of one name.
    pub version: u32,
    /// Side in pixels of the square that pictures are fitted to; a multiple of 32.
    pub side: usize,
    pub shards: Vec<Shard>,
    pub self_test: SelfTest,
}

/// One safetensors file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shard {
    pub file: String,
    pub bytes: usize,
    /// SHA-256 in lower-case hexadecimal digits.
    pub sha256: String,
}

/// What the network must answer to its built-in question; see `session::self_test`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SelfTest {
    /// Sample of a picture's tokens.
    pub tokens: Vec<f32>,
    /// What the decoder adds to the read-out, pooled.
    pub refinement: Vec<f32>,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// `weights-manifest` when it cannot be parsed, `weights-version` when its format is another.
    pub fn parse(json: &str) -> Result<Self> {
        let broken = |e: serde_json::Error| ErrorKind::WeightsManifest(e.to_string());
        let value: serde_json::Value = serde_json::from_str(json).map_err(broken)?;
        // Another format may lack fields, so it is looked at before the rest.
        let found = value.get("format").and_then(serde_json::Value::as_u64).unwrap_or(0) as u32;
        if found != FORMAT {
            return Err(ErrorKind::WeightsVersion { found, expected: FORMAT }.into());
        }
        let manifest: Self = serde_json::from_value(value).map_err(broken)?;
        if manifest.side == 0 || !manifest.side.is_multiple_of(32) {
            return Err(ErrorKind::WeightsManifest(format!("side {}", manifest.side)).into());
        }
        Ok(manifest)
    }

    /// Checks one shard's bytes.
    ///
    /// # Errors
    /// `weights-missing` for an unlisted file, `weights-truncated`, `weights-hash`.
    pub fn check(&self, file: &str, bytes: &[u8]) -> Result<()> {
        let shard = self.shards.iter().find(|shard| shard.file == file);
        let shard =
            shard.ok_or_else(|| ErrorKind::WeightsMissing(format!("{file} in their list")))?;
        if shard.bytes != bytes.len() {
            let (file, found, expected) = (file.to_owned(), bytes.len(), shard.bytes);
            return Err(ErrorKind::WeightsTruncated { file, found, expected }.into());
        }
        if shard.sha256 != hex_sha256(bytes) {
            return Err(ErrorKind::WeightsHash(file.to_owned()).into());
        }
        Ok(())
    }

    /// Identifies the whole set: the hash of its shards' hashes.
    pub fn hash(&self) -> String {
        let hashes: String = self.shards.iter().map(|shard| shard.sha256.as_str()).collect();
        hex_sha256(hashes.as_bytes())
    }
}

impl Shard {
    /// Describes a file.
    pub fn describe(file: impl Into<String>, bytes: &[u8]) -> Self {
        Self { file: file.into(), bytes: bytes.len(), sha256: hex_sha256(bytes) }
    }
}

fn hex_sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
