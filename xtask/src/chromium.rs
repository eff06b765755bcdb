//! The browser that tests run in.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::paths;
use crate::step::{self, Step};
use crate::toolchain;

/// Which browser to use; browser tests read it too.
pub const VARIABLE: &str = "ANOLIS_CHROMIUM";

const TITLE: &str = "Chromium";
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MACOS: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// Finds or installs a Chromium.
pub fn setup() -> Result<PathBuf> {
    if let Some(path) = env::var_os(VARIABLE).map(PathBuf::from) {
        if !path.is_file() {
            bail!("{VARIABLE} names {}, which does not exist: correct or unset it", path.display());
        }
        step::skip(TITLE, path.display());
        return Ok(path);
    }
    if let Some(found) = find() {
        step::skip(TITLE, found.display());
        return Ok(found);
    }
    if paths::program("apt-get").is_some() {
        let step = Step::start(TITLE);
        if let Err(error) = toolchain::apt_install(&step, &["chromium"]) {
            eprintln!("  {error:#}");
        } else if let Some(found) = find() {
            step.done(found.display());
            return Ok(found);
        }
    }
    bail!("no Chromium found: install Chromium or Chrome, or set {VARIABLE} to its path")
}

fn find() -> Option<PathBuf> {
    let macos = || Some(PathBuf::from(MACOS)).filter(|path| Path::is_file(path));
    NAMES.into_iter().find_map(paths::program).or_else(macos)
}
