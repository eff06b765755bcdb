//! The browser's runtimes: cargo, wasm-bindgen, stripping, deduplication.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use wasm_bindgen_cli_support::Bindgen;

use crate::size::Breakdown;
use crate::step::{self, Step};
use crate::toolchain::{self, Memory, TARGET, Toolchain};
use crate::{assets, licences, npm, paths, size};

/// What wasm-bindgen writes, in the order it is put in place: the page asks for the module to see whether it is there.
const FILES: [&str; 4] = ["anolis.js", "anolis.d.ts", "anolis_bg.wasm.d.ts", WASM];
const WASM: &str = "anolis_bg.wasm";

/// Which runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Backend {
    Cpu,
    /// The CPU's with fused multiply-add, for browsers with relaxed SIMD.
    Relaxed,
    /// The CPU's with several threads, for pages that may share memory.
    Threads,
    Gpu,
}

impl Backend {
    pub const ALL: [Self; 4] = [Self::Cpu, Self::Relaxed, Self::Threads, Self::Gpu];
    /// Those that the page begins with.
    pub const FIRST: [Self; 2] = [Self::Cpu, Self::Relaxed];
    /// Those that a browser without a GPU chooses from.
    pub const CPU: [Self; 3] = [Self::Cpu, Self::Relaxed, Self::Threads];

    /// The folder of its files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Relaxed => "relaxed",
            Self::Threads => "threads",
            Self::Gpu => "gpu",
        }
    }

    /// Cargo's.
    fn features(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Relaxed => "cpu,relaxed",
            Self::Threads => "threads",
            Self::Gpu => "gpu",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Cpu => "CPU runtime",
            Self::Relaxed => "Relaxed runtime",
            Self::Threads => "Threads runtime",
            Self::Gpu => "GPU runtime",
        }
    }

    /// Bytes after brotli.
    pub fn budget(self) -> usize {
        match self {
            Self::Cpu | Self::Relaxed | Self::Threads => 700_000,
            Self::Gpu => 1_800_000,
        }
    }

    fn memory(self) -> Memory {
        if self == Self::Threads { Memory::Shared } else { Memory::Own }
    }
}

/// A built runtime's module.
#[derive(Clone, Debug)]
pub struct Runtime {
    pub backend: Backend,
    pub size: ModuleSize,
}

/// Bytes of a module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModuleSize {
    pub raw: usize,
    pub brotli: usize,
    /// Before equal functions are merged, brotli with [`size::FAST`]: what builds of both variants can be compared by.
    pub unmerged: usize,
    /// Code by the crate that defines it, before merging and brotli.
    pub crates: Breakdown,
}

/// Kept beside what was built, so that building again without a change does nothing.
#[derive(Serialize, Deserialize)]
struct Stamp {
    /// Hash of everything that decides the result.
    key: String,
    /// Source files, relative to the root where possible.
    sources: Vec<PathBuf>,
    size: ModuleSize,
}

/// `cargo xtask build`.
pub fn build_all(only: Option<Backend>, release: bool) -> Result<()> {
    let toolchain = toolchain::setup()?;
    if release {
        npm::setup()?;
    }
    assets::write()?;
    let backends = only.map_or(Backend::ALL.to_vec(), |backend| vec![backend]);
    let runtimes = backends
        .into_iter()
        .map(|backend| build(toolchain, backend, release))
        .collect::<Result<Vec<_>>>()?;
    if release {
        build_page()?;
        build_package()?;
        // A table with one runtime would forget the others.
        if only.is_none() {
            size::report(toolchain, &runtimes)?;
        }
    }
    Ok(())
}

/// The page, into `www/dist`.
pub fn build_page() -> Result<()> {
    let step = Step::start("Page");
    licences::write()?;
    step.run(&mut npm::npm(&["run", "build", "--workspace", "www"]))
        .context("the page does not build: correct what is listed above")?;
    step.done("www/dist");
    Ok(())
}

/// The npm package, into `pkg/dist`.
pub fn build_package() -> Result<()> {
    let step = Step::start("npm package");
    licences::write()?;
    step.run(&mut npm::npm(&["run", "build", "--workspace", "pkg"]))
        .context("the npm package does not build: correct what is listed above")?;
    size::check_package()?;
    step.done("pkg/dist");
    Ok(())
}

/// Builds one runtime into the page's assets.
pub fn build(toolchain: Toolchain, backend: Backend, release: bool) -> Result<Runtime> {
    let title = backend.title();
    let memory = backend.memory();
    let toolchain = match memory {
        Memory::Own => toolchain,
        Memory::Shared => toolchain::setup_sources()?,
    };
    let variant = format!("{}-{}", backend.name(), if release { "release" } else { "dev" });
    let built = paths::web_target().join("runtime").join(variant);
    let stamp_file = built.join("stamp.json");
    let recipe =
        [include_str!("wasm.rs"), include_str!("size/mod.rs"), include_str!("size/crates.rs")]
            .concat();
    let fixed = format!("{}\n{release}\n{recipe}", toolchain.identity(memory)?);

    if let Some(stamp) = fresh(&stamp_file, &fixed)
        && FILES.iter().all(|name| built.join(name).is_file())
    {
        install(&built, backend)?;
        let runtime = Runtime { backend, size: stamp.size };
        step::skip(title, format!("unchanged, {}", size::summary(&runtime)));
        return Ok(runtime);
    }

    let started = SystemTime::now();
    let step = Step::start(title);
    let mut command = toolchain.build(memory);
    command.args(["--profile", "web", "--no-default-features", "--features", backend.features()]);
    command.args(["--package", "anolis", "--lib"]);
    if backend == Backend::Gpu {
        // Compiled for speed it would be 0.13 MB larger, for what the host does beside the GPU.
        command.args(["--config", r#"profile.web.package.anolis.opt-level="s""#]);
    }
    step.run(&mut command)
        .with_context(|| format!("the {title} does not build: correct what is listed above"))?;

    let folder = memory.target().join(TARGET).join("web");
    let mut sources = sources(&folder.join("anolis.d"));
    // What was edited during the build may not be in it: without sources, the next build isn't skipped.
    if sources.iter().any(|file| changed_since(file, started)) {
        sources.clear();
    }
    let key = key(&fixed, &sources);
    // A failure from here on must not leave new files under the old stamp.
    let _ = fs::remove_file(&stamp_file);
    bindgen(&folder.join("anolis.wasm"), &built)?;
    let file = built.join(WASM);
    let named = paths::read(&file)?;
    let crates = size::by_crate(&named)?;
    let mut wasm = strip(&named)?;
    paths::write(&file, &wasm)?;
    let unmerged = size::brotli(&wasm, size::FAST)?;
    let mut brotli = unmerged;
    if release {
        wasm = strip(&deduplicate(&step, &file, backend)?)?;
        paths::write(&file, &wasm)?;
        brotli = size::brotli(&wasm, size::BEST)?;
    }
    install(&built, backend)?;

    let size = ModuleSize { raw: wasm.len(), brotli, unmerged, crates };
    let stamp = Stamp { key, sources, size };
    paths::write(&stamp_file, &serde_json::to_vec_pretty(&stamp)?)?;
    let runtime = Runtime { backend, size: stamp.size };
    step.done(size::summary(&runtime));
    Ok(runtime)
}

fn install(built: &Path, backend: Backend) -> Result<()> {
    let to = paths::assets().join(backend.name());
    for name in FILES {
        paths::write(&to.join(name), &paths::read(&built.join(name))?)?;
    }
    Ok(())
}

fn fresh(stamp: &Path, fixed: &str) -> Option<Stamp> {
    let stamp: Stamp = serde_json::from_slice(&fs::read(stamp).ok()?).ok()?;
    (!stamp.sources.is_empty() && stamp.key == key(fixed, &stamp.sources)).then_some(stamp)
}

/// Hash of the sources' contents, not their times: those change with every checkout.
fn key(fixed: &str, sources: &[PathBuf]) -> String {
    let root = paths::root();
    let mut all = fixed.to_owned();
    let manifests = ["Cargo.toml", "Cargo.lock"].map(PathBuf::from);
    for file in manifests.iter().chain(sources) {
        let hash = fs::read(root.join(file))
            .map_or_else(|_| "missing".to_owned(), |bytes| paths::sha256(&bytes));
        all += &format!("\n{} {hash}", file.display());
    }
    paths::sha256(all.as_bytes())
}

fn sources(dep_info: &Path) -> Vec<PathBuf> {
    let root = paths::root();
    let text = fs::read_to_string(dep_info).unwrap_or_default();
    let mut files: Vec<PathBuf> = dependencies(&text)
        .into_iter()
        .map(|file| file.strip_prefix(&root).map_or(file.clone(), Path::to_path_buf))
        .collect();
    files.sort();
    files
}

fn changed_since(file: &Path, time: SystemTime) -> bool {
    let modified = fs::metadata(paths::root().join(file)).and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| modified >= time)
}

/// The files after the colon of a makefile rule; a backslash keeps a space.
fn dependencies(dep_info: &str) -> Vec<PathBuf> {
    let Some((_, files)) = dep_info.lines().next().and_then(|line| line.split_once(": ")) else {
        return Vec::new();
    };
    let files = files.replace("\\ ", "\0");
    files.split_whitespace().map(|file| PathBuf::from(file.replace('\0', " "))).collect()
}

fn bindgen(wasm: &Path, to: &Path) -> Result<()> {
    let run = || -> Result<()> {
        let mut bindgen = Bindgen::new();
        bindgen.input_path(wasm).out_name("anolis").web(true)?.typescript(true);
        // Names are stripped afterwards; demangling them takes longer than the rest.
        bindgen.demangle(false).remove_producers_section(true);
        let mut output = bindgen.generate_output()?;
        // The worker imports the glue from a URL, where a second file would be missing.
        let snippets =
            output.snippets().iter().filter(|(_, list)| !list.is_empty()).map(|(name, _)| name);
        let others: Vec<&str> =
            snippets.chain(output.local_modules().keys()).map(String::as_str).collect();
        ensure!(
            others.is_empty(),
            "JavaScript comes with {}: remove that dependency",
            others.join(", ")
        );
        ensure!(
            !has_imports(output.js()),
            "the glue imports other modules: remove the dependency that needs them"
        );
        output.emit(to)
    };
    run().with_context(|| format!("wasm-bindgen cannot handle {}", wasm.display()))
}

fn has_imports(glue: &str) -> bool {
    glue.lines().any(|line| line.starts_with("import ") || line.starts_with("import{"))
}

/// Without the custom sections that only tools read: names, producers, debug information.
fn strip(wasm: &[u8]) -> Result<Vec<u8>> {
    const HEADER: usize = 8;
    ensure!(wasm.starts_with(b"\0asm") && wasm.len() >= HEADER, "not a WebAssembly module");
    let mut stripped = wasm[..HEADER].to_vec();
    let mut at = HEADER;
    while at < wasm.len() {
        let mut cursor = at + 1;
        let length = leb128(wasm, &mut cursor)?;
        let end = cursor.checked_add(length).filter(|&end| end <= wasm.len());
        let end = end.context("a section of the WebAssembly module is cut off")?;
        if wasm[at] != 0 || !is_for_tools(&wasm[cursor..end])? {
            stripped.extend_from_slice(&wasm[at..end]);
        }
        at = end;
    }
    Ok(stripped)
}

fn is_for_tools(custom_section: &[u8]) -> Result<bool> {
    let mut cursor = 0;
    let length = leb128(custom_section, &mut cursor)?;
    let name = cursor.checked_add(length).and_then(|end| custom_section.get(cursor..end));
    let name = name.context("a custom section's name is cut off")?;
    Ok(name == b"name" || name == b"producers" || name.starts_with(b".debug"))
}

fn leb128(bytes: &[u8], at: &mut usize) -> Result<usize> {
    let mut value = 0;
    for shift in (0..35).step_by(7) {
        let byte = *bytes.get(*at).context("a number in the WebAssembly module is cut off")?;
        *at += 1;
        value |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    bail!("a number in the WebAssembly module is too long")
}

/// The module with every function once, validated.
///
/// Generic code leaves thousands of equal functions behind. wasm-opt's other passes, inlining above all, hide from brotli what still repeats:
/// `-Os` ends a quarter smaller and a tenth larger to download.
fn deduplicate(step: &Step, wasm: &Path, backend: Backend) -> Result<Vec<u8>> {
    const FEATURES: [&str; 10] = [
        "--enable-threads",
        "--enable-simd",
        "--enable-relaxed-simd",
        "--enable-bulk-memory",
        "--enable-bulk-memory-opt",
        "--enable-nontrapping-float-to-int",
        "--enable-sign-ext",
        "--enable-mutable-globals",
        "--enable-reference-types",
        "--enable-multivalue",
    ];
    const VALIDATE: &str =
        "process.exit(WebAssembly.validate(require('fs').readFileSync(process.argv[1])) ? 0 : 1)";
    let program = npm::bin("wasm-opt");
    ensure!(
        program.is_file(),
        "wasm-opt is missing: `npm install --save-dev --save-exact binaryen` in the root, then build again"
    );
    let optimised = wasm.with_extension("opt.wasm");
    let mut command = Command::new(program);
    command.arg(wasm).arg("-o").arg(&optimised).args(FEATURES);
    // Below level 3 the pass stops before it has found all.
    command.args(["--optimize-level=3", "--duplicate-function-elimination"]);
    step.run(&mut command)?;
    // Node 20 has no relaxed SIMD; wasm-opt has validated what it wrote by itself.
    if backend != Backend::Relaxed {
        step.run(Command::new("node").args(["-e", VALIDATE]).arg(&optimised))
            .context("wasm-opt wrote a module that does not validate")?;
    }
    let bytes = paths::read(&optimised)?;
    fs::remove_file(&optimised)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(id: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![id];
        let mut length = payload.len();
        while length >= 0x80 {
            bytes.push((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        bytes.push(length as u8);
        bytes.extend_from_slice(payload);
        bytes
    }

    fn custom(name: &str, length: usize) -> Vec<u8> {
        let mut payload = vec![name.len() as u8];
        payload.extend_from_slice(name.as_bytes());
        payload.resize(payload.len() + length, 7);
        section(0, &payload)
    }

    #[test]
    fn strips_only_what_tools_read() {
        let header = b"\0asm\x01\0\0\0".to_vec();
        let code = section(10, &[1; 300]);
        let features = custom("target_features", 3);
        let all = [
            header.clone(),
            custom("producers", 5),
            code.clone(),
            custom("name", 20_000),
            features.clone(),
            custom(".debug_info", 9),
        ];
        assert_eq!(strip(&all.concat()).unwrap(), [header, code, features].concat());
    }

    #[test]
    fn refuses_what_is_not_a_module() {
        assert!(strip(b"<!doctype html>").is_err());
        let mut cut = [b"\0asm\x01\0\0\0".to_vec(), section(10, &[1; 300])].concat();
        cut.pop();
        assert!(strip(&cut).is_err());
        cut.truncate(9);
        assert!(strip(&cut).is_err());
    }

    #[test]
    fn reads_dep_info() {
        let text = "/t/anolis.wasm: /r/src/lib.rs /r/a\\ b/c.wgsl\n\n/r/src/lib.rs:\n";
        assert_eq!(
            dependencies(text),
            [PathBuf::from("/r/src/lib.rs"), PathBuf::from("/r/a b/c.wgsl")]
        );
        assert!(dependencies("").is_empty());
    }

    #[test]
    fn finds_imports() {
        assert!(has_imports("import { a } from './snippets/a.js';\nlet x;"));
        assert!(!has_imports("const url = import.meta.url;\nawait import_(x);"));
    }
}
