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
        let add = |session: &mut Session, i: usize| -> Result<(u32, f64)> {
            let picture = Picture::from_rgb(world.scene(i as u64, side, side).image, side, side)?;
            let clock = Instant::now();
            let picture = read_sync(session.add_picture(&picture))?;
            Ok((picture, milliseconds(clock)))
        };
        // The upper half in upright bands, one a channel, and a little more with every stroke.
        let label = |stroke: usize| {
            let id = |i: usize| {
                let (x, y) = (i % side, i / side);
                if y < side / 2 + stroke { 1 + x * channels / side } else { 0 }
            };
            let ids = (0..side * side).map(|i| id(i) as u8).collect();
            Label::Classes { ids, width: side, height: side }
        };
        let mut encode = Vec::new();
        let mut pictures = Vec::new();
        for i in 0..shots + RUNS + 1 {
            let (picture, took) = add(&mut session, i)?;
            pictures.push(picture);
            encode.push(took);
        }
        for &picture in &pictures[..shots] {
            session.set_label(task, picture, label(0))?;
        }
        let clock = Instant::now();
        read_sync(session.predict(task, pictures[shots]))?;
        let learn = milliseconds(clock);
        let predict = (0..RUNS).map(|run| {
            let clock = Instant::now();
            read_sync(session.predict(task, pictures[shots + 1 + run]))?;
            Ok(milliseconds(clock))
        });
        let predict = median(predict.collect::<Result<_>>()?);
        let stroke = (0..RUNS).map(|run| {
            let clock = Instant::now();
            session.set_label(task, pictures[0], label(1 + run))?;
            session.predict_readout(task, pictures[shots])?;
            Ok(milliseconds(clock))
        });
        let stroke = median(stroke.collect::<Result<_>>()?);

        let clock = Instant::now();
        let adapt =
            AdaptOptions { level: Some(Level::Trunk), steps: STEPS, ..AdaptOptions::default() };
        let mut adaptation = read_sync(session.begin_adaptation(task, adapt))?;
        let look = milliseconds(clock);
        let step = (0..RUNS).map(|_| {
            let clock = Instant::now();
            read_sync(adaptation.step())?;
            Ok(milliseconds(clock))
        });
        let step = median(step.collect::<Result<_>>()?);
        Ok(Self { encode: median(encode), learn, stroke, predict, look, step, peak: peak() })
    }
}

fn milliseconds(clock: Instant) -> f64 {
    clock.elapsed().as_secs_f64() * 1e3
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Most memory that was resident, in megabytes; known on Linux.
fn peak() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1000.0)
}
