//! Every command a person types: `cargo xtask …`.

mod assets;
mod bench;
mod check;
mod chromium;
mod cluster;
mod docs;
mod eval;
mod licences;
mod npm;
mod paths;
mod python;
mod serve;
mod size;
mod step;
mod test;
mod toolchain;
mod vulkan;
mod wasm;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::wasm::Backend;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Builds, tests and serves anolis"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Find or install what the other commands need: the wasm toolchain, Chromium, npm packages
    Setup,
    /// Build the browser's runtimes and the assets the page loads
    Build {
        /// Also optimise the runtimes, build the page and update docs/size.md
        #[arg(long)]
        release: bool,
        /// Build one runtime instead of all
        #[arg(long)]
        backend: Option<Backend>,
    },
    /// Open the page from a development server; the GPU runtime follows behind
    Serve {
        /// Do not open a browser
        #[arg(long)]
        no_open: bool,
    },
    /// Formatting, lints and types
    Check,
    /// Write the documentation of the npm package, a site of its own, into pkg/site
    Docs,
    /// Everything a change must pass, or one part of it
    Test {
        part: Option<test::Part>,
        /// Stop at the first part that fails
        #[arg(long)]
        fail_fast: bool,
    },
    /// Run the `train` binary
    #[command(disable_help_flag = true)]
    Train {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Run `anolis eval`
    #[command(disable_help_flag = true)]
    Eval {
        /// Also ask a runtime in the browser, and compare; give it first
        #[arg(long)]
        browser: Option<Backend>,
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Measure, natively or in the browser
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether everything passed.
fn run(command: Command) -> Result<bool> {
    step::end_children_with_us()?;
    match command {
        Command::Setup => {
            toolchain::setup()?;
            toolchain::setup_sources()?;
            chromium::setup()?;
            npm::setup()?;
        }
        Command::Build { release, backend } => wasm::build_all(backend, release)?,
        Command::Serve { no_open } => serve::serve(!no_open)?,
        Command::Check => return check::check(),
        Command::Docs => docs::write()?,
        Command::Test { part, fail_fast } => return test::test(part, fail_fast),
        Command::Train { args } => toolchain::run_binary("train", None, &args)?,
        Command::Eval { browser: None, args } => {
            toolchain::run_binary("anolis", Some("eval"), &args)?
        }
        Command::Eval { browser: Some(backend), args } => return eval::in_browser(backend, &args),
        Command::Bench(bench) => return bench::run(bench),
    }
    Ok(true)
}
