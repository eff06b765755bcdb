//! The benchmarks: ours against what else runs networks in a browser, and natively against PyTorch.

mod native;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use clap::Subcommand;

use crate::step::{self, Step};
use crate::toolchain::{self, cargo};
use crate::wasm::{self, Backend};
use crate::{assets, chromium, npm, paths};

/// What is measured.
#[derive(Subcommand)]
pub enum Bench {
    /// Encoding, predictions, strokes, a step of adaptation and a click on a tag, natively by criterion; writes
    /// docs/performance.md
    Native {
        /// On a GPU by Vulkan, Metal or DirectX instead of one core of the CPU
        #[arg(long)]
        gpu: bool,
        /// Compare the encoder with PyTorch, eager and compiled, which is installed for it (some gigabytes)
        #[arg(long)]
        pytorch: bool,
    },
    /// Both runtimes against onnxruntime-web, transformers.js and TensorFlow.js in Chromium; writes docs/performance.md
    Web {
        /// Leave the rows out that need a GPU, which in software take minutes
        #[arg(long)]
        no_gpu: bool,
        /// Only these rows, by name; the others stay as they were
        #[arg(long, value_delimiter = ',')]
        rows: Vec<String>,
        /// How often what takes milliseconds is measured
        #[arg(long, default_value_t = 15)]
        rounds: usize,
    },
    /// How costs grow with side length, examples, channels and pictures; writes docs/performance.md
    Growth,
    /// Write docs/performance.md from what was measured before
    Report,
}

/// Runs a benchmark; returns whether every row could be measured.
pub fn run(bench: Bench) -> Result<bool> {
    let measured = match bench {
        Bench::Native { gpu, pytorch } => {
            native::run(gpu, pytorch, &folder().join("rows"))?;
            npm::setup()?;
            true
        }
        Bench::Web { no_gpu, rows, rounds } => {
            prepare(!no_gpu)?;
            let projects = if no_gpu { &["cpu"][..] } else { &["cpu", "gpu"] };
            let mut args: Vec<_> =
                projects.iter().map(|project| format!("--project={project}")).collect();
            if !rows.is_empty() {
                args.push(format!("--grep=\\b({})\\b", rows.join("|")));
            }
            playwright("Benchmark", &args, rounds)?
        }
        Bench::Growth => {
            prepare(false)?;
            playwright("Growth", &["--project=growth".to_owned()], 0)?
        }
        Bench::Report => {
            npm::setup()?;
            true
        }
    };
    Ok(playwright("Report", &["--project=report".to_owned()], 0)? && measured)
}

/// Where rows wait for the report.
fn folder() -> PathBuf {
    paths::target().join("bench-web")
}

/// Optimised runtimes, the npm package, and the network as other engines take it.
fn prepare(gpu: bool) -> Result<()> {
    let toolchain = toolchain::setup()?;
    npm::setup()?;
    assets::write()?;
    for backend in Backend::ALL {
        if gpu || backend != Backend::Gpu {
            wasm::build(toolchain, backend, true)?;
        }
    }
    wasm::build_package()?;
    let step = Step::start("ONNX and TensorFlow.js models");
    let models = folder().join("models");
    std::fs::create_dir_all(&models)?;
    let exports = [
        ("encoder", "encoder.onnx"),
        ("support", "support.onnx"),
        ("predictor", "predictor.onnx"),
        ("encoder", "tfjs"),
    ];
    for (part, file) in exports {
        let mut convert = cargo();
        convert.args(["run", "--bin", "anolis", "--", "convert", "weights"]);
        convert.arg(models.join(file)).args(["--part", part]);
        step.run(&mut convert)?;
    }
    step.done(models.display());
    Ok(())
}

fn playwright(title: &str, args: &[String], rounds: usize) -> Result<bool> {
    let mut command = Command::new(npm::bin("playwright"));
    command.args(["test", "-c", "bench/web/playwright.config.ts"]).args(args);
    command.current_dir(paths::root()).env(chromium::VARIABLE, chromium::setup()?);
    command.env("CARGO_TARGET_DIR", paths::target());
    command.env("ANOLIS_BENCH_ROUNDS", rounds.max(3).to_string());
    let step = Step::start(title);
    let (status, _) = step.stream(&mut command).context("the benchmark cannot start")?;
    step::end_children();
    if status.success() {
        step.done("");
    }
    Ok(status.success())
}
