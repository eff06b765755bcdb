//! `anolis predict`: pictures are decoded on all cores while the network is at work, and every answer is written whole.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::time::SystemTime;

use anolis::Session;
use anolis::image::Picture;
use anolis::session::file::{Examples, LONGEST_SIDE, SavedTask};
use anolis::session::{LEAST_TILE, TileOptions};
use burn::tensor::read_sync;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::device::Backend;
use crate::inputs::{self, Input};
use crate::output::{self, Answer};
use crate::seen::{self, Seen};
use crate::summary::Summary;
use crate::{Outcome, Result, code, saved, weights};

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
    /// For tasks that see two pictures at a time: a folder, pattern or picture with the second ones, of the same names but for
    /// their endings
    #[arg(long, value_name = "IMAGES")]
    with: Option<String>,
    /// Cut big pictures into tiles, so that things are seen at the size at which they were learnt
    #[arg(long)]
    tiles: bool,
    /// Side of a tile in pixels, at least 64; by default about as long as the examples' pictures are
    #[arg(long, requires = "tiles", value_name = "PIXELS", value_parser = tile_size)]
    tile_size: Option<usize>,
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

fn tile_size(text: &str) -> Result<usize, String> {
    let size = text.parse().ok().filter(|&size| size >= LEAST_TILE);
    size.ok_or_else(|| format!("use {LEAST_TILE} pixels or more"))
}

/// A task, and where its answers go.
struct Target<'a> {
    task: &'a SavedTask,
    number: u32,
    /// Pictures that it sees at a time.
    images: usize,
    /// How it cuts them up, if at all.
    tiles: Option<TileOptions>,
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
    let pairs = tasks.iter().find(|task| file.images_of(task) > 1);
    match (pairs, &options.with) {
        (Some(task), None) => {
            let id = &task.id;
            return Err(format!(
                "task '{id}' sees two pictures at a time: give the second ones with --with, or choose others with --task"
            )
            .into());
        }
        (None, Some(_)) => {
            return Err("no task here sees two pictures at a time: leave --with out".into());
        }
        _ => {}
    }
    let all = seen::pair(inputs, options.with.as_deref(), &options.out)?;
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
        let tiles = match task.examples {
            Examples::Dense { .. } if options.tiles => {
                let tile = options.tile_size.map_or_else(|| saved::usual_tile(&file, task), Ok)?;
                Some(TileOptions { tile: Some(tile), ..TileOptions::default() })
            }
            Examples::Tags(_) if options.tiles => {
                eprintln!(
                    "task '{}': tags are of whole pictures, which are not cut into tiles",
                    task.id
                );
                None
            }
            _ => None,
        };
        let (images, ends) = (file.images_of(task), output::ends(task));
        targets.push(Target { task, number, images, tiles, folder, ends, summary });
    }

    let session_time = modified(&options.session)?;
    let (mut todo, mut counts) = (Vec::new(), Counts::default());
    for seen in all {
        let done = |target: &Target| target.is_done(&seen, session_time);
        let whole = options.with.is_none() || seen.second.is_some();
        if !options.force && whole && targets.iter().all(done) {
            counts.skipped += 1;
            say(options, report(&seen, "skipped"))?;
        } else {
            todo.push(seen);
        }
    }
    predict(options, &todo, &mut targets, &mut session, &mut counts)?;
    let Counts { predicted, skipped, failed } = counts;
    say(options, json!({ "predicted": predicted, "skipped": skipped, "failed": failed }))?;
    eprintln!(
        "{predicted} predicted, {skipped} skipped, {failed} failed: {}",
        options.out.display()
    );
    Ok(if failed > 0 { Outcome::Partly } else { Outcome::Done })
}

fn predict(
    options: &Options,
    todo: &[Seen],
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
                let read = |seen: &Seen| seen.read(options.with.as_deref());
                let pictures: Vec<_> = batch.par_iter().map(read).collect();
                // Nobody listens any longer when writing failed.
                if sender.send(pictures).is_err() {
                    return;
                }
            }
        });
        let mut todo = todo.iter();
        for pictures in decoded.iter().flatten() {
            let Some(seen) = todo.next() else { break };
            let answered = pictures.and_then(|pictures| {
                let size = (pictures[0].width(), pictures[0].height());
                Ok((size, answer(session, targets, pictures, &seen.first, &bar)?))
            });
            match answered {
                Ok((size, answers)) => {
                    let mut files = Vec::new();
                    for (target, answer) in targets.iter_mut().zip(answers) {
                        files.extend(target.write(&seen.first, size, answer)?);
                    }
                    counts.predicted += 1;
                    let mut said = report(seen, "predicted");
                    said["files"] = json!(files);
                    say(options, said)?;
                }
                Err(error) => {
                    counts.failed += 1;
                    bar.suspend(|| eprintln!("{}: {error}", seen.first));
                    let mut said = report(seen, "failed");
                    said["error"] = json!({ "code": code(&error), "message": error.to_string() });
                    say(options, said)?;
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

/// What every task says of a picture, or of two that are seen together.
fn answer(
    session: &mut Session,
    targets: &[Target],
    pictures: Vec<Picture>,
    input: &Input,
    bar: &ProgressBar,
) -> Result<Vec<Answered>> {
    let size = (pictures[0].width(), pictures[0].height());
    // Tasks that see as many pictures share their encoding.
    let mut encoded = BTreeMap::new();
    let mut answers = Vec::new();
    for target in targets {
        answers.push(target.answer(
            session,
            &pictures[..target.images],
            size,
            &mut encoded,
            |done, all| {
                bar.set_message(format!("{}: tile {done} of {all}", input.name.display()));
            },
        ));
        // Neither pictures nor tables are half done: one answer that fails leaves none of the others.
        if answers.last().is_some_and(Result::is_err) {
            break;
        }
    }
    bar.set_message("");
    encoded.into_values().try_for_each(|picture| session.remove_picture(picture))?;
    answers.into_iter().collect()
}

impl Target<'_> {
    /// What the task says; `encoded` has pictures by how many are seen together.
    fn answer(
        &self,
        session: &mut Session,
        pictures: &[Picture],
        size: (usize, usize),
        encoded: &mut BTreeMap<usize, u32>,
        on_tile: impl FnMut(usize, usize),
    ) -> Result<Answered> {
        let channels = &self.task.channels;
        if let Some(tiles) = self.tiles {
            let tiled = read_sync(session.predict_tiles(self.number, pictures, tiles, on_tile))?;
            let answer = output::tiled(tiled.answer, channels.len(), size)?;
            return Ok((answer, Some(tiled.image_uncertainty)));
        }
        let picture = match encoded.entry(pictures.len()) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let seen: Vec<_> = pictures.iter().map(|p| p.at_most(LONGEST_SIDE)).collect();
                *entry.insert(read_sync(session.add_pictures(&seen))?)
            }
        };
        match self.task.examples {
            Examples::Tags(_) => {
                let tags = read_sync(session.predict_tags(self.number, picture))?;
                Ok((output::tags(channels, &tags), None))
            }
            Examples::Dense { .. } => {
                let prediction = read_sync(session.predict(self.number, picture))?;
                Ok((output::answer(&prediction, size)?, Some(prediction.image_uncertainty())))
            }
        }
    }

    /// Whether everything that is written of a picture is there and newer than what is seen and than the session.
    fn is_done(&self, seen: &Seen, session: SystemTime) -> bool {
        let input = &seen.first;
        let newer = |end: &String| {
            let made = modified(&self.path(input, end)).ok();
            let since = |made| {
                let taken = |path| modified(path).is_ok_and(|taken| made >= taken);
                made >= session && seen.files().all(taken)
            };
            made.is_some_and(since)
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

fn modified(path: &Path) -> Result<SystemTime> {
    Ok(fs::metadata(path)?.modified()?)
}

/// What is said of a picture to programs; of a TIFF of several pages also which one.
fn report(seen: &Seen, status: &str) -> Value {
    let mut report = json!({ "picture": seen.first.path, "status": status });
    if let Some(page) = seen.first.page() {
        report["page"] = page.into();
    }
    report
}

/// Prints a line for programs, if asked for.
fn say(options: &Options, value: Value) -> Result<()> {
    if options.json {
        writeln!(std::io::stdout(), "{value}")?;
    }
    Ok(())
}
