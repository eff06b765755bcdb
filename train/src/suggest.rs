//! Whether labelling what is suggested beats labelling in random order: the read-out after every few labels, scored by
//! `score.py`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anolis::Session;
use anolis::image::Label;
use anolis::weights;
use burn::tensor::{Device, read_sync};

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::docs::with_table;
use crate::scenes::dice::Dice;
use anolis_cli::eval::format::{Split, TaskFile, save};
use anolis_cli::eval::{Scoring, task_folders};

#[derive(clap::Args)]
pub struct Options {
    /// A folder of task folders, or one task folder.
    #[arg(long)]
    data: PathBuf,
    /// Where predictions and `suggest.json` are written.
    #[arg(long, default_value = "target/suggest")]
    out: PathBuf,
    /// Splits by their seed.
    #[arg(long, value_delimiter = ',', default_value = "0,1,2")]
    seeds: Vec<u64>,
    /// Numbers of labels after which the read-out is scored.
    #[arg(long, value_delimiter = ',', default_value = "1,2,3,4,5,6,7,8,9,10")]
    labels: Vec<usize>,
    /// Random orders to compare with.
    #[arg(long, default_value_t = 5)]
    orders: u64,
    /// Folder of the weights.
    #[arg(long, default_value = "weights")]
    weights: PathBuf,
    #[command(flatten)]
    scoring: Scoring,
    /// The document that holds the table.
    #[arg(long, default_value = "docs/uncertainty.md")]
    report: PathBuf,
    /// Keeps the rows of an earlier run in the same folder.
    #[arg(long)]
    resume: bool,
}

/// What orders of labelling score on one split.
#[derive(Serialize, Deserialize)]
struct Row {
    task: String,
    seed: u64,
    /// Numbers of labels after which there is a score.
    labels: Vec<usize>,
    suggested: Vec<f64>,
    random: Vec<Vec<f64>>,
}

pub fn run(options: &Options) -> Result<()> {
    let (manifest, tensors) = weights::load(&options.weights)?;
    fs::create_dir_all(&options.out)?;
    let file = options.out.join("suggest.json");
    let mut rows: Vec<Row> = match options.resume && file.exists() {
        true => serde_json::from_slice(&fs::read(&file)?)?,
        false => Vec::new(),
    };
    for folder in task_folders(&options.data)? {
        let task = TaskFile::read(&folder)?;
        if task.kind().is_none() {
            continue;
        }
        let made = |seed| rows.iter().any(|row| row.task == task.name && row.seed == seed);
        let wanted = |seed| options.seeds.contains(&seed) && !made(seed);
        let splits: Vec<_> = task.splits.iter().filter(|split| wanted(split.seed)).collect();
        if splits.is_empty() {
            continue;
        }
        let session = Session::new(&manifest, &tensors, &Device::flex())?;
        let mut pool = Pool::open(session, &folder, &task)?;
        for split in splits {
            let free: Vec<_> =
                pool.pictures.keys().filter(|name| !split.query.contains(name)).cloned().collect();
            let suggested = pool.suggested(&free, options)?;
            let random = (0..options.orders).map(|order| {
                let mut dice = Dice::new(split.seed, order);
                let mut names = free.clone();
                (1..names.len()).rev().for_each(|i| names.swap(i, dice.below(i + 1)));
                pool.scores(&names, split, options)
            });
            let random = random.collect::<Result<Vec<_>>>()?;
            let scores = pool.scores(&suggested, split, options)?;
            eprintln!("{:18} seed {}: {scores:.3?}", task.name, split.seed);
            let (name, labels) = (task.name.clone(), options.labels.clone());
            rows.push(Row { task: name, seed: split.seed, labels, suggested: scores, random });
            fs::write(&file, serde_json::to_string_pretty(&rows)?)?;
        }
    }
    let prose = fs::read_to_string(&options.report).unwrap_or_default();
    let with = with_table(&prose, "suggest", "train suggest", &table(&rows)?);
    Ok(fs::write(&options.report, with)?)
}

/// Labels needed and mean scores by task, mean of its splits.
fn table(rows: &[Row]) -> Result<String> {
    let mut table = String::from(
        "| task | splits | needed: random | suggested | score: random | suggested | difference | spread of random orders |\n\
         |---|---|---:|---:|---:|---:|---:|---:|\n",
    );
    let mut tasks: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        tasks.entry(&row.task).or_default().push(row);
    }
    let mut columns: [Vec<f64>; 5] = Default::default();
    for (task, rows) in &tasks {
        let of =
            |value: fn(&Row) -> f64| mean(&rows.iter().map(|row| value(row)).collect::<Vec<_>>());
        let values = [
            of(|row| mean(&row.random.iter().map(|one| row.needed(one)).collect::<Vec<_>>())),
            of(|row| row.needed(&row.suggested)),
            of(|row| mean(&row.random.concat())),
            of(|row| mean(&row.suggested)),
            of(Row::spread),
        ];
        columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
        line(&mut table, task, &rows.len().to_string(), values)?;
    }
    line(&mut table, "**mean**", "", columns.each_ref().map(|column| mean(column)))?;
    Ok(table)
}

fn line(table: &mut String, task: &str, splits: &str, values: [f64; 5]) -> Result<()> {
    let [random_needed, needed, random, suggested, spread] = values;
    let difference = suggested - random;
    Ok(writeln!(
        table,
        "| {task} | {splits} | {random_needed:.1} | {needed:.1} | {random:.3} | {suggested:.3} | {difference:+.3} | {spread:.3} |"
    )?)
}

impl Row {
    /// Labels after which an order scores what random ones reach in the end on average; one more than there are where it never
    /// does.
    fn needed(&self, scores: &[f64]) -> f64 {
        let ends: Vec<_> = self.random.iter().filter_map(|one| one.last().copied()).collect();
        let enough = scores.iter().position(|&score| score >= mean(&ends));
        let most = self.labels.last().map_or(0, |most| most + 1);
        enough.map_or(most, |place| self.labels[place]) as f64
    }

    /// Standard deviation of a random order's mean score.
    fn spread(&self) -> f64 {
        let means: Vec<_> = self.random.iter().map(|one| mean(one)).collect();
        let middle = mean(&means);
        let squares: f64 = means.iter().map(|one| (one - middle).powi(2)).sum();
        (squares / (means.len() as f64 - 1.0).max(1.0)).sqrt()
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// All pictures of a task, in a session.
struct Pool<'a> {
    session: Session,
    folder: &'a Path,
    file: &'a TaskFile,
    pictures: BTreeMap<String, Known>,
}

struct Known {
    id: u32,
    size: (usize, usize),
    label: Label,
}

impl<'a> Pool<'a> {
    fn open(mut session: Session, folder: &'a Path, file: &'a TaskFile) -> Result<Self> {
        let mut pictures = BTreeMap::new();
        for name in TaskFile::names(folder)? {
            let picture = file.picture(folder, &name)?;
            let label = file.label(folder, &name, &picture)?;
            let size = (picture.width(), picture.height());
            let id = read_sync(session.add_picture(&picture))?;
            pictures.insert(name, Known { id, size, label });
        }
        Ok(Self { session, folder, file, pictures })
    }

    fn task(&mut self) -> Result<u32> {
        let kind = self.file.kind().ok_or("tags have no read-out")?;
        Ok(self.session.add_task(kind, self.file.channels.clone())?)
    }

    /// The order in which a task without labels suggests them: labels do not change it.
    fn suggested(&mut self, free: &[String], options: &Options) -> Result<Vec<String>> {
        let most = options.labels.iter().copied().max().unwrap_or(0);
        let task = self.task()?;
        let ids: Vec<_> = free.iter().map(|name| self.pictures[name].id).collect();
        let found = self.session.suggest(task, &ids, most)?;
        self.session.remove_task(task)?;
        let name = |id: &u32| free.iter().find(|&name| self.pictures[name].id == *id).cloned();
        Ok(found.iter().filter_map(name).collect())
    }

    /// What the read-out scores after the first labels of an order.
    fn scores(&mut self, order: &[String], split: &Split, options: &Options) -> Result<Vec<f64>> {
        let task = self.task()?;
        let mut scores = Vec::new();
        for (before, name) in order.iter().enumerate() {
            if scores.len() == options.labels.len() {
                break;
            }
            let Known { id, label, .. } = &self.pictures[name];
            read_sync(self.session.set_label(task, *id, label.clone()))?;
            if !options.labels.contains(&(before + 1)) {
                continue;
            }
            for name in &split.query {
                let Known { id, size, .. } = self.pictures[name];
                save(
                    &read_sync(self.session.predict_readout(task, id))?,
                    &options.out,
                    name,
                    size,
                )?;
            }
            let Options { scoring, data, out, .. } = options;
            scores.push(scoring.run(data, self.folder, out, split.seed)?);
        }
        self.session.remove_task(task)?;
        Ok(scores)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_needed_until_random_orders_are_reached() {
        let random = vec![vec![0.1, 0.2, 0.6], vec![0.3, 0.4, 0.4]];
        let row = Row {
            task: "cells".into(),
            seed: 0,
            labels: vec![1, 2, 4],
            suggested: vec![0.2, 0.5, 0.4],
            random,
        };
        assert_eq!(row.needed(&row.suggested), 2.0);
        assert_eq!(row.needed(&row.random[0]), 4.0);
        assert_eq!(row.needed(&row.random[1]), 5.0, "never");
        let table = table(&[row]).unwrap();
        assert!(
            table.contains("| cells | 1 | 4.5 | 2.0 | 0.333 | 0.367 | +0.033 | 0.047 |"),
            "{table}"
        );
    }
}
