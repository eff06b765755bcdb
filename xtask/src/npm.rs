//! Node and the npm packages.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::paths;
use crate::step::{self, Step};

/// What Vite needs.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Installs the locked packages if the lock file changed since the last time.
pub fn setup() -> Result<()> {
    const TITLE: &str = "npm packages";
    check_node()?;
    let lock = paths::root().join("package-lock.json");
    let lock = fs::read(&lock).context(
        "package-lock.json is missing: restore it, or run `npm install` once and commit it",
    )?;
    let hash = paths::sha256(&lock);
    // npm empties node_modules, and so removes the stamp, before it installs.
    let stamp = paths::root().join("node_modules/.anolis-lock");
    if fs::read_to_string(&stamp).is_ok_and(|old| old == hash) {
        step::skip(TITLE, "as locked");
        return Ok(());
    }
    let step = Step::start(TITLE);
    step.run(
        npm(&["install", "--no-save", "--no-audit", "--no-fund"])
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
    )
    .context(
        "cannot install the npm packages: check the network, then run `cargo xtask setup` again",
    )?;
    paths::write(&stamp, hash.as_bytes())?;
    step.done("as locked");
    Ok(())
}

fn check_node() -> Result<()> {
    let (major, minor) = OLDEST_NODE;
    let output = Command::new("node").arg("--version").output();
    let Ok(text) = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    else {
        bail!("Node is missing: install Node {major}.{minor} or newer, with npm");
    };
    if version(&text).is_none_or(|version| version < OLDEST_NODE) {
        bail!("Node {text} is too old: install Node {major}.{minor} or newer");
    }
    Ok(())
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// `npm …` in the root.
pub fn npm(args: &[&str]) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(args).current_dir(paths::root());
    command
}

/// A package's program.
pub fn bin(name: &str) -> PathBuf {
    let file = if cfg!(windows) { format!("{name}.cmd") } else { name.to_owned() };
    paths::root().join("node_modules/.bin").join(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions() {
        assert_eq!(version("v20.20.2"), Some((20, 20)));
        assert_eq!(version("v9.1"), Some((9, 1)));
        assert_eq!(version("none"), None);
    }
}
