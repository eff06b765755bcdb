//! What a visitor downloads: measured, printed, and kept in `docs/size.md` and `docs/size.json`.

mod crates;
mod gate;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::paths;
use crate::step::Step;
use crate::toolchain::{Memory, Toolchain};
use crate::wasm::{Backend, Runtime};
pub use crates::by_crate;
use gate::{Part, Recorded};

/// Bytes by what something is made of.
pub type Breakdown = BTreeMap<String, usize>;

/// A script's name and text.
type Script = (String, Vec<u8>);

/// Brotli's best, as a web server that compresses once uses; takes a minute for the GPU runtime.
pub const BEST: u32 = 11;
/// Close to the best in a tenth of the time.
pub const FAST: u32 = 9;

/// What `brotli FILE` takes for a file of more than 8 MB, and the largest that a decoder must read (RFC 7932, 9.1).
const WINDOW: u32 = 24;

/// The scripts that the page opens with, brotli, in bytes.
const PAGE_BUDGET: usize = 60_000;
/// The package's library with its worker, brotli, in bytes.
const LIBRARY_BUDGET: usize = 40_000;
/// What the package's widget has beyond the library, brotli, in bytes: as much as the page may have.
const WIDGET_BUDGET: usize = PAGE_BUDGET;
/// Vite's, in the names of chunks.
const HASH: usize = 8;
/// What many hosts accept as one file, in bytes.
const FILE_BUDGET: usize = 25 << 20;
/// Forms of the weights: folder, title and budget in bytes.
const WEIGHTS: [(&str, &str, usize); 2] =
    [("weights", "Weights", 15_000_000), ("weights-int8", "Weights in eight bits", 8_000_000)];

const PAGE: &str = "Page, at the start";
const LIBRARY: &str = "Library, with its worker";
const WIDGET: &str = "Widget, beyond the library";

const BEGIN: &str = "<!-- sizes: written by `cargo xtask build --release` -->";
const END: &str = "<!-- /sizes -->";

/// Bytes after brotli.
pub fn brotli(bytes: &[u8], quality: u32) -> Result<usize> {
    let mut compressed = brotli::CompressorReader::new(bytes, 1 << 16, quality, WINDOW);
    Ok(std::io::copy(&mut compressed, &mut std::io::sink())? as usize)
}

/// `0.43 MB`, or `61.2 kB` when small.
pub fn format(bytes: usize) -> String {
    if bytes < 100_000 {
        format!("{:.1} kB", bytes as f64 / 1e3)
    } else {
        format!("{:.2} MB", bytes as f64 / 1e6)
    }
}

/// One line for a person; says so when the budget is exceeded.
pub fn summary(runtime: &Runtime) -> String {
    let budget = runtime.backend.budget();
    let over = if runtime.size.brotli > budget { ", OVER" } else { "" };
    let (raw, brotli) = (format(runtime.size.raw), format(runtime.size.brotli));
    format!("{raw}, brotli {brotli} (budget {}{over})", format(budget))
}

/// Prints the table, puts it into `docs/size.md`, and keeps the sizes as what later ones are compared with.
pub fn report(toolchain: Toolchain, runtimes: &[Runtime]) -> Result<()> {
    let step = Step::start("Sizes");
    let mut rows = Vec::new();
    for runtime in runtimes {
        rows.push(Row {
            title: runtime.backend.title().into(),
            raw: runtime.size.raw,
            brotli: Some(runtime.size.brotli),
            budget: Some(runtime.backend.budget()),
        });
    }
    let [start, later] = page_scripts()?;
    rows.push(Row::of_scripts(PAGE, &start, Some(PAGE_BUDGET))?);
    rows.push(Row::of_scripts("Page, on demand", &later, None)?);
    rows.extend(package_rows()?);
    for (folder, title, budget) in WEIGHTS {
        let mut raw = 0;
        for entry in fs::read_dir(paths::assets().join(folder))?.flatten() {
            raw += entry.metadata()?.len() as usize;
        }
        rows.push(Row { title: title.into(), raw, brotli: None, budget: Some(budget) });
    }

    let table = table(&rows);
    let file = paths::root().join("docs/size.md");
    let old = fs::read_to_string(&file)
        .unwrap_or_else(|_| "# Sizes\n\nWhat a visitor downloads.\n".to_owned());
    paths::write(&file, between_markers(&old, &table).as_bytes())?;
    gate::record(&measured(toolchain, runtimes)?)?;
    step.done("docs/size.md and docs/size.json");
    println!("{table}");
    Ok(())
}

/// Fails if a runtime, the page's start or a part of the package, as built last, grew by more than 3 % since they were recorded.
pub fn check_growth(toolchain: Toolchain, runtimes: &[Runtime]) -> Result<()> {
    let step = Step::start("Growth");
    step.done(gate::check(&measured(toolchain, runtimes)?)?);
    Ok(())
}

fn measured(toolchain: Toolchain, runtimes: &[Runtime]) -> Result<Recorded> {
    let mut parts = BTreeMap::new();
    for runtime in runtimes {
        let (brotli, of) = (runtime.size.unmerged, runtime.size.crates.clone());
        parts.insert(runtime.backend.title().to_owned(), Part { brotli, compiled: true, of });
    }
    let [start, _] = page_scripts()?;
    let [library, widget] = package_scripts()?;
    for (name, scripts) in [(PAGE, start), (LIBRARY, library), (WIDGET, widget)] {
        let mut of = Breakdown::new();
        for (name, script) in scripts {
            *of.entry(name).or_default() += brotli(&script, BEST)?;
        }
        let part = Part { brotli: of.values().sum(), compiled: false, of };
        parts.insert(name.to_owned(), part);
    }
    Ok(Recorded { compiler: toolchain.identity(Memory::Own)?, parts })
}

/// The built page's scripts: those it opens with, and those fetched when something asks for them.
fn page_scripts() -> Result<[Vec<Script>; 2]> {
    let dist = paths::www().join("dist");
    let chunks = serde_json::from_slice(&paths::read(&dist.join("chunks.json"))?)?;
    let opening = opening(&chunks);
    let mut start = scripts(&dist, &glue())?;
    let later = start.extract_if(.., |(name, _)| is_later(&chunks, &opening, name)).collect();
    Ok([start, later].map(without_hashes))
}

/// `index.js` for `index-B1x_2y3Z.js`: what a chunk is called in every build.
fn without_hashes(scripts: Vec<Script>) -> Vec<Script> {
    let plain = |name: String| {
        let stem = name.strip_suffix(".js").unwrap_or(&name);
        stem.len()
            .checked_sub(HASH + 1)
            .filter(|&at| stem.as_bytes()[at] == b'-')
            .map_or_else(|| name.clone(), |at| format!("{}.js", &stem[..at]))
    };
    scripts.into_iter().map(|(name, script)| (plain(name), script)).collect()
}

struct Row {
    title: String,
    raw: usize,
    brotli: Option<usize>,
    budget: Option<usize>,
}

impl Row {
    fn of_scripts(title: &str, scripts: &[Script], budget: Option<usize>) -> Result<Self> {
        let brotli =
            scripts.iter().map(|(_, script)| brotli(script, BEST)).sum::<Result<usize>>()?;
        let raw = scripts.iter().map(|(_, script)| script.len()).sum();
        Ok(Self { title: title.into(), raw, brotli: Some(brotli), budget })
    }
}

/// Fails if one of the built package's parts or files is larger than it may be.
pub fn check_package() -> Result<()> {
    for row in package_rows()? {
        let Row { title, brotli: Some(brotli), budget: Some(budget), .. } = row else { continue };
        let (size, most) = (format(brotli), format(budget));
        ensure!(brotli <= budget, "{title}: {size} after brotli, over {most}");
    }
    for file in files(&package())? {
        let bytes = fs::metadata(&file)?.len() as usize;
        let (name, size) = (file.display(), format(bytes));
        ensure!(bytes < FILE_BUDGET, "{name} has {size}: many hosts take no file over 25 MiB");
    }
    Ok(())
}

fn package_rows() -> Result<[Row; 2]> {
    let [library, widget] = package_scripts()?;
    Ok([
        Row::of_scripts(LIBRARY, &library, Some(LIBRARY_BUDGET))?,
        Row::of_scripts(WIDGET, &widget, Some(WIDGET_BUDGET))?,
    ])
}

/// The package's library, and what its widget needs beyond it.
fn package_scripts() -> Result<[Vec<Script>; 2]> {
    let library = parts(&["index.js", "worker.js"], imports)?;
    let mut widget = parts(&["define.js"], |script| [imports(script), later(script)].concat())?;
    widget.retain(|script| !library.contains(script));
    Ok([library, widget])
}

fn package() -> PathBuf {
    paths::root().join("pkg/dist")
}

/// These scripts of the package, and all that `needs` says they are made of.
fn parts(entries: &[&str], needs: fn(&str) -> Vec<String>) -> Result<Vec<Script>> {
    let mut names: Vec<String> = entries.iter().map(|&entry| entry.to_owned()).collect();
    let mut found = Vec::new();
    while let Some(name) = names.get(found.len()) {
        let script = paths::read(&package().join(name))?;
        for need in needs(&String::from_utf8_lossy(&script)) {
            if !names.contains(&need) {
                names.push(need);
            }
        }
        found.push(script);
    }
    Ok(names.into_iter().zip(found).collect())
}

/// Files beside a built script that it needs from the start.
fn imports(script: &str) -> Vec<String> {
    let is_import = |line: &&str| line.starts_with("import ") || line.starts_with("export ");
    script
        .lines()
        .filter(is_import)
        .filter_map(|line| beside(line.split_once(" \"./")?.1))
        .collect()
}

/// The widget's view, which it fetches when it starts; other files are for sessions that are opened or saved.
fn later(script: &str) -> Vec<String> {
    script
        .split("import(\"./")
        .skip(1)
        .filter_map(beside)
        .filter(|name| name.contains("view"))
        .collect()
}

/// What stands before the closing quote.
fn beside(text: &str) -> Option<String> {
    Some(text.split_once('"')?.0.to_owned())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    Ok(found)
}

fn table(rows: &[Row]) -> String {
    let mut text = String::from("| what | raw | brotli | budget |\n|---|---:|---:|---:|\n");
    for row in rows {
        let brotli = row.brotli.map_or("–".to_owned(), format);
        let size = row.brotli.unwrap_or(row.raw);
        let over = if row.budget.is_some_and(|budget| size > budget) { " **over**" } else { "" };
        let (raw, budget) = (format(row.raw), row.budget.map_or("–".to_owned(), format));
        let _ = writeln!(text, "| {} | {raw} | {brotli} | {budget}{over} |", row.title);
    }
    text
}

/// Replaces what lies between the markers, or appends both.
fn between_markers(text: &str, new: &str) -> String {
    let block = format!("{BEGIN}\n{new}{END}");
    let begin = text.find(BEGIN);
    let end = begin.and_then(|begin| Some(begin + text[begin..].find(END)? + END.len()));
    match (begin, end) {
        (Some(begin), Some(end)) => format!("{}{block}{}", &text[..begin], &text[end..]),
        _ => format!("{}\n\n{block}\n", text.trim_end()),
    }
}

/// The runtimes' glue, which Vite copies unchanged and which does not count as the page's.
fn glue() -> Vec<Vec<u8>> {
    let path = |backend: Backend| paths::assets().join(backend.name()).join("anolis.js");
    Backend::ALL.into_iter().filter_map(|backend| fs::read(path(backend)).ok()).collect()
}

/// Files that the page cannot open without, by Vite's list of chunks.
fn opening(chunks: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting = vec!["index.html"];
    while let Some(chunk) = waiting.pop().and_then(|name| chunks.get(name)) {
        let texts =
            |key: &str| chunk[key].as_array().into_iter().flatten().filter_map(Value::as_str);
        // The worker is an asset of the chunk that starts it.
        found.extend(chunk["file"].as_str().into_iter().chain(texts("assets")).map(str::to_owned));
        waiting.extend(texts("imports"));
    }
    found
}

/// Whether a script is a chunk that is fetched when something asks for it.
fn is_later(chunks: &Value, opening: &BTreeSet<String>, name: &str) -> bool {
    let files = chunks.as_object().into_iter().flat_map(|all| all.values());
    files.filter_map(|chunk| chunk["file"].as_str()).any(|file| file.ends_with(name))
        && !opening.iter().any(|file| file.ends_with(name))
}

/// Every script below a folder, but some, with its name.
fn scripts(folder: &Path, except: &[Vec<u8>]) -> Result<Vec<Script>> {
    let mut found = Vec::new();
    for path in files(folder)? {
        if path.extension().is_some_and(|extension| extension == "js") {
            let script = paths::read(&path)?;
            if !except.contains(&script) {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                found.push((name, script));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_readable() {
        assert_eq!(format(432_100), "0.43 MB");
        assert_eq!(format(61_240), "61.2 kB");
    }

    #[test]
    fn a_script_names_what_it_needs() {
        let script = "import { a } from \"./shared-a.js\";\nimport b from \"node:fs\";\nexport * from \"./b.js\";\nawait import(\"./later.js\");";
        assert_eq!(imports(script), ["shared-a.js", "b.js"]);
        assert_eq!(
            later("const { View } = await import(\"./shared-view.js\");"),
            ["shared-view.js"]
        );
        assert!(later(script).is_empty());
    }

    #[test]
    fn a_chunk_has_one_name_in_every_build() {
        let named = |name: &str| without_hashes(vec![(name.to_owned(), vec![])])[0].0.clone();
        assert_eq!(named("index-B1x_2y-Z.js"), "index.js");
        assert_eq!(named("sw.js"), "sw.js");
    }

    #[test]
    fn brotli_compresses() {
        let zeros = vec![0; 100_000];
        assert!(brotli(&zeros, FAST).unwrap() < 100);
        assert!(brotli(&zeros, BEST).unwrap() > 0);
    }

    #[test]
    fn markers_are_replaced_or_appended() {
        let first = between_markers("# Sizes\n", "one\n");
        assert_eq!(first, format!("# Sizes\n\n{BEGIN}\none\n{END}\n"));
        let second = between_markers(&format!("{first}\nafter\n"), "two\n");
        assert_eq!(second, format!("# Sizes\n\n{BEGIN}\ntwo\n{END}\n\nafter\n"));
        assert_eq!(between_markers(&second, "two\n"), second);
    }

    #[test]
    fn chunks_are_needed_at_the_start_or_later() {
        let chunks = serde_json::json!({
            "index.html": { "file": "assets/index-1.js", "imports": ["_a.js"], "dynamicImports": ["b.ts"] },
            "_a.js": { "file": "assets/a-2.js", "assets": ["assets/worker-3.js"] },
            "b.ts": { "file": "assets/b-4.js", "imports": ["_a.js", "_c.js"] },
            "_c.js": { "file": "assets/c-5.js" },
        });
        let opening = opening(&chunks);
        let later = |name| is_later(&chunks, &opening, name);
        assert!(["index-1.js", "a-2.js", "worker-3.js", "sw.js"].iter().all(|name| !later(name)));
        assert!(["b-4.js", "c-5.js"].iter().all(|name| later(name)));
    }

    #[test]
    fn table_marks_what_is_over() {
        let rows = [
            Row { title: "a".into(), raw: 2_000_000, brotli: Some(500_000), budget: Some(600_000) },
            Row { title: "b".into(), raw: 2_000_000, brotli: None, budget: Some(600_000) },
        ];
        let table = table(&rows);
        assert!(table.contains("| a | 2.00 MB | 0.50 MB | 0.60 MB |\n"));
        assert!(table.contains("| b | 2.00 MB | – | 0.60 MB **over** |\n"));
    }
}
