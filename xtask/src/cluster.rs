//! The recipe for many machines, tried on this one.

use std::process::Command;

use anyhow::Result;

use crate::step::Step;
use crate::test::Counts;
use crate::toolchain::cargo;
use crate::{paths, python};

/// The recipe's tests, with a Python that has what it needs, and the binary.
pub fn tests() -> Result<Command> {
    let recipes = paths::root().join("recipes");
    let python = python::install("cluster-python", &recipes.join("requirements.txt"))?;
    let step = Step::start("anolis");
    // The features of every other native build.
    step.run(cargo().args(["build", "--workspace", "--bins"]))?;
    step.done("");
    let mut command = Command::new(python);
    command.arg(recipes.join("test_ray_predict.py"));
    command.env("ANOLIS", paths::target().join("debug/anolis"));
    Ok(command)
}

/// `Ran 2 tests in 3.4s`, then `OK` or `FAILED (failures=1, errors=1)`.
pub fn count(output: &str) -> Counts {
    let number = |text: &str, after: &str| {
        let rest = text.split(after).nth(1)?;
        rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<usize>().ok()
    };
    let ran = output.lines().find_map(|line| number(line, "Ran ")).unwrap_or(0);
    let ended = output.lines().find(|line| line.starts_with("FAILED")).unwrap_or("");
    let bad = ["failures=", "errors="].iter().filter_map(|kind| number(ended, kind)).sum();
    Counts { passed: ran.saturating_sub(bad), failed: bad, skipped: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_unittest() {
        let counts = |output| {
            let Counts { passed, failed, .. } = count(output);
            (passed, failed)
        };
        assert_eq!(counts("Ran 3 tests in 2.1s\n\nOK\n"), (3, 0));
        assert_eq!(counts("Ran 3 tests in 2.1s\n\nFAILED (failures=1, errors=1)\n"), (1, 2));
    }
}
