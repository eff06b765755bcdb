//! A Rust toolchain that can build for the browser, and the cargo commands we run.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::paths;
use crate::step::{self, Step};

/// The browser's target.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Part of the cache's key: other flags rebuild everything.
const RUSTFLAGS: &str = r#"-C target-feature=+simd128 --cfg getrandom_backend="wasm_js""#;

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

/// Finds or installs a toolchain for the browser.
pub fn setup() -> Result<Toolchain> {
    const TITLE: &str = "Rust for the browser";
    if let Some(found) = find() {
        step::skip(TITLE, found.description());
        return Ok(found);
    }
    let mut tried = Vec::new();
    if paths::program("rustup").is_some() {
        let step = Step::start(TITLE);
        match step.run(Command::new("rustup").args(["target", "add", TARGET])) {
            Ok(_) if active_has_target() => {
                step.done(Toolchain::Active.description());
                return Ok(Toolchain::Active);
            }
            Ok(_) => {
                tried.push("`rustup target add` did not reach the active toolchain".to_owned())
            }
            Err(error) => tried.push(format!("{error:#}")),
        }
    }
    if paths::program("apt-get").is_some() {
        let step = Step::start(format!("{TITLE}, from Debian"));
        match apt_install(&step, &DEBIAN_PACKAGES) {
            Ok(()) if debian_is_installed() => {
                step.done(Toolchain::Debian.description());
                return Ok(Toolchain::Debian);
            }
            Ok(()) => tried.push("Debian's packages have no standard library source".to_owned()),
            Err(error) => tried.push(format!("{error:#}")),
        }
    }
    let tried =
        if tried.is_empty() { String::new() } else { format!(" (tried: {})", tried.join("; ")) };
    bail!(
        "no Rust toolchain here builds for {TARGET}: run `rustup target add {TARGET}`, \
         or on Debian `apt-get install {}` as root{tried}",
        DEBIAN_PACKAGES.join(" ")
    )
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
    pub fn identity(self) -> Result<String> {
        let mut command = Command::new(self.rustc());
        let output = command.arg("-vV").current_dir(paths::root()).output();
        let output = output.with_context(|| format!("cannot run {}", self.rustc()))?;
        Ok(format!("{self:?} {RUSTFLAGS} {}", String::from_utf8_lossy(&output.stdout)))
    }

    /// `cargo build` for the browser, into [`paths::web_target`].
    pub fn build(self) -> Command {
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
                command.env("RUSTC", self.rustc()).env("RUSTC_BOOTSTRAP", "1");
                command.current_dir(paths::root());
                command
            }
        };
        command.env("RUSTFLAGS", RUSTFLAGS).env("CARGO_TARGET_DIR", paths::web_target());
        command.arg("build");
        if self == Self::Debian {
            command.arg("-Zbuild-std=std,panic_abort");
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
        let command = Toolchain::Debian.build();
        let args: Vec<_> = command.get_args().collect();
        assert_eq!(args, ["build", "-Zbuild-std=std,panic_abort", "--target", TARGET]);
    }
}
