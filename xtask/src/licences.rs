//! The licences of the crates that are compiled into the runtimes, which ask to come along.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::paths;
use crate::toolchain::{self, TARGET};

/// Name of the file among the assets.
const FILE: &str = "third-party-rust.md";

/// How files that hold a licence begin.
const BEGINNINGS: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// A crate, as `cargo metadata` says.
#[derive(Clone, Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    repository: Option<String>,
    authors: Vec<String>,
    manifest_path: PathBuf,
}

/// Writes the licences of everything that is compiled into the runtimes beside them.
pub fn write() -> Result<()> {
    paths::write(&paths::assets().join(FILE), render(&crates()?).as_bytes())?;
    Ok(())
}

/// Everything that is compiled in, with the texts that it brings along.
fn crates() -> Result<Vec<(Package, Vec<String>)>> {
    let compiled = compiled()?;
    let mut crates = Vec::new();
    for package in metadata()?.packages {
        if compiled.contains(&format!("{} v{}", package.name, package.version)) {
            let texts = texts(&package)?;
            crates.push((package, texts));
        }
    }
    ensure!(crates.len() == compiled.len(), "cargo tree and cargo metadata name other crates");
    Ok(crates)
}

/// Crates in the runtimes as `name vVersion`, without our own and without those that only run while compiling.
fn compiled() -> Result<BTreeSet<String>> {
    let tree =
        ["tree", "--package", "anolis", "--no-default-features", "--features", "threads,gpu"];
    let edges = ["--target", TARGET, "--edges", "normal,no-proc-macro", "--prefix", "none"];
    let text = cargo(&[&tree[..], &edges, &["--format", "{p}"]].concat())?;
    let names = text.lines().map(|line| line.split_whitespace().take(2).collect::<Vec<_>>());
    Ok(names.filter(|name| name.len() == 2 && name[0] != "anolis").map(|n| n.join(" ")).collect())
}

fn metadata() -> Result<Metadata> {
    let text = cargo(&["metadata", "--format-version", "1", "--filter-platform", TARGET])?;
    serde_json::from_str(&text).context("cargo metadata answers something unknown")
}

fn cargo(arguments: &[&str]) -> Result<String> {
    let output = toolchain::cargo().args(arguments).arg("--locked").output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo {} failed: {said}", arguments.join(" "));
    Ok(String::from_utf8(output.stdout)?)
}

/// The licence texts that a crate brings along; of those that one may choose from, MIT alone: it is the shortest.
fn texts(package: &Package) -> Result<Vec<String>> {
    let folder = package.manifest_path.parent().unwrap_or(Path::new("."));
    let mut names: Vec<String> = fs::read_dir(folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .flatten()
        .filter(|entry| entry.path().is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| BEGINNINGS.iter().any(|begin| name.to_uppercase().starts_with(begin)))
        .collect();
    names.sort();
    let chosen = chosen(&names, package.license.as_deref().unwrap_or(""));
    chosen.iter().map(|name| Ok(fs::read_to_string(folder.join(name))?.trim().to_owned())).collect()
}

fn chosen<'a>(names: &'a [String], license: &str) -> Vec<&'a str> {
    let is = |name: &str, part: &str| name.to_uppercase().contains(part);
    let choice = !license.contains("AND") && names.iter().any(|name| is(name, "MIT"));
    let wanted = |name: &&str| !choice || is(name, "MIT") || is(name, "NOTICE");
    names.iter().map(String::as_str).filter(wanted).collect()
}

/// Every text once, below the crates that have it; then the crates that bring none along.
fn render(crates: &[(Package, Vec<String>)]) -> String {
    let mut by_text: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut without = Vec::new();
    for (package, texts) in crates {
        let Package { name, version, license, repository, authors, .. } = package;
        let license = license.as_deref().unwrap_or("see its repository");
        for text in texts {
            by_text.entry(text).or_default().push(format!("{name} {version} ({license})"));
        }
        if texts.is_empty() {
            let from = repository.as_deref().unwrap_or("crates.io");
            let names = authors.iter().map(|author| author.split('<').next().unwrap_or("").trim());
            let names = names.collect::<Vec<_>>().join(", ");
            let by = if names.is_empty() { "its authors" } else { &names };
            without.push(format!("- {name} {version} ({license}), by {by}: {from}\n"));
        }
    }
    let mut groups: Vec<_> = by_text.into_iter().collect();
    groups.sort_by(|a, b| a.1.cmp(&b.1));
    let mut all = String::from(
        "# Licences of what is compiled into the runtimes\n\n\
         Written by `cargo xtask build --release`. Besides: the Rust standard library (MIT OR Apache-2.0), by the Rust project's developers:\n\
         https://github.com/rust-lang/rust.\n",
    );
    for (text, names) in groups {
        all += &format!("\n## {}\n\n```text\n{text}\n```\n", names.join(", "));
    }
    all += "\n## Without a text of their own\n\n\
            Those that may be had under the Apache License 2.0 are had under it (LICENSE-APACHE in this package); the Mozilla Public License 2.0 is at\n\
            https://mozilla.org/MPL/2.0/, and MIT says what LICENSE-MIT says, with the names below as the holders of the copyright.\n\n";
    all + &without.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str) -> Package {
        Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: Some("MIT OR Apache-2.0".to_owned()),
            repository: Some(format!("https://example.org/{name}")),
            authors: vec!["Ada".to_owned()],
            manifest_path: PathBuf::new(),
        }
    }

    #[test]
    fn a_text_is_there_once_and_what_has_none_is_named() {
        let same = vec!["Copyright Ada".to_owned()];
        let all =
            render(&[(package("a"), same.clone()), (package("b"), same), (package("c"), vec![])]);
        assert_eq!(all.matches("Copyright Ada").count(), 1);
        assert!(all.contains("## a 1.0.0 (MIT OR Apache-2.0), b 1.0.0 (MIT OR Apache-2.0)\n"));
        assert!(all.contains("- c 1.0.0 (MIT OR Apache-2.0), by Ada: https://example.org/c\n"));
    }

    #[test]
    fn everything_that_is_compiled_in_has_a_text_or_a_licence_that_is_known() {
        let crates = crates().unwrap();
        for name in ["burn-core", "wgpu", "image"] {
            assert!(crates.iter().any(|(package, _)| package.name == name), "{name}");
        }
        for (package, texts) in crates {
            let license = package.license.unwrap_or_default();
            let known = ["Apache-2.0", "MIT", "MPL-2.0"].iter().any(|name| license.contains(name));
            assert!(!texts.is_empty() || known, "{}: {license}", package.name);
        }
    }

    #[test]
    fn where_there_is_a_choice_the_shortest_is_taken() {
        let names = ["LICENSE-APACHE", "LICENSE-MIT", "NOTICE"].map(str::to_owned);
        assert_eq!(chosen(&names, "MIT OR Apache-2.0"), ["LICENSE-MIT", "NOTICE"]);
        assert_eq!(chosen(&names, "MIT AND Apache-2.0").len(), 3);
        assert_eq!(chosen(&names[..1], "Apache-2.0"), ["LICENSE-APACHE"]);
    }
}
