//! The same predictions natively and in the browser.

use anyhow::{Context, Result};

use crate::step::{self, Step};
use crate::toolchain::{self, cargo};
use crate::wasm::{self, Backend};
use crate::{chromium, npm, paths};

/// `anolis eval`, then the same tasks in Chromium; returns whether both answer alike.
pub fn in_browser(backend: Backend, args: &[String]) -> Result<bool> {
    let data = value_of(args, "--data").context("say which tasks: --data FOLDER")?;
    let out = value_of(args, "--out").unwrap_or("target/eval");
    let step = Step::start("native predictions");
    let mut native = cargo();
    native.args(["run", "--bin", "anolis", "--", "eval", "--pictures"]).args(args);
    if !step.stream(&mut native)?.0.success() {
        return Ok(false);
    }
    step.done(out);

    let toolchain = toolchain::setup()?;
    let chromium = chromium::setup()?;
    npm::setup()?;
    let (project, runtimes) = match backend {
        // Which of them runs is the page's choice.
        Backend::Cpu | Backend::Relaxed | Backend::Threads => ("--project=cpu", &Backend::CPU[..]),
        Backend::Gpu => ("--project=webgpu", &[Backend::Gpu][..]),
    };
    for &runtime in runtimes {
        wasm::build(toolchain, runtime, false)?;
    }
    wasm::build_page()?;
    let mut command = npm::npm(&["run", "test:browser", "--", project]);
    command.env(chromium::VARIABLE, chromium);
    command.env("ANOLIS_EVAL_DATA", paths::root().join(data));
    command.env("ANOLIS_EVAL_OUT", paths::root().join(out));
    let step = Step::start("browser predictions");
    let alike = step.stream(&mut command)?.0.success();
    if alike {
        step.done("alike");
    }
    step::end_children();
    Ok(alike)
}

/// What follows an option.
fn value_of<'a>(args: &'a [String], name: &str) -> Option<&'a str> {
    let place = args.iter().position(|arg| arg == name)?;
    args.get(place + 1).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_has_the_value_after_it() {
        let args = ["--data", "tasks", "--json"].map(str::to_owned);
        assert_eq!(value_of(&args, "--data"), Some("tasks"));
        assert_eq!(value_of(&args, "--out"), None);
        assert_eq!(value_of(&args, "--json"), None);
    }
}
