//! A checkpoint as shipped weights.

use std::fs;
use std::path::{Path, PathBuf};

use anolis::Session;
use anolis::model::{Network, NetworkConfig};
use anolis::weights::{FORMAT, Manifest, NamedTensors, SelfTest, Shard};
use burn::tensor::{Device, read_sync};

use crate::Result;
use crate::checkpoint::Checkpoint;
use crate::int8;

#[derive(clap::Args)]
pub struct Options {
    /// Folders of runs, of which the mean is exported; without one the trunk under an untrained network, which is the read-out.
    #[arg(long, value_delimiter = ',')]
    run: Vec<PathBuf>,
    /// The public trunk checkpoint, where there is no run.
    #[arg(long)]
    trunk: Option<PathBuf>,
    #[arg(long, default_value = "weights")]
    out: PathBuf,
    /// Grows with each exported set.
    #[arg(long)]
    version: u32,
    /// Picture side in pixels, a multiple of 32.
    #[arg(long, default_value_t = 256)]
    side: usize,
}

/// Largest shard in bytes: small enough to show progress and to be freed one by one.
const SHARD: usize = 4 << 20;

/// What tags and search need beside the network; it stays when the network is exported anew.
const LASO: &str = "laso.safetensors";

pub fn run(options: &Options) -> Result<()> {
    let tensors = match (&options.run[..], &options.trunk) {
        ([first, others @ ..], _) => {
            let mut mean = parameters(first)?;
            for (run, count) in others.iter().zip(2u8..) {
                mean = mean.towards(&parameters(run)?, f32::from(count).recip());
            }
            mean
        }
        ([], Some(trunk)) => {
            let mut tensors =
                NamedTensors::of(&Network::new(&NetworkConfig::xs(), &Device::flex()));
            tensors.read_trunk(&fs::read(trunk)?)?;
            tensors
        }
        ([], None) => return Err("give --run or --trunk".into()),
    };
    fs::create_dir_all(&options.out)?;
    for entry in fs::read_dir(&options.out)? {
        let path = entry?.path();
        let kept = path.file_name().is_some_and(|name| name == LASO);
        if !kept && path.extension().is_some_and(|extension| extension == "safetensors") {
            fs::remove_file(path)?;
        }
    }
    let mut shards = Vec::new();
    let mut rounded = NamedTensors::default();
    for (i, part) in split(tensors).iter().enumerate() {
        let (file, bytes) = (format!("xs-{i}.safetensors"), part.write_f16()?);
        fs::write(options.out.join(&file), &bytes)?;
        // The self-test's answer comes from the rounded values, as every user has them.
        rounded.read(&bytes)?;
        shards.push(Shard::describe(file, &bytes));
    }
    if let Ok(bytes) = fs::read(options.out.join(LASO)) {
        shards.push(Shard::describe(LASO, &bytes));
    }
    let mut manifest = Manifest {
        format: FORMAT,
        name: "anolis-xs".into(),
        version: options.version,
        side: options.side,
        shards,
        self_test: SelfTest::default(),
    };
    let session = Session::new(&manifest, &rounded, &Device::flex())?;
    manifest.self_test = read_sync(session.self_test_answer())?;
    fs::write(options.out.join("manifest.json"), serde_json::to_string(&manifest)? + "\n")?;
    let bytes: usize = manifest.shards.iter().map(|shard| shard.bytes).sum();
    println!("{} files, {:.2} MB", manifest.shards.len(), bytes as f64 / 1e6);
    let mut out = options.out.clone().into_os_string();
    out.push("-int8");
    int8::write(&options.out, &PathBuf::from(out))
}

/// What a run has learned so far.
fn parameters(run: &Path) -> Result<NamedTensors> {
    let missing = || format!("there is no run in {}", run.display());
    Ok(Checkpoint::load(run)?.ok_or_else(missing)?.mean)
}

/// Tensors in name order, in parts of at most [`SHARD`] bytes of f16.
fn split(tensors: NamedTensors) -> Vec<NamedTensors> {
    let mut parts = vec![(NamedTensors::default(), 0)];
    for (name, tensor) in tensors.0 {
        let bytes = 2 * tensor.values.len();
        if parts[parts.len() - 1].1 + bytes > SHARD {
            parts.push((NamedTensors::default(), 0));
        }
        let last = parts.len() - 1;
        parts[last].0.0.insert(name, tensor);
        parts[last].1 += bytes;
    }
    parts.into_iter().map(|(part, _)| part).collect()
}
