//! Time and memory of learning, predicting and adapting, by examples, channels and picture size.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anolis::Session;
use anolis::image::{Label, Picture};
use anolis::session::{AdaptOptions, Level, TaskKind};
use burn::tensor::{Device, read_sync};

use crate::Result;
use crate::docs::with_table;
use crate::scenes::World;

#[derive(clap::Args)]
pub struct Options {
    /// Folder of the weights.
    #[arg(long, default_value = "weights")]
    weights: PathBuf,
    /// The document that holds the table.
    #[arg(long, default_value = "docs/cost.md")]
    out: PathBuf,
}

/// Examples, channels, and side of the pictures in pixels: one of them differs from the usual case at a time.
const CASES: [[usize; 3]; 8] = [
    [1, 1, 256],
    [5, 1, 256],
    [10, 1, 256],
    [20, 1, 256],
    [5, 4, 256],
    [5, 17, 256],
    [5, 1, 64],
    [5, 1, 1024],
];

/// Predictions and steps of which the median is taken.
const RUNS: usize = 5;

/// Steps of an adaptation; every fifth of them ends a run, which is looked at.
const STEPS: usize = 5 * 20;

pub fn run(options: &Options) -> Result<()> {
    let mut table = String::from(
        "| examples | channels | side | encode | learn | stroke | predict | look | step | peak memory |\n\
         |---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for [shots, channels, side] in CASES {
        let cost = Cost::measure(options, shots, channels, side)?;
        write!(table, "| {shots} | {channels} | {side} ")?;
        for milliseconds in
            [cost.encode, cost.learn, cost.stroke, cost.predict, cost.look, cost.step]
        {
            write!(table, "| {milliseconds:.0} ms ")?;
        }
        match cost.peak {
            Some(megabytes) => writeln!(table, "| {megabytes:.0} MB |")?,
            None => writeln!(table, "| – |")?,
        }
        println!("{}", table.lines().last().unwrap_or_default());
    }
    let prose = fs::read_to_string(&options.out).unwrap_or_default();
    fs::write(&options.out, with_table(&prose, "cost", "train cost", &table))?;
    Ok(())
}

/// Milliseconds, and the process's peak so far in megabytes where the system says it.
struct Cost {
    encode: f64,
    learn: f64,
    stroke: f64,
    predict: f64,
    look: f64,
    step: f64,
    peak: Option<f64>,
}

impl Cost {
    fn measure(options: &Options, shots: usize, channels: usize, side: usize) -> Result<Self> {
        let (manifest, tensors) = anolis::weights::load(&options.weights)?;
        let mut session = Session::new(&manifest, &tensors, &Device::flex())?;
        let names = (0..channels).map(|channel| channel.to_string()).collect();
        let task = session.add_task(TaskKind::Mask, names)?;
        let world = World::new(1);
        // The upper half in upright bands, one a channel, and a little more with every stroke.
        let label = |stroke: usize| {
            let id = |i: usize| {
                let (x, y) = (i % side, i / side);
                if y < side / 2 + stroke { 1 + x * channels / side } else { 0 }
            };
            let ids = (0..side * side).map(|i| id(i) as u8).collect();
            Label::Classes { ids, width: side, height: side }
        };
        let scenes = (0..shots + RUNS + 1)
            .map(|i| Ok(Picture::from_rgb(world.scene(i as u64, side, side).image, side, side)?));
        let scenes = scenes.collect::<Result<Vec<_>>>()?;
        let mut pictures = Vec::new();
        let encode = median(scenes.len(), |i| {
            pictures.push(read_sync(session.add_picture(&scenes[i]))?);
            Ok(())
        })?;
        for &picture in &pictures[..shots] {
            read_sync(session.set_label(task, picture, label(0)))?;
        }
        let learn = median(1, |_| {
            read_sync(session.predict(task, pictures[shots]))?;
            Ok(())
        })?;
        let predict = median(RUNS, |run| {
            read_sync(session.predict(task, pictures[shots + 1 + run]))?;
            Ok(())
        })?;
        let stroke = median(RUNS, |run| {
            read_sync(session.set_label(task, pictures[0], label(1 + run)))?;
            read_sync(session.predict_readout(task, pictures[shots]))?;
            Ok(())
        })?;

        let adapt =
            AdaptOptions { level: Some(Level::Trunk), steps: STEPS, ..AdaptOptions::default() };
        let mut adaptation = None;
        let look = median(1, |_| {
            adaptation = Some(read_sync(session.begin_adaptation(task, adapt))?);
            Ok(())
        })?;
        let mut adaptation = adaptation.ok_or("an adaptation that has begun")?;
        let step = median(RUNS, |_| {
            read_sync(adaptation.step())?;
            Ok(())
        })?;
        Ok(Self { encode, learn, stroke, predict, look, step, peak: peak() })
    }
}

/// Milliseconds that so many runs typically take.
fn median(runs: usize, mut work: impl FnMut(usize) -> Result<()>) -> Result<f64> {
    let mut times = Vec::with_capacity(runs);
    for run in 0..runs {
        let started = Instant::now();
        work(run)?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[runs / 2])
}

/// Most memory that was resident, in megabytes; known on Linux.
fn peak() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1000.0)
}
