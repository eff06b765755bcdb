//! Python libraries of others that read what the page writes.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::paths;
use crate::step::{self, Step};

const TITLE: &str = "Python libraries";

/// What the front-end tests look for.
pub const VARIABLE: &str = "ANOLIS_FORMATS_PYTHON";

/// A Python with the pinned libraries of tests/formats; says loudly what is skipped where it cannot be had.
pub fn setup() -> Option<PathBuf> {
    if let Some(given) = env::var_os(VARIABLE) {
        return Some(PathBuf::from(given));
    }
    install()
        .inspect_err(|error| {
            println!("SKIPPED: tests that compare formats with other libraries ({error:#})");
        })
        .ok()
}

fn install() -> Result<PathBuf> {
    let requirements = paths::root().join("tests/formats/requirements.txt");
    let hash = paths::sha256(&paths::read(&requirements)?);
    let folder = paths::target().join("formats-python");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let stamp = folder.join(".anolis-requirements");
    if python.is_file() && std::fs::read_to_string(&stamp).is_ok_and(|old| old == hash) {
        step::skip(TITLE, "as pinned");
        return Ok(python);
    }
    let step = Step::start(TITLE);
    let base = env::var_os("ANOLIS_PYTHON").unwrap_or_else(|| "python3".into());
    step.run(Command::new(base).args(["-m", "venv", "--clear"]).arg(&folder))
        .context("cannot make a Python environment: install Python 3.11 or newer with venv")?;
    step.run(
        Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(requirements),
    )
    .context("cannot install tests/formats/requirements.txt: check the network")?;
    paths::write(&stamp, hash.as_bytes())?;
    step.done("as pinned");
    Ok(python)
}
