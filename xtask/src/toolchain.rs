//! A Rust toolchain that can build for the browser, and the cargo commands we run.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::paths;
use crate::step::{self, Step};

/// The browser's target.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// What a module is compiled for. Part of the cache's key: other flags rebuild everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// One thread's.
    Own,
    /// Shared by several threads, for which the standard library is compiled anew.
    Shared,
}

impl Memory {
    fn rustflags(self) -> String {
        const ALL: &str = r#"-C target-feature=+simd128 --cfg getrandom_backend="wasm_js""#;
        // What wasm-bindgen needs to start a thread, the linker keeps only if told to; 4 GiB are what a memory without threads can grow to.
        const SHARED: [&str; 8] = [
            "--shared-memory",
            "--import-memory",
            "--max-memory=4294967296",
            "--export=__heap_base",
            "--export=__wasm_init_tls",
            "--export=__tls_size",
            "--export=__tls_align",
            "--export=__tls_base",
        ];
        match self {
            Self::Own => ALL.to_owned(),
            Self::Shared => {
                let linked = SHARED.map(|argument| format!(" -C link-arg={argument}"));
                format!("{ALL} -C target-feature=+atomics,+bulk-memory{}", linked.concat())
            }
        }
    }

    /// Cargo's target folder: flags that differ must not make the runtimes rebuild each other's dependencies.
    pub fn target(self) -> PathBuf {
        match self {
            Self::Own => paths::web_target(),
            Self::Shared => paths::web_target().join("threads"),
        }
    }
}

/// Debian's compiler, its sources (for `-Zbuild-std`) and its linker.
const DEBIAN_PACKAGES: [&str; 5] =
    ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];

/// Where a compiler for [`TARGET`] comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// The active one, which has the target's standard library.
    Active,
    /// Debian's, which builds the standard library itself.
    Debian,
}

/// What a toolchain needs beside the compiler, and how rustup adds it.
struct Part {
    title: &'static str,
    find: fn() -> Option<Toolchain>,
    /// Whether the active toolchain has it.
    active: fn() -> bool,
    rustup: [&'static str; 3],
    /// The beginning of a sentence about its absence.
    missing: &'static str,
}

/// Finds or installs a toolchain for the browser.
pub fn setup() -> Result<Toolchain> {
    find_or_install(&Part {
        title: "Rust for the browser",
        find,
        active: active_has_target,
        rustup: ["target", "add", TARGET],
        missing: "no Rust toolchain here builds for wasm32-unknown-unknown",
    })
}

/// Finds or installs a toolchain with the standard library's sources, which shared memory needs.
pub fn setup_sources() -> Result<Toolchain> {
    find_or_install(&Part {
        title: "Sources of Rust's standard library",
        find: find_sources,
        active: active_has_sources,
        rustup: ["component", "add", "rust-src"],
        missing: "the runtime with threads needs the sources of Rust's standard library",
    })
}

fn find_or_install(part: &Part) -> Result<Toolchain> {
    let Part { title, find, active, rustup, missing } = part;
    if let Some(found) = find() {
        step::skip(title, found.description());
        return Ok(found);
    }
    let command = format!("rustup {}", rustup.join(" "));
    let mut tried = Vec::new();
    if paths::program("rustup").is_some() {
        let step = Step::start(*title);
        match step.run(Command::new("rustup").args(rustup)) {
            Ok(_) if active() => {
                step.done(Toolchain::Active.description());
                return Ok(Toolchain::Active);
            }
            Ok(_) => tried.push(format!("`{command}` did not reach the active toolchain")),
            Err(error) => tried.push(format!("{error:#}")),
        }
    }
    if paths::program("apt-get").is_some() {
        match install_debian(title) {
            Ok(found) => return Ok(found),
            Err(error) => tried.push(format!("{error:#}")),
        }
    }
    let packages = DEBIAN_PACKAGES.join(" ");
    let tried =
        if tried.is_empty() { String::new() } else { format!(" (tried: {})", tried.join("; ")) };
    bail!("{missing}: run `{command}`, or on Debian `apt-get install {packages}` as root{tried}")
}

fn find_sources() -> Option<Toolchain> {
    if active_has_sources() {
        Some(Toolchain::Active)
    } else {
        debian_is_installed().then_some(Toolchain::Debian)
    }
}

fn active_has_sources() -> bool {
    sysroot(Path::new("rustc")).is_some_and(|sysroot| {
        sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file()
    })
}

fn install_debian(title: &str) -> Result<Toolchain> {
    let step = Step::start(format!("{title}, from Debian"));
    apt_install(&step, &DEBIAN_PACKAGES)?;
    ensure!(debian_is_installed(), "Debian's packages have no standard library source");
    step.done(Toolchain::Debian.description());
    Ok(Toolchain::Debian)
}

fn find() -> Option<Toolchain> {
    if active_has_target() {
        Some(Toolchain::Active)
    } else {
        debian_is_installed().then_some(Toolchain::Debian)
    }
}

fn active_has_target() -> bool {
    sysroot(Path::new("rustc"))
        .is_some_and(|sysroot| sysroot.join("lib/rustlib").join(TARGET).is_dir())
}

fn debian_is_installed() -> bool {
    Path::new("/usr/bin/cargo").is_file()
        && Path::new("/usr/lib/rustlib/src/rust/library/std/Cargo.toml").is_file()
        && sysroot(Path::new("/usr/bin/rustc")).is_some_and(|sysroot| sysroot == Path::new("/usr"))
}

fn sysroot(rustc: &Path) -> Option<PathBuf> {
    let mut command = Command::new(rustc);
    command.args(["--print", "sysroot"]).current_dir(paths::root());
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

/// Installs packages with `apt-get`, as root only.
pub fn apt_install(step: &Step, packages: &[&str]) -> Result<()> {
    let user = Command::new("id").arg("-u").output().context("cannot run `id`")?;
    if user.stdout.trim_ascii() != b"0" {
        bail!("`apt-get install {}` needs root", packages.join(" "));
    }
    let apt = |args: &[&str]| {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(args);
        step.run(&mut command)
    };
    let install = [&["install", "--yes", "--no-install-recommends"], packages].concat();
    // The package list may be missing or old; fetching it first every time would be slow.
    if apt(&install).is_err() {
        apt(&["update"])?;
        apt(&install)?;
    }
    Ok(())
}

impl Toolchain {
    fn description(self) -> &'static str {
        match self {
            Self::Active => "the active toolchain",
            Self::Debian => "Debian's compiler",
        }
    }

    fn rustc(self) -> &'static str {
        match self {
            Self::Active => "rustc",
            Self::Debian => "/usr/bin/rustc",
        }
    }

    /// What decides, besides the sources, what the compiler writes.
    pub fn identity(self, memory: Memory) -> Result<String> {
        let mut command = Command::new(self.rustc());
        let output = command.arg("-vV").current_dir(paths::root()).output();
        let output = output.with_context(|| format!("cannot run {}", self.rustc()))?;
        let flags = memory.rustflags();
        Ok(format!("{self:?} {flags} {}", String::from_utf8_lossy(&output.stdout)))
    }

    /// `cargo build` for the browser, into [`Memory::target`].
    pub fn build(self, memory: Memory) -> Command {
        let mut command = match self {
            Self::Active => cargo(),
            Self::Debian => {
                let mut command = Command::new("/usr/bin/cargo");
                // The outer cargo's toolchain would leak into this one.
                for (name, _) in env::vars_os() {
                    if name.to_str().is_some_and(belongs_to_outer_toolchain) {
                        command.env_remove(name);
                    }
                }
                let path = env::var_os("PATH").unwrap_or_default();
                let folders =
                    std::iter::once(PathBuf::from("/usr/bin")).chain(env::split_paths(&path));
                command.env("PATH", env::join_paths(folders).unwrap_or(path.clone()));
                command.env("RUSTC", self.rustc());
                command.current_dir(paths::root());
                command
            }
        };
        command.env("RUSTFLAGS", memory.rustflags()).env("CARGO_TARGET_DIR", memory.target());
        command.arg("build");
        if self == Self::Debian || memory == Memory::Shared {
            command.env("RUSTC_BOOTSTRAP", "1").arg("-Zbuild-std=std,panic_abort");
        }
        command.args(["--target", TARGET]);
        command
    }
}

/// Native cargo in the root, as a person would call it.
pub fn cargo() -> Command {
    let mut command = Command::new("cargo");
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(describes_outer_package) {
            command.env_remove(name);
        }
    }
    command.current_dir(paths::root());
    command
}

fn describes_outer_package(name: &str) -> bool {
    name == "CARGO" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

fn belongs_to_outer_toolchain(name: &str) -> bool {
    const NAMES: [&str; 6] = [
        "RUSTC",
        "RUSTDOC",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUST_RECURSION_COUNT",
        "CARGO_ENCODED_RUSTFLAGS",
        "LD_LIBRARY_PATH",
    ];
    describes_outer_package(name) || name.starts_with("RUSTUP_") || NAMES.contains(&name)
}

/// Becomes `binary [subcommand] args…`, so that its terminal and exit code are the person's.
pub fn run_binary(binary: &str, subcommand: Option<&str>, args: &[String]) -> Result<()> {
    let mut command = cargo();
    command.args(["run", "--bin", binary, "--"]).args(subcommand).args(args);
    #[cfg(unix)]
    {
        let error = std::os::unix::process::CommandExt::exec(&mut command);
        Err(error).context("cannot start cargo")
    }
    #[cfg(not(unix))]
    {
        let status = command.status().context("cannot start cargo")?;
        std::process::exit(status.code().unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outer_toolchain_does_not_leak() {
        for name in ["RUSTUP_TOOLCHAIN", "CARGO", "RUSTC", "CARGO_PKG_NAME", "LD_LIBRARY_PATH"] {
            assert!(belongs_to_outer_toolchain(name), "{name}");
        }
        for name in ["CARGO_TARGET_DIR", "CARGO_HOME", "PATH", "RUSTFLAGS", "RUSTC_WRAPPER"] {
            assert!(!belongs_to_outer_toolchain(name), "{name}");
        }
    }

    #[test]
    fn debian_builds_the_standard_library() {
        let command = Toolchain::Debian.build(Memory::Own);
        let args: Vec<_> = command.get_args().collect();
        assert_eq!(args, ["build", "-Zbuild-std=std,panic_abort", "--target", TARGET]);
    }

    #[test]
    fn shared_memory_has_a_standard_library_and_a_folder_of_its_own() {
        let [own, shared] =
            [Memory::Own, Memory::Shared].map(|memory| Toolchain::Active.build(memory));
        let rebuilds =
            |command: &Command| command.get_args().any(|arg| arg == "-Zbuild-std=std,panic_abort");
        assert!(!rebuilds(&own) && rebuilds(&shared));
        let folder = |command: &Command| {
            let mut variables = command.get_envs();
            variables
                .find(|(name, _)| *name == "CARGO_TARGET_DIR")
                .map(|(_, value)| value.map(ToOwned::to_owned))
        };
        assert_ne!(folder(&own), folder(&shared));
    }
}
