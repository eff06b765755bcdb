//! `anolis`: learns from a session file and predicts whole folders.

use std::process::ExitCode;

use anolis_cli::{Outcome, adapt, convert, eval, info, predict};
use clap::Parser;

#[derive(Parser)]
#[command(
    name = "anolis",
    version,
    about = "Label a few. See the rest: predicts whole folders from a session file",
    after_help = "Exit codes: 0 everything was done, 1 nothing could be done, 2 the arguments are wrong, \
                  3 some pictures could not be used and the others were."
)]
enum Command {
    /// Predict pictures with the tasks of a session file
    Predict(predict::Options),
    /// Adapt a session's tasks to their examples and write a new session file
    Adapt(adapt::Options),
    /// Predict few-shot task folders and score them
    Eval(eval::Options),
    /// Turn task folders or pictures with masks into a session file, and back
    Convert(convert::Options),
    /// Say what a session file, weights or a picture hold
    Info(info::Options),
}

fn main() -> ExitCode {
    let outcome = match Command::parse() {
        Command::Predict(options) => predict::run(&options),
        Command::Adapt(options) => adapt::run(&options),
        Command::Eval(options) => eval::run(&options).map(|()| Outcome::Done),
        Command::Convert(options) => convert::run(&options),
        Command::Info(options) => info::run(&options),
    };
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Partly) => ExitCode::from(3),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
