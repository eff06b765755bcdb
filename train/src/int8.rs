//! Weights that were exported, once more in eight bits.

use std::fs;
use std::path::{Path, PathBuf};

use anolis::Session;
use anolis::weights::{self, Manifest, NamedTensors, Shard};
use burn::tensor::{Device, read_sync};

use crate::Result;

#[derive(clap::Args)]
pub struct Options {
    /// Folder of exported weights.
    #[arg(long, default_value = "weights")]
    weights: PathBuf,
    #[arg(long, default_value = "weights-int8")]
    out: PathBuf,
}

pub fn run(options: &Options) -> Result<()> {
    write(&options.weights, &options.out)
}

/// Writes the weights of the folder `from` file by file, and what the network answers with them, in place of what was in `out`.
pub fn write(from: &Path, out: &Path) -> Result<()> {
    let (manifest, _) = weights::load(from)?;
    let _ = fs::remove_dir_all(out);
    fs::create_dir_all(out)?;
    let mut shards = Vec::new();
    let mut rounded = NamedTensors::default();
    for shard in &manifest.shards {
        let mut tensors = NamedTensors::default();
        tensors.read(&fs::read(from.join(&shard.file))?)?;
        let bytes = tensors.write_int8()?;
        fs::write(out.join(&shard.file), &bytes)?;
        rounded.read(&bytes)?;
        shards.push(Shard::describe(&shard.file, &bytes));
    }
    let name = format!("{}-int8", manifest.name);
    let mut manifest = Manifest { name, shards, ..manifest };
    let session = Session::new(&manifest, &rounded, &Device::flex())?;
    manifest.self_test = read_sync(session.self_test_answer())?;
    fs::write(out.join("manifest.json"), serde_json::to_string(&manifest)? + "\n")?;
    let bytes: usize = manifest.shards.iter().map(|shard| shard.bytes).sum();
    println!("int8: {} files, {:.2} MB", manifest.shards.len(), bytes as f64 / 1e6);
    Ok(())
}
