//! Whether labelling what is suggested beats labelling in random order: the read-out after every few labels, scored by
//! `score.py`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anolis::Session;
use anolis::image::Label;
use anolis::weights;
use burn::tensor::{Device, read_sync};

use crate::Result;
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
    #[arg(long, value_delimiter = ',', default_value = "1,2,3,4,5,7,10")]
    labels: Vec<usize>,
    /// Random orders to compare with.
    #[arg(long, default_value_t = 5)]
    orders: u64,
    /// Folder of the weights.
    #[arg(long, default_value = "weights")]
    weights: PathBuf,
    #[command(flatten)]
    scoring: Scoring,
}

pub fn run(options: &Options) -> Result<()> {
    let (manifest, tensors) = weights::load(&options.weights)?;
    let mut rows = Vec::new();
    for folder in task_folders(&options.data)? {
        let file = TaskFile::read(&folder)?;
        if file.kind().is_none() {
            continue;
        }
        let session = Session::new(&manifest, &tensors, &Device::flex())?;
        let mut pool = Pool::open(session, &folder, &file)?;
        for split in file.splits.iter().filter(|split| options.seeds.contains(&split.seed)) {
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
            eprintln!("{:18} seed {}: {scores:.3?}", file.name, split.seed);
            rows.push(serde_json::json!({
                "task": file.name, "seed": split.seed, "labels": options.labels,
                "order": suggested, "suggested": scores, "random": random,
            }));
            fs::write(options.out.join("suggest.json"), serde_json::to_string_pretty(&rows)?)?;
        }
    }
    Ok(())
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
        fs::create_dir_all(&options.out)?;
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
