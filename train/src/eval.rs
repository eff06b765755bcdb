//! Predicts few-shot task folders through the public API; `score.py` beside the data scores them.

mod format;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anolis::Session;
use anolis::weights::{self, Manifest, NamedTensors};
use burn::tensor::{Device, read_sync};

use crate::Result;
use format::{Split, TaskFile, save};

#[derive(clap::Args)]
pub struct Options {
    /// A folder of task folders, or one task folder.
    #[arg(long)]
    data: PathBuf,
    /// Where predictions are written.
    #[arg(long, default_value = "target/eval")]
    out: PathBuf,
    /// Support sizes.
    #[arg(long, value_delimiter = ',', default_value = "5")]
    shots: Vec<String>,
    /// Splits by their seed.
    #[arg(long, value_delimiter = ',', default_value = "0")]
    seeds: Vec<u64>,
    /// Folder of the weights.
    #[arg(long, default_value = "weights")]
    weights: PathBuf,
    /// A python with NumPy and Pillow.
    #[arg(long, env = "ANOLIS_PYTHON", default_value = "python3")]
    python: String,
    /// The scoring program; by default `score.py` beside the data.
    #[arg(long)]
    score: Option<PathBuf>,
    /// Prints the scores as JSON.
    #[arg(long)]
    json: bool,
}

/// The answers that are compared.
const ANSWERS: [&str; 2] = ["readout", "untuned"];

pub fn run(options: &Options) -> Result<()> {
    let (manifest, tensors) = weights::load(&options.weights)?;
    let score = match &options.score {
        Some(score) => score.clone(),
        None => options.data.join("../score.py"),
    };
    let mut rows = Vec::new();
    for folder in task_folders(&options.data)? {
        let task = TaskFile::read(&folder)?;
        if task.kind().is_none() {
            eprintln!("skipped {}: tags are not built yet", task.name);
            continue;
        }
        for seed in &options.seeds {
            let Some(split) = task.splits.iter().find(|split| split.seed == *seed) else {
                continue;
            };
            for shots in &options.shots {
                let started = Instant::now();
                let out = options.out.join(format!("{}-{shots}-{seed}", task.name));
                predict(&manifest, &tensors, &folder, &task, split, &split.support[shots], &out)?;
                let mut scores = Vec::new();
                for answer in ANSWERS {
                    scores.push(run_score(
                        &options.python,
                        &score,
                        &folder,
                        &out.join(answer),
                        *seed,
                    )?);
                }
                let seconds = started.elapsed().as_secs_f64();
                eprintln!(
                    "{:16} {shots:>2} shots, seed {seed}: read-out {:.4}, network {:.4}  ({seconds:.0} s)",
                    task.name, scores[0], scores[1]
                );
                rows.push(serde_json::json!({"task": task.name, "shots": shots, "seed": seed, "readout": scores[0], "untuned": scores[1]}));
            }
        }
    }
    for shots in &options.shots {
        let of = |answer: &str| {
            let values: Vec<_> = rows.iter().filter(|row| row["shots"] == shots.as_str()).collect();
            values.iter().filter_map(|row| row[answer].as_f64()).map(|v| v.max(0.0)).sum::<f64>()
                / values.len() as f64
        };
        eprintln!(
            "mean at {shots} shots: read-out {:.4}, network {:.4}",
            of("readout"),
            of("untuned")
        );
    }
    if options.json {
        println!("{}", serde_json::to_string_pretty(&rows)?);
    }
    Ok(())
}

fn task_folders(data: &Path) -> Result<Vec<PathBuf>> {
    if data.join("task.json").exists() {
        return Ok(vec![data.to_owned()]);
    }
    let mut folders: Vec<_> =
        fs::read_dir(data)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.retain(|folder| folder.join("task.json").exists());
    folders.sort();
    Ok(folders)
}

fn predict(
    manifest: &Manifest,
    tensors: &NamedTensors,
    folder: &Path,
    task: &TaskFile,
    split: &Split,
    support: &[String],
    out: &Path,
) -> Result<()> {
    let mut session = Session::new(manifest, tensors, &Device::flex())?;
    let kind = task.kind().ok_or("tags are not built yet")?;
    let id = session.add_task(kind, task.channels.clone())?;
    for name in support {
        let picture = task.picture(folder, name)?;
        let label = task.label(folder, name, &picture)?;
        let picture = read_sync(session.add_picture(&picture))?;
        session.set_label(id, picture, label)?;
    }
    for answer in ANSWERS {
        fs::create_dir_all(out.join(answer))?;
    }
    for name in &split.query {
        let picture = task.picture(folder, name)?;
        let size = (picture.width(), picture.height());
        let picture = read_sync(session.add_picture(&picture))?;
        save(&session.predict_readout(id, picture)?, &out.join("readout"), name, size)?;
        save(&read_sync(session.predict(id, picture))?, &out.join("untuned"), name, size)?;
        session.remove_picture(picture)?;
    }
    Ok(())
}

fn run_score(
    python: &str,
    score: &Path,
    task: &Path,
    predictions: &Path,
    seed: u64,
) -> Result<f64> {
    let output = Command::new(python)
        .arg(score)
        .arg(task)
        .arg(predictions)
        .args(["--seed", &seed.to_string()])
        .output()?;
    if !output.status.success() {
        return Err(
            format!("{}: {}", score.display(), String::from_utf8_lossy(&output.stderr)).into()
        );
    }
    let result: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    result["score"].as_f64().ok_or_else(|| "score.py printed no score".into())
}
