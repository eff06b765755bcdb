//! Formatting, lints and types, cheapest first.

use std::process::Command;

use anyhow::Result;

use crate::step::Step;
use crate::toolchain::cargo;
use crate::{assets, npm};

/// What must pass: its name, its command, and how to repair it.
pub struct Rule {
    pub name: &'static str,
    command: fn() -> Command,
    repair: &'static str,
}

pub const FORMAT: Rule =
    Rule { name: "cargo fmt", command: format, repair: "run `cargo fmt --all`" };
pub const FRONT_END: Rule = Rule {
    name: "biome and tsc",
    command: front_end,
    repair: "correct what is listed, or run `npx biome check --write`",
};
pub const LINTS: Rule =
    Rule { name: "cargo clippy", command: lints, repair: "correct what is listed above" };

/// `cargo xtask check`; returns whether everything passed.
pub fn check() -> Result<bool> {
    npm::setup()?;
    assets::write()?;
    let mut passed = true;
    for rule in [FORMAT, FRONT_END, LINTS] {
        passed &= rule.check();
    }
    Ok(passed)
}

impl Rule {
    /// Says what is wrong, if anything; returns whether nothing is.
    pub fn check(&self) -> bool {
        let step = Step::start(self.name);
        match step.run(&mut (self.command)()) {
            Ok(_) => {
                step.done("");
                true
            }
            Err(error) => {
                drop(step);
                eprintln!("  {error:#}: {}", self.repair);
                false
            }
        }
    }
}

fn format() -> Command {
    let mut command = cargo();
    command.args(["fmt", "--all", "--check"]);
    command
}

fn lints() -> Command {
    let mut command = cargo();
    command.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    command
}

fn front_end() -> Command {
    npm::npm(&["run", "check"])
}
