//! What `eval` found, as docs/quality.json and docs/quality.md, beside what other methods reach on the same pictures.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::docs::with_table;

#[derive(clap::Args)]
pub struct Options {
    /// Folder that `eval` wrote.
    #[arg(long, default_value = "target/eval")]
    results: PathBuf,
    /// Scores of other methods, in the format of docs/quality.json.
    #[arg(long)]
    baselines: PathBuf,
    /// Where the two files are written.
    #[arg(long, default_value = "docs")]
    out: PathBuf,
}

/// Columns of ours, in order.
const ANSWERS: [&str; 4] = ["readout", "refined", "untuned", "adapted"];

/// Tasks whose pictures come from a source of which other pictures are among the training data.
const SHARED_SOURCE: [&str; 3] = ["bio_nuclei", "nat_pets", "nat_coco"];

#[derive(Default, Serialize, Deserialize)]
struct Quality {
    tasks: BTreeMap<String, TaskQuality>,
}

#[derive(Default, Serialize, Deserialize)]
struct TaskQuality {
    kind: String,
    /// By number of examples the mean score of each method over seeds.
    shots: BTreeMap<String, BTreeMap<String, f64>>,
    /// By number of examples and method the seeds that were run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    seeds: BTreeMap<String, BTreeMap<String, BTreeSet<u64>>>,
}

/// Scores by seed, of one task, number of examples and method.
type Found = BTreeMap<(String, String, &'static str), BTreeMap<u64, f64>>;

pub fn run(options: &Options) -> Result<()> {
    let baselines: Quality = serde_json::from_slice(&fs::read(&options.baselines)?)?;
    let written = options.out.join("quality.json");
    let mut ours: Quality = match fs::read(&written) {
        Ok(before) => serde_json::from_slice(&before)?,
        Err(_) => Quality::default(),
    };
    let mut found = Found::new();
    for entry in fs::read_dir(&options.results)? {
        let Ok(row) = fs::read(entry?.path().join("row.json")) else { continue };
        let row: serde_json::Value = serde_json::from_slice(&row)?;
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let seed = row["seed"].as_u64().ok_or("a row without its seed")?;
        for answer in ANSWERS {
            if let Some(score) = row[answer].as_f64() {
                let key = (text("task"), text("shots"), answer);
                found.entry(key).or_default().insert(seed, score);
            }
        }
    }
    ours.take_over(found, &baselines);
    fs::write(written, serde_json::to_string_pretty(&ours)? + "\n")?;
    let file = options.out.join("quality.md");
    let prose = fs::read_to_string(&file).unwrap_or_default();
    let tables = tables(&ours, &baselines)?;
    fs::write(&file, with_table(&prose, "scores", "train report", &tables))?;
    Ok(())
}

impl Quality {
    /// Replaces what was found anew on as many seeds or more, and keeps the rest.
    fn take_over(&mut self, found: Found, baselines: &Self) {
        for ((name, shots, answer), scores) in found {
            let task = self.tasks.entry(name.clone()).or_default();
            task.kind =
                baselines.tasks.get(&name).map(|task| task.kind.clone()).unwrap_or_default();
            let seeds = task.seeds.entry(shots.clone()).or_default();
            let seeds = seeds.entry(answer.to_owned()).or_default();
            if scores.len() < seeds.len() {
                continue;
            }
            *seeds = scores.keys().copied().collect();
            let mean = scores.values().sum::<f64>() / scores.len() as f64;
            let rounded = (mean * 1e4).round() / 1e4;
            task.shots.entry(shots).or_default().insert(answer.to_owned(), rounded);
        }
    }
}

/// A table for each number of examples, tasks by kind, the mean of a kind under them.
fn tables(ours: &Quality, baselines: &Quality) -> Result<String> {
    let shots: BTreeSet<usize> = ours
        .tasks
        .values()
        .flat_map(|task| task.shots.keys())
        .map(|shots| shots.parse())
        .collect::<std::result::Result<_, _>>()?;
    let kinds: BTreeSet<&str> = ours.tasks.values().map(|task| task.kind.as_str()).collect();
    let mut out = String::new();
    for shots in shots.iter().map(usize::to_string) {
        writeln!(out, "\n### {shots} example{}\n", if shots == "1" { "" } else { "s" })?;
        writeln!(
            out,
            "| task | splits | B0 | B1 | B2 | B4 | read-out | refined | untuned | adapted |"
        )?;
        writeln!(out, "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")?;
        for kind in &kinds {
            let mut columns: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
            let mut line = |out: &mut String, name: &str, task: &TaskQuality| -> Result<()> {
                let Some(scores) = task.shots.get(&shots) else { return Ok(()) };
                let empty = BTreeMap::new();
                let others = baselines.tasks.get(name).and_then(|task| task.shots.get(&shots));
                let others = others.unwrap_or(&empty);
                let star = if SHARED_SOURCE.contains(&name) { " *" } else { "" };
                let splits = |answer| Some(task.seeds.get(&shots)?.get(answer)?.len());
                let most = ANSWERS.into_iter().filter_map(splits).max().unwrap_or(0);
                write!(out, "| {name}{star} | {most}")?;
                let ours = ANSWERS.into_iter().map(|answer| (answer, scores.get(answer)));
                let others = ["B0", "B1", "B2", "B4"].map(|b| (b, others.get(b)));
                for (method, score) in others.into_iter().chain(ours) {
                    match score {
                        Some(&score) => {
                            columns.entry(method).or_default().push(score.max(0.0));
                            write!(out, " | {score:.3}")?;
                            // Fewer splits than the row says.
                            if let Some(few) = splits(method).filter(|&splits| splits < most) {
                                write!(out, " ({few})")?;
                            }
                        }
                        None => write!(out, " | –")?,
                    }
                }
                Ok(writeln!(out, " |")?)
            };
            let mut count = 0;
            for (name, task) in ours.tasks.iter().filter(|(_, task)| task.kind == *kind) {
                line(&mut out, name, task)?;
                count += usize::from(task.shots.contains_key(&shots));
            }
            if columns.is_empty() {
                continue;
            }
            write!(out, "| **{kind}**, mean | ")?;
            for method in ["B0", "B1", "B2", "B4"].into_iter().chain(ANSWERS) {
                // A mean over other tasks than its neighbours' would mislead.
                match columns.get(method).filter(|scores| scores.len() == count) {
                    Some(scores) => write!(
                        out,
                        " | **{:.3}**",
                        scores.iter().sum::<f64>() / scores.len() as f64
                    )?,
                    None => write!(out, " | –")?,
                }
            }
            writeln!(out, " |")?;
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quality(method: &'static str, seeds: &[(u64, f64)]) -> Quality {
        let mut quality = Quality::default();
        let key = ("cells".to_owned(), "5".to_owned(), method);
        let kind = TaskQuality { kind: "mask".into(), ..TaskQuality::default() };
        let kinds = Quality { tasks: [("cells".to_owned(), kind)].into() };
        quality.take_over([(key, seeds.iter().copied().collect())].into(), &kinds);
        quality
    }

    #[test]
    fn a_table_has_the_others_beside_ours_and_the_mean_of_a_kind() {
        let table = tables(&quality("adapted", &[(0, 0.5)]), &quality("B4", &[(0, 0.4)])).unwrap();
        assert!(table.contains("| cells | 1 | – | – | – | 0.400 | – | – | – | 0.500 |"), "{table}");
        assert!(table.contains("| **mask**, mean |  | – | – | – | **0.400**"), "{table}");
    }

    #[test]
    fn what_was_run_on_fewer_splits_neither_replaces_nor_hides() {
        let mut ours = quality("untuned", &[(0, 0.4), (1, 0.6)]);
        let key = |answer| ("cells".to_owned(), "5".to_owned(), answer);
        let fewer = [(key("untuned"), [(0, 0.9)].into()), (key("adapted"), [(1, 0.7)].into())];
        ours.take_over(fewer.into(), &quality("B4", &[(0, 0.4)]));
        let table = tables(&ours, &quality("B4", &[(0, 0.4)])).unwrap();
        assert!(
            table.contains("| cells | 2 | – | – | – | 0.400 | – | – | 0.500 | 0.700 (1) |"),
            "{table}"
        );
    }
}
