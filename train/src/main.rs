//! Makes and measures the weights: `cargo xtask train …`; see docs/weights.md.

mod calibration;
mod checkpoint;
mod cost;
mod docs;
mod episodes;
mod export;
mod int8;
mod laso;
mod learner;
mod log;
mod losses;
mod meta;
mod prepared;
mod report;
mod samples;
mod scenes;
mod sheets;
mod suggest;
mod teacher;
mod tune;
mod validation;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Parser)]
#[command(about = "Makes and measures anolis' weights")]
enum Command {
    /// Meta-trains everything but the trunk on few-shot episodes; resumes where it stopped.
    Meta(meta::Options),
    /// Tunes the trunk too, by steps of adaptation to one episode after the other; resumes where it stopped.
    Tune(tune::Options),
    /// Writes a shard of pictures with the class ids that a public segmentation network sees.
    Teach(teacher::Options),
    /// Writes a checkpoint as shipped weights: f16 shards, manifest, self-test; and the same in eight bits.
    Export(export::Options),
    /// Writes weights that were exported once more in eight bits.
    Int8(int8::Options),
    /// Measures how well uncertainty is calibrated; see docs/uncertainty.md.
    Calibration(calibration::Options),
    /// Compares labelling what is suggested with random order; see docs/uncertainty.md.
    Suggest(suggest::Options),
    /// Writes docs/quality.md and docs/quality.json from what `eval` found.
    Report(report::Options),
    /// Trains and judges operations on label sets; see docs/laso.md.
    Laso(laso::Options),
    /// Writes docs/cost.md: time and memory by examples, channels and size, on this machine.
    Cost(cost::Options),
    /// Draws pictures with known labels.
    #[command(subcommand)]
    Draw(Draw),
}

#[derive(Subcommand)]
enum Draw {
    /// The page's sample pictures.
    Samples { out: PathBuf },
    /// A few-shot task folder with known answer, from worlds that no training sees.
    Task { out: PathBuf },
    /// What training steps draw, one sheet an episode.
    Episodes(sheets::Options),
}

fn main() {
    let done = match Command::parse() {
        Command::Meta(options) => meta::run(&options),
        Command::Tune(options) => tune::run(&options),
        Command::Teach(options) => teacher::run(&options),
        Command::Export(options) => export::run(&options),
        Command::Int8(options) => int8::run(&options),
        Command::Calibration(options) => calibration::run(&options),
        Command::Suggest(options) => suggest::run(&options),
        Command::Report(options) => report::run(&options),
        Command::Laso(options) => laso::run(&options),
        Command::Cost(options) => cost::run(&options),
        Command::Draw(Draw::Samples { out }) => samples::samples(&out),
        Command::Draw(Draw::Task { out }) => samples::task(&out),
        Command::Draw(Draw::Episodes(options)) => sheets::run(&options),
    };
    if let Err(error) = done {
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}
