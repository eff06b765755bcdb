//! Python libraries of others: those that read what the page writes, and those of recipes.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::paths;
use crate::step::{self, Step};

/// What the front-end tests look for.
pub const VARIABLE: &str = "ANOLIS_FORMATS_PYTHON";

/// A Python with the pinned libraries of tests/formats; says loudly what is skipped where it cannot be had.
pub fn setup() -> Option<PathBuf> {
    if let Some(given) = env::var_os(VARIABLE) {
        return Some(PathBuf::from(given));
    }
    install("formats-python", &paths::root().join("tests/formats/requirements.txt"))
        .inspect_err(|error| {
            println!("SKIPPED: tests that compare formats with other libraries ({error:#})");
        })
        .ok()
}

/// The Python of an environment of this name in the target folder, with what `requirements` pin.
pub fn install(name: &str, requirements: &Path) -> Result<PathBuf> {
    let title = format!("Python libraries, {name}");
    let hash = paths::sha256(&paths::read(requirements)?);
    let folder = paths::target().join(name);
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let stamp = folder.join(".anolis-requirements");
    if python.is_file() && std::fs::read_to_string(&stamp).is_ok_and(|old| old == hash) {
        step::skip(title, "as pinned");
        return Ok(python);
    }
    let step = Step::start(title);
    let base = env::var_os("ANOLIS_PYTHON").unwrap_or_else(|| "python3".into());
    step.run(Command::new(base).args(["-m", "venv", "--clear"]).arg(&folder))
        .context("cannot make a Python environment: install Python 3.11 or newer with venv")?;
    step.run(
        Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(requirements),
    )
    .with_context(|| format!("cannot install {}: check the network", requirements.display()))?;
    paths::write(&stamp, hash.as_bytes())?;
    step.done("as pinned");
    Ok(python)
}
