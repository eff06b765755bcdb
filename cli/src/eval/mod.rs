//! `anolis eval`: predicts few-shot task folders through the public API; `score.py` beside the data scores them.

pub mod format;
mod scoring;
mod sheet;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anolis::Session;
use anolis::session::{AdaptOptions, AdaptReport, Level};
use burn::tensor::read_sync;
use image::RgbImage;

use crate::device::Backend;
use crate::{Result, weights};
use format::{TaskFile, save, save_tags};
pub use scoring::Scoring;
use sheet::Sheet;

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
    /// Folder of the weights; by default those of this binary.
    #[arg(long, env = "ANOLIS_WEIGHTS")]
    weights: Option<PathBuf>,
    #[arg(long, value_enum, default_value = "cpu")]
    backend: Backend,
    #[command(flatten)]
    scoring: Scoring,
    /// The answers that are written and scored.
    #[arg(long, value_delimiter = ',', value_parser = ANSWERS, default_values = ANSWERS)]
    answers: Vec<String>,
    /// Gradient steps of adaptation; 0 leaves it out.
    #[arg(long, default_value_t = 0)]
    adapt: usize,
    /// The ladder's level, 0 to 4 (docs/adaptation.md); chosen by kind where none is given.
    #[arg(long)]
    level: Option<usize>,
    /// Parameters that are set to zero, by the beginnings of their names (docs/network.md): what a part is worth.
    #[arg(long, value_delimiter = ',')]
    zero: Vec<String>,
    /// Keeps the results of an earlier run in the same folder.
    #[arg(long)]
    resume: bool,
    /// A folder for one picture a run: examples, queries, truth, answer, uncertainty.
    #[arg(long)]
    sheets: Option<PathBuf>,
    /// Also writes the pictures as they were decoded, for a comparison with a program that decodes them otherwise.
    #[arg(long)]
    pictures: bool,
    /// Prints the scores as JSON.
    #[arg(long)]
    json: bool,
}

/// The answers that are compared: the plain closed form, the refined one, the whole network, and it after adaptation.
const ANSWERS: [&str; 4] = ["readout", "refined", "untuned", "adapted"];

pub fn run(options: &Options) -> Result<()> {
    let (manifest, mut tensors) = weights::load(options.weights.as_deref())?;
    for (name, tensor) in &mut tensors.0 {
        if options.zero.iter().any(|start| name.starts_with(start)) {
            tensor.values.fill(0.0);
        }
    }
    let device = options.backend.device()?;
    let mut rows = Vec::new();
    for folder in task_folders(&options.data)? {
        let task = TaskFile::read(&folder)?;
        for seed in &options.seeds {
            let Some(split) = task.splits.iter().find(|split| split.seed == *seed) else {
                continue;
            };
            for shots in &options.shots {
                let out = options.out.join(format!("{}-{shots}-{seed}", task.name));
                let row_file = out.join("row.json");
                if options.resume && row_file.exists() {
                    rows.push(serde_json::from_slice(&fs::read(&row_file)?)?);
                    continue;
                }
                let started = Instant::now();
                let mut session = Session::new(&manifest, &tensors, &device)?;
                let run = Run { folder: &folder, task: &task, out: &out };
                let support = &split.support[shots];
                let (id, report) = if task.has_tags() {
                    run.predict_tags(&mut session, support, &split.query)?
                } else {
                    run.predict(&mut session, support, &split.query, options)?
                };
                if let Some(folder) = options.sheets.as_ref().filter(|_| !task.has_tags()) {
                    fs::create_dir_all(folder)?;
                    let sheet = run.sheet(&mut session, id, support, &split.query)?;
                    let file = format!("{}-{shots}-{seed}.jpg", task.name);
                    sheet.draw()?.save(folder.join(file))?;
                }
                if options.pictures {
                    run.write_pictures(support.iter().chain(&split.query))?;
                }
                let mut row = serde_json::json!({
                    "task": task.name, "shots": shots, "seed": seed, "adaptation": report,
                });
                for answer in ANSWERS.into_iter().filter(|answer| out.join(answer).exists()) {
                    let predictions = out.join(answer);
                    let score = options.scoring.run(&options.data, &folder, &predictions, *seed)?;
                    row[answer] = score.into();
                }
                fs::write(&row_file, serde_json::to_vec(&row)?)?;
                let seconds = started.elapsed().as_secs_f64();
                let report = row["adaptation"].as_str().unwrap_or_default();
                eprintln!(
                    "{:18} {shots:>2} shots, seed {seed}: {}  {report} ({seconds:.0} s)",
                    task.name,
                    scores(|answer| row[answer].as_f64()),
                );
                rows.push(row);
            }
        }
    }
    for shots in &options.shots {
        let of = |answer: &str| {
            let here = rows.iter().filter(|row| row["shots"] == shots.as_str());
            let values: Vec<_> = here.filter_map(|row| row[answer].as_f64()).collect();
            (!values.is_empty())
                .then(|| values.iter().map(|v| v.max(0.0)).sum::<f64>() / values.len() as f64)
        };
        eprintln!("mean at {shots} shots: {}", scores(of));
    }
    if options.json {
        println!("{}", serde_json::to_string_pretty(&rows)?);
    }
    Ok(())
}

/// One line of what each answer scores.
fn scores(of: impl Fn(&str) -> Option<f64>) -> String {
    let score = |answer: &&str| of(answer).map(|score| format!("{answer} {score:.4}"));
    ANSWERS.iter().filter_map(score).collect::<Vec<_>>().join(", ")
}

/// A few-shot task with one support.
struct Run<'a> {
    folder: &'a Path,
    task: &'a TaskFile,
    out: &'a Path,
}

impl Run<'_> {
    /// Writes every answer's predictions; returns the session's task and what came of the adaptation.
    fn predict(
        &self,
        session: &mut Session,
        support: &[String],
        query: &[String],
        options: &Options,
    ) -> Result<(u32, String)> {
        let kind = self.task.kind().ok_or("this task is about whole pictures")?;
        let id = session.add_task(kind, self.task.channels.clone())?;
        for name in support {
            let picture = self.task.picture(self.folder, name)?;
            let label = self.task.label(self.folder, name, &picture)?;
            let picture = read_sync(session.add_picture(&picture))?;
            read_sync(session.set_label(id, picture, label))?;
        }
        let _ = fs::remove_dir_all(self.out);
        let folder = |answer: &str| -> Result<PathBuf> {
            let folder = self.out.join(answer);
            fs::create_dir_all(&folder)?;
            Ok(folder)
        };
        let asked = |answer: &str| options.answers.iter().any(|asked| asked == answer);
        let mut pictures = Vec::new();
        for name in query {
            let picture = self.task.picture(self.folder, name)?;
            let size = (picture.width(), picture.height());
            let number = read_sync(session.add_picture(&picture))?;
            if asked("readout") {
                save(
                    &read_sync(session.predict_readout(id, number))?,
                    &folder("readout")?,
                    name,
                    size,
                )?;
            }
            if asked("refined") {
                let refined = read_sync(session.predict_refined(id, number))?;
                save(&refined, &folder("refined")?, name, size)?;
            }
            if asked("untuned") {
                save(&read_sync(session.predict(id, number))?, &folder("untuned")?, name, size)?;
            }
            pictures.push((number, name, size));
        }
        if options.adapt == 0 || !asked("adapted") {
            return Ok((id, "not adapted".into()));
        }
        let level =
            options.level.map(|level| Level::ALL.get(level).copied().ok_or("--level: 0 to 4"));
        let level = level.transpose()?;
        let adapt = AdaptOptions { level, steps: options.adapt, ..AdaptOptions::default() };
        let report = match read_sync(session.begin_adaptation(id, adapt)) {
            Ok(mut adaptation) => {
                while read_sync(adaptation.step())?.is_some() {}
                let report = read_sync(session.finish_adaptation(adaptation))?;
                let verdict = if report.used { "used" } else { "refuted" };
                let AdaptReport { before, after, judged, better, .. } = report;
                format!(
                    "{verdict}: held-out loss {before:.3} to {after:.3}, {better} of {judged} better"
                )
            }
            Err(error) => error.to_string(),
        };
        for (number, name, size) in pictures {
            save(&read_sync(session.predict(id, number))?, &folder("adapted")?, name, size)?;
        }
        Ok((id, report))
    }

    /// The same for tags, whose only answer is the closed form.
    fn predict_tags(
        &self,
        session: &mut Session,
        support: &[String],
        query: &[String],
    ) -> Result<(u32, String)> {
        let id = session.add_tag_task(&self.task.channels)?;
        for name in support {
            let picture = self.task.picture(self.folder, name)?;
            let picture = read_sync(session.add_picture(&picture))?;
            let tags = self.task.tags(self.folder, name)?;
            read_sync(session.set_tags(id, picture, tags.into_iter().map(Some).collect()))?;
        }
        let _ = fs::remove_dir_all(self.out);
        let folder = self.out.join("readout");
        fs::create_dir_all(&folder)?;
        for name in query {
            let picture = self.task.picture(self.folder, name)?;
            let number = read_sync(session.add_picture(&picture))?;
            let tags = read_sync(session.predict_tags(id, number))?;
            save_tags(&self.task.channels, &tags, &folder, name)?;
            session.remove_picture(number)?;
        }
        Ok((id, "closed form".into()))
    }

    /// Pictures as they were decoded, without loss.
    fn write_pictures<'a>(&self, names: impl Iterator<Item = &'a String>) -> Result<()> {
        let folder = self.out.join("pictures");
        fs::create_dir_all(&folder)?;
        for name in names {
            self.drawn(name)?.save(folder.join(format!("{name}.png")))?;
        }
        Ok(())
    }

    fn drawn(&self, name: &str) -> Result<RgbImage> {
        Ok(image::open(self.folder.join(format!("images/{name}.jpg")))?.into_rgb8())
    }

    /// The examples, and the last answer for the first queries.
    fn sheet(
        &self,
        session: &mut Session,
        id: u32,
        support: &[String],
        query: &[String],
    ) -> Result<Sheet> {
        let load = |name: &String| -> Result<_> {
            let picture = self.task.picture(self.folder, name)?;
            let label = self.task.label(self.folder, name, &picture)?;
            Ok((picture, self.drawn(name)?, label))
        };
        let mut sheet = Sheet::default();
        let examples = support.iter().take(sheet::EXAMPLES).map(|name| {
            let (_, drawn, label) = load(name)?;
            Ok((drawn, label))
        });
        sheet.support(&examples.collect::<Result<Vec<_>>>()?);
        for name in query.iter().take(sheet::QUERIES) {
            let (picture, drawn, truth) = load(name)?;
            let number = read_sync(session.add_picture(&picture))?;
            sheet.query(&drawn, &truth, &read_sync(session.predict(id, number))?)?;
            session.remove_picture(number)?;
        }
        Ok(sheet)
    }
}

/// The task folders in `data`, or itself.
pub fn task_folders(data: &Path) -> Result<Vec<PathBuf>> {
    if data.join("task.json").exists() {
        return Ok(vec![data.to_owned()]);
    }
    let mut folders: Vec<_> =
        fs::read_dir(data)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.retain(|folder| folder.join("task.json").exists());
    folders.sort();
    Ok(folders)
}
