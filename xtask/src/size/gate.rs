//! Growth that nobody decided: sizes against those of `docs/size.json`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::{Breakdown, format};
use crate::paths;

/// Percent that a part may grow by before somebody has to say that it may.
const MOST: usize = 3;

/// As many parts of a part are named.
const NAMED: usize = 6;

/// What was measured with the last release build.
#[derive(Serialize, Deserialize)]
pub struct Recorded {
    /// Another compiler writes other code; its sizes say nothing about ours.
    pub compiler: String,
    pub parts: BTreeMap<String, Part>,
}

/// Something that is downloaded as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Bytes after brotli.
    pub brotli: usize,
    /// Whether a Rust compiler wrote it.
    pub compiled: bool,
    /// Bytes by what it is made of, which need not add up: they may be before brotli.
    pub of: Breakdown,
}

/// Keeps these sizes as what later ones are compared with.
pub fn record(recorded: &Recorded) -> Result<()> {
    let mut text = serde_json::to_string_pretty(recorded)?;
    text.push('\n');
    paths::write(&file(), text.as_bytes())?;
    Ok(())
}

/// Fails on parts that grew too much since they were recorded, and says what grew in them. Returns a sentence for a person.
pub fn check(now: &Recorded) -> Result<String> {
    let before = serde_json::from_slice(&paths::read(&file())?)
        .context("docs/size.json is not what `cargo xtask build --release` writes")?;
    compare(&before, now)
}

fn compare(before: &Recorded, now: &Recorded) -> Result<String> {
    let same_compiler = before.compiler == now.compiler;
    let (mut grown, mut largest) = (String::new(), 0.0_f64);
    for (name, part) in &now.parts {
        let Some(old) = before.parts.get(name) else { continue };
        if part.compiled && !same_compiler {
            continue;
        }
        let growth = part.brotli as f64 / old.brotli as f64 - 1.0;
        largest = largest.max(growth);
        if part.brotli * 100 > old.brotli * (100 + MOST) {
            let (from, to) = (format(old.brotli), format(part.brotli));
            let _ = writeln!(grown, "{name}: {from} -> {to} (+{:.1} %)", growth * 100.0);
            for (what, bytes) in largest_growth(&old.of, &part.of) {
                let _ = writeln!(grown, "  {what}: +{}", format(bytes));
            }
        }
    }
    if !grown.is_empty() {
        bail!(
            "more than {MOST} % larger than docs/size.json says:\n{grown}make it smaller, or accept it: \
             `cargo xtask build --release`, and commit docs/size.json"
        );
    }
    let skipped = if same_compiler { "" } else { "; runtimes SKIPPED: another compiler" };
    Ok(format!("{:+.1} % at most since docs/size.json{skipped}", largest * 100.0))
}

/// What grew, most first.
fn largest_growth(before: &Breakdown, now: &Breakdown) -> Vec<(String, usize)> {
    let grew = |(name, &bytes): (&String, &usize)| {
        let by = bytes.checked_sub(before.get(name).copied().unwrap_or(0))?;
        (by > 0).then(|| (name.clone(), by))
    };
    let mut grown: Vec<_> = now.iter().filter_map(grew).collect();
    grown.sort_by_key(|&(_, by)| std::cmp::Reverse(by));
    grown.truncate(NAMED);
    grown
}

fn file() -> PathBuf {
    paths::root().join("docs/size.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(compiler: &str, brotli: usize, burn: usize) -> Recorded {
        let of = Breakdown::from([("burn".to_owned(), burn), ("core".to_owned(), 500)]);
        let part = Part { brotli, compiled: true, of };
        Recorded { compiler: compiler.into(), parts: [("CPU runtime".to_owned(), part)].into() }
    }

    #[test]
    fn growth_of_three_percent_passes_and_more_does_not() {
        let before = sizes("rustc 1", 100_000, 400);
        assert!(compare(&before, &sizes("rustc 1", 103_000, 900)).is_ok());
        assert!(compare(&before, &sizes("rustc 1", 50_000, 100)).is_ok());
        let error = compare(&before, &sizes("rustc 1", 103_100, 900)).unwrap_err().to_string();
        assert!(error.contains("CPU runtime: 0.10 MB -> 0.10 MB (+3.1 %)"), "{error}");
        assert!(error.contains("burn: +0.5 kB") && !error.contains("core"), "{error}");
    }

    #[test]
    fn another_compiler_says_nothing() {
        let said = compare(&sizes("rustc 1", 1000, 4), &sizes("rustc 2", 2000, 9)).unwrap();
        assert!(said.contains("SKIPPED"), "{said}");
    }
}
