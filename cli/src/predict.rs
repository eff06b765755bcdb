//! `anolis predict`: pictures are decoded on all cores while the network is at work, and every answer is written whole.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::time::SystemTime;

use anolis::Session;
use anolis::image::{Picture, decode};
use anolis::session::file::{Examples, LONGEST_SIDE, SavedTask};
use burn::tensor::read_sync;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde_json::json;

use crate::device::Backend;
use crate::inputs::{self, Input};
use crate::output::{self, Answer};
use crate::summary::Summary;
use crate::{Error, Outcome, Result, code, saved, weights};

/// Pictures decoded at a time; a batch waits while another one is predicted.
const BATCH: usize = 8;

#[derive(clap::Args)]
pub struct Options {
    /// A session file
    session: PathBuf,
    /// Pictures, folders of them, or patterns such as 'plate?/*.png'
    #[arg(required = true)]
    images: Vec<String>,
    /// The folder that answers are written to
    #[arg(long)]
    out: PathBuf,
    /// Tasks by their ids; by default all that have examples
    #[arg(long)]
    task: Vec<String>,
    /// Answers are named by where their pictures lie below this folder
    #[arg(long)]
    root: Option<PathBuf>,
    /// Where the pictures lie that the session only refers to; by default beside it
    #[arg(long)]
    pictures: Option<PathBuf>,
    /// Name of the table of each task
    #[arg(long, default_value = "summary.csv")]
    summary: String,
    /// Predict again what is there already
    #[arg(long)]
    force: bool,
    /// Folder of the weights; by default those of this binary
    #[arg(long, env = "ANOLIS_WEIGHTS")]
    weights: Option<PathBuf>,
    #[arg(long, value_enum, default_value = "cpu")]
    backend: Backend,
    /// Print one JSON object a picture
    #[arg(long)]
    json: bool,
}

/// A task, and where its answers go.
struct Target<'a> {
    task: &'a SavedTask,
    number: u32,
    folder: PathBuf,
    ends: Vec<String>,
    summary: Summary,
}

/// How many pictures came to what.
#[derive(Default)]
struct Counts {
    predicted: usize,
    skipped: usize,
    failed: usize,
}

pub fn run(options: &Options) -> Result<Outcome> {
    let inputs = inputs::find(&options.images, options.root.as_deref(), &options.out)?;
    let file = saved::open(&options.session)?;
    let tasks = saved::choose(&file, &options.task)?;
    if let Some(task) = tasks.iter().find(|task| file.images_of(task) > 1) {
        let id = &task.id;
        return Err(format!("task '{id}' sees two pictures at a time, which the page can predict: choose others with --task").into());
    }
    let (manifest, tensors) = weights::load(options.weights.as_deref())?;
    let mut session = Session::new(&manifest, &tensors, &options.backend.device()?)?;
    let pictures = saved::pictures_of(&options.session, options.pictures.as_deref());
    let restored = saved::restore(&file, &tasks, &mut session, &manifest, pictures)?;
    let several = tasks.len() > 1;
    let mut targets = Vec::new();
    for (task, &number) in tasks.into_iter().zip(&restored.tasks) {
        let folder = if several { options.out.join(&task.id) } else { options.out.clone() };
        let columns = ["picture", "width", "height", "uncertainty"].map(str::to_owned);
        let columns = [columns.to_vec(), output::columns(task)].concat();
        let summary = Summary::open(&folder.join(&options.summary), &columns)?;
        targets.push(Target { task, number, folder, ends: output::ends(task), summary });
    }

    let session_time = modified(&options.session)?;
    let (mut todo, mut counts) = (Vec::new(), Counts::default());
    for input in inputs {
        let done = |target: &Target| target.is_done(&input, session_time);
        if !options.force && targets.iter().all(done) {
            counts.skipped += 1;
            say(options, &json!({ "picture": input.path, "status": "skipped" }))?;
        } else {
            todo.push(input);
        }
    }
    predict(options, &todo, &mut targets, &mut session, &mut counts)?;
    let Counts { predicted, skipped, failed } = counts;
    if options.json {
        say(options, &json!({ "predicted": predicted, "skipped": skipped, "failed": failed }))?;
    }
    eprintln!(
        "{predicted} predicted, {skipped} skipped, {failed} failed: {}",
        options.out.display()
    );
    Ok(if failed > 0 { Outcome::Partly } else { Outcome::Done })
}

fn predict(
    options: &Options,
    todo: &[Input],
    targets: &mut [Target],
    session: &mut Session,
    counts: &mut Counts,
) -> Result<()> {
    let bar = ProgressBar::new(todo.len() as u64);
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos} of {len}, {eta} left {wide_msg}")?);
    std::thread::scope(|scope| {
        let (sender, decoded) = sync_channel(1);
        scope.spawn(move || {
            for batch in todo.chunks(BATCH) {
                let pictures: Vec<_> = batch.par_iter().map(|input| read(&input.path)).collect();
                // Nobody listens any longer when writing failed.
                if sender.send(pictures).is_err() {
                    return;
                }
            }
        });
        let mut inputs = todo.iter();
        for picture in decoded.iter().flatten() {
            let Some(input) = inputs.next() else { break };
            let answered = picture.and_then(|picture| answer(session, targets, &picture));
            match answered {
                Ok((size, answers)) => {
                    let mut files = Vec::new();
                    for (target, answer) in targets.iter_mut().zip(answers) {
                        files.extend(target.write(input, size, answer)?);
                    }
                    counts.predicted += 1;
                    say(
                        options,
                        &json!({ "picture": input.path, "status": "predicted", "files": files }),
                    )?;
                }
                Err(error) => {
                    counts.failed += 1;
                    bar.suspend(|| eprintln!("{}: {error}", input.path.display()));
                    let error = json!({ "code": code(&error), "message": error.to_string() });
                    say(
                        options,
                        &json!({ "picture": input.path, "status": "failed", "error": error }),
                    )?;
                }
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(())
    })
}

/// An answer and how unsure it is.
type Answered = (Answer, Option<f32>);

/// What every task says of a picture, and the picture's size.
fn answer(
    session: &mut Session,
    targets: &[Target],
    picture: &Picture,
) -> Result<((usize, usize), Vec<Answered>)> {
    let size = (picture.width(), picture.height());
    let id = read_sync(session.add_picture(&picture.at_most(LONGEST_SIDE)))?;
    let answers = targets.iter().map(|target| match target.task.examples {
        Examples::Tags(_) => {
            let tags = read_sync(session.predict_tags(target.number, id))?;
            Ok((output::tags(&target.task.channels, &tags), None))
        }
        Examples::Dense { .. } => {
            let prediction = read_sync(session.predict(target.number, id))?;
            Ok((output::answer(&prediction, size)?, Some(prediction.image_uncertainty())))
        }
    });
    let answers = answers.collect::<Result<Vec<_>>>();
    session.remove_picture(id)?;
    Ok((size, answers?))
}

impl Target<'_> {
    /// Whether everything that is written of a picture is there and newer than it and than the session.
    fn is_done(&self, input: &Input, session: SystemTime) -> bool {
        let newer = |end: &String| {
            let made = modified(&self.path(input, end)).ok();
            let picture = modified(&input.path).ok();
            made.is_some_and(|made| made >= session && picture.is_some_and(|taken| made >= taken))
        };
        self.ends.iter().all(newer) && self.summary.has(&input.name.to_string_lossy())
    }

    fn path(&self, input: &Input, end: &str) -> PathBuf {
        let mut path = self.folder.join(&input.name).into_os_string();
        path.push(end);
        path.into()
    }

    /// Writes an answer's files, then its row.
    fn write(
        &mut self,
        input: &Input,
        (width, height): (usize, usize),
        (answer, uncertainty): Answered,
    ) -> Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for (end, bytes) in answer.files {
            let path = self.path(input, &end);
            output::write(&path, &bytes)?;
            paths.push(path);
        }
        let uncertainty = uncertainty.map_or_else(String::new, |value| value.to_string());
        let picture = input.name.to_string_lossy().into_owned();
        let mut row = vec![picture, width.to_string(), height.to_string(), uncertainty];
        row.extend(answer.numbers.iter().map(f32::to_string));
        self.summary.add(&row)?;
        Ok(paths)
    }
}

fn read(path: &Path) -> Result<Picture> {
    Ok(decode(&fs::read(path)?)?)
}

fn modified(path: &Path) -> Result<SystemTime> {
    Ok(fs::metadata(path)?.modified()?)
}

/// Prints a line for programs, if asked for.
fn say(options: &Options, value: &serde_json::Value) -> Result<(), Error> {
    if options.json {
        writeln!(std::io::stdout(), "{value}")?;
    }
    Ok(())
}
