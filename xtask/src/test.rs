//! Everything a change must pass, cheap things first.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::ValueEnum;

use crate::check::{FORMAT, FRONT_END, LINTS, Rule};
use crate::step::{self, Step, plain};
use crate::toolchain::{self, cargo};
use crate::wasm::{self, Backend};
use crate::{assets, chromium, cluster, docs, npm, paths, python, size, vulkan};

/// What can be run alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The Rust workspace's tests
    Native,
    /// The network's golden tests on a GPU, natively; only when asked for
    Gpu,
    /// The recipe for many machines, on this one; only when asked for
    Cluster,
    /// The front end's unit tests
    Web,
    /// The runtimes, the page, and the tests in Chromium
    Browser,
    /// The runtimes, the npm package, and what other projects and pages make of it
    Consumers,
}

/// Tests counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Passed,
    Failed,
    /// Something before it failed.
    NotRun,
}

struct Row {
    name: &'static str,
    state: State,
    took: Duration,
    counts: Counts,
}

struct Report {
    rows: Vec<Row>,
    fail_fast: bool,
}

/// `cargo xtask test`; returns whether everything passed.
pub fn test(part: Option<Part>, fail_fast: bool) -> Result<bool> {
    let runs = |wanted: Part| part.is_none_or(|part| part == wanted);
    announce_missing_data();
    if part == Some(Part::Gpu) {
        vulkan::setup()?;
    }
    let built = runs(Part::Browser) || runs(Part::Consumers);
    let toolchain = if built { Some(toolchain::setup()?) } else { None };
    let chromium = if built { Some(chromium::setup()?) } else { None };
    if runs(Part::Web) || built {
        npm::setup()?;
        assets::write()?;
    }

    let python = if runs(Part::Web) { python::setup() } else { None };

    let mut report = Report { rows: Vec::new(), fail_fast };
    if part.is_none() {
        report.rule(&FORMAT);
        report.rule(&FRONT_END);
    }
    if runs(Part::Web) {
        let mut command = npm::npm(&["test", "--workspace", "www"]);
        command.envs(python.map(|python| (python::VARIABLE, python)));
        report.tests("front-end tests", command, count_vitest);
    }
    if part.is_none() {
        report.rule(&LINTS);
    }
    if runs(Part::Native) {
        let mut command = cargo();
        command.args(["test", "--workspace", "--no-fail-fast"]);
        report.tests("native tests", command, count_cargo);
    }
    if part == Some(Part::Gpu) {
        report.tests("network, GPU", network_on_gpu(), count_cargo);
    }
    if part == Some(Part::Cluster) {
        report.tests("cluster tests", cluster::tests()?, cluster::count);
    }
    if let (Some(toolchain), Some(chromium)) = (toolchain, chromium) {
        let (mut runtimes, mut built) = (Vec::new(), true);
        for backend in Backend::ALL {
            let build = || wasm::build(toolchain, backend, false);
            let runtime = report.work(backend.title(), built, build);
            built = runtime.is_some();
            runtimes.extend(runtime);
        }
        let (mut page, mut package) = (false, false);
        if runs(Part::Browser) {
            page = report.work("page", built, wasm::build_page).is_some();
            let mut command = npm::npm(&["run", "test:browser"]);
            command.env(chromium::VARIABLE, &chromium);
            report.tests_if(page, "browser tests", command, count_playwright);
        }
        if runs(Part::Consumers) {
            package = report.work("npm package", built, wasm::build_package).is_some();
            report.work("documentation", package, docs::write);
            let mut command = npm::npm(&["run", "test:consumers"]);
            command.env(chromium::VARIABLE, &chromium).env("CARGO_TARGET_DIR", paths::target());
            report.tests_if(package, "consumers", command, count_playwright);
        }
        if part.is_none() {
            let grown = || size::check_growth(toolchain, &runtimes);
            report.work("sizes", page && package, grown);
        }
    }
    announce_missing_data();
    if part.is_none() {
        println!(
            "SKIPPED: the recipe for many machines, whose Ray is large: `cargo xtask test cluster`"
        );
    }
    print!("{}", table(&report.rows));
    let total = total(&report.rows);
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(report.rows.iter().all(|row| row.state == State::Passed))
}

/// A profile of its own keeps wgpu and its features out of every other native build.
fn network_on_gpu() -> Command {
    let mut command = cargo();
    command.args(["test", "--profile", "gpu", "--package", "anolis", "--features", "gpu"]);
    command.args(["--lib", "--test", "golden", "--", "gpu::"]);
    command
}

/// Says loudly that tests which need data beside the repository do nothing.
fn announce_missing_data() {
    let shared = paths::shared();
    if !shared.is_dir() {
        println!(
            "SKIPPED: tests that need {} (set ANOLIS_SHARED to a folder that exists)",
            shared.display()
        );
    }
}

impl Report {
    /// Whether something before must keep later parts from running.
    fn stopped(&self) -> bool {
        self.fail_fast && self.rows.iter().any(|row| row.state == State::Failed)
    }

    fn push(&mut self, name: &'static str, started: Instant, passed: bool, mut counts: Counts) {
        let state = if passed { State::Passed } else { State::Failed };
        // What fails before a test could count as one failure.
        if !passed && counts.failed == 0 {
            counts.failed = 1;
        }
        self.rows.push(Row { name, state, took: started.elapsed(), counts });
    }

    fn not_run(&mut self, name: &'static str) {
        let (took, counts) = (Duration::ZERO, Counts::default());
        self.rows.push(Row { name, state: State::NotRun, took, counts });
    }

    fn rule(&mut self, rule: &Rule) {
        if self.stopped() {
            return self.not_run(rule.name);
        }
        let started = Instant::now();
        let passed = rule.check();
        self.push(rule.name, started, passed, Counts::default());
    }

    /// Something that later parts need; returns it if it is there.
    fn work<T>(
        &mut self,
        name: &'static str,
        ready: bool,
        work: impl FnOnce() -> Result<T>,
    ) -> Option<T> {
        if !ready || self.stopped() {
            self.not_run(name);
            return None;
        }
        let started = Instant::now();
        let result = work();
        if let Err(error) = &result {
            eprintln!("error: {error:#}");
        }
        self.push(name, started, result.is_ok(), Counts::default());
        result.ok()
    }

    fn tests(&mut self, name: &'static str, command: Command, count: fn(&str) -> Counts) {
        self.tests_if(true, name, command, count);
    }

    fn tests_if(
        &mut self,
        ready: bool,
        name: &'static str,
        mut command: Command,
        count: fn(&str) -> Counts,
    ) {
        if !ready || self.stopped() {
            return self.not_run(name);
        }
        command.env("ANOLIS_SHARED", paths::shared());
        let started = Instant::now();
        let step = Step::start(name);
        let (passed, counts) = match step.stream(&mut command) {
            Ok((status, output)) => (status.success(), count(&output)),
            Err(error) => {
                eprintln!("error: {error:#}");
                (false, Counts::default())
            }
        };
        if passed {
            step.done(format!("{} passed", counts.passed));
        }
        self.push(name, started, passed, counts);
    }
}

fn total(rows: &[Row]) -> Counts {
    rows.iter().fold(Counts::default(), |sum, row| sum + row.counts)
}

fn table(rows: &[Row]) -> String {
    let mut text = format!(
        "\n{:<16} {:>12} {:>7} {:>7} {:>8}\n",
        "part", "time", "passed", "failed", "skipped"
    );
    for row in rows {
        let time = match row.state {
            State::NotRun => "not run".to_owned(),
            _ => step::duration(row.took),
        };
        let Counts { passed, failed, skipped } = row.counts;
        let number = |number: usize| if number == 0 { String::new() } else { number.to_string() };
        let line = format!(
            "{:<16} {time:>12} {:>7} {:>7} {:>8} {}",
            row.name,
            number(passed),
            number(failed),
            number(skipped),
            if row.state == State::Failed { "FAILED" } else { "" }
        );
        text += line.trim_end();
        text.push('\n');
    }
    text + "\n"
}

impl std::ops::Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

/// `test result: ok. 12 passed; 0 failed; 1 ignored; …`, once a binary.
fn count_cargo(output: &str) -> Counts {
    let results = output.lines().filter(|line| line.starts_with("test result: "));
    results.fold(Counts::default(), |sum, line| sum + pairs(line))
}

/// `Tests  1 failed | 12 passed | 2 skipped (15)`.
fn count_vitest(output: &str) -> Counts {
    let plain = plain(output);
    let results = plain.lines().map(str::trim_start).filter(|line| line.starts_with("Tests "));
    results.fold(Counts::default(), |sum, line| sum + pairs(line))
}

/// `  12 passed (3.4s)`, each kind on its own line at the end.
fn count_playwright(output: &str) -> Counts {
    let plain = plain(output);
    let results = plain.lines().map(str::trim).filter(|line| {
        let mut words = line.split_whitespace();
        let number = words.next().is_some_and(|word| word.parse::<usize>().is_ok());
        number
            && matches!(
                words.next(),
                Some("passed" | "failed" | "skipped" | "flaky" | "did" | "interrupted")
            )
    });
    results.fold(Counts::default(), |sum, line| sum + pairs(line))
}

/// Every number that is followed by what it counts.
fn pairs(line: &str) -> Counts {
    let mut counts = Counts::default();
    let words: Vec<&str> =
        line.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    for pair in words.windows(2) {
        let Ok(number) = pair[0].parse::<usize>() else { continue };
        match pair[1] {
            // A flaky test passed when repeated.
            "passed" | "flaky" => counts.passed += number,
            "failed" | "interrupted" => counts.failed += number,
            "skipped" | "ignored" | "todo" | "did" => counts.skipped += number,
            _ => {}
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: usize, failed: usize, skipped: usize) -> Counts {
        Counts { passed, failed, skipped }
    }

    #[test]
    fn counts_cargo() {
        let output = "running 3 tests\ntest a ... ok\n\
            test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 4 filtered out; finished in 0.01s\n";
        assert_eq!(count_cargo(output), counts(15, 2, 1));
    }

    #[test]
    fn counts_vitest() {
        let output = " Test Files  1 failed | 3 passed (4)\n\
            \u{1b}[2m      Tests \u{1b}[22m \u{1b}[31m1 failed\u{1b}[39m | \u{1b}[32m12 passed\u{1b}[39m | 2 skipped (15)\n\
            \x20  Start at  10:00:00\n";
        assert_eq!(count_vitest(output), counts(12, 1, 2));
    }

    #[test]
    fn counts_playwright() {
        let output = "Running 16 tests using 1 worker\n  \u{2713}  1 [cpu] page.spec.ts:3:1 12 passed lines are shown (2s)\n\
            \n  2 failed\n    [cpu] page.spec.ts:3:1 opens\n  1 flaky\n  3 skipped\n  1 did not run\n  9 passed (1.2m)\n";
        assert_eq!(count_playwright(output), counts(10, 2, 4));
    }

    #[test]
    fn a_part_that_fails_without_tests_counts_as_one() {
        let mut report = Report { rows: Vec::new(), fail_fast: true };
        report.push("cargo fmt", Instant::now(), false, Counts::default());
        assert!(report.work("page", true, || Ok(())).is_none());
        assert_eq!(total(&report.rows), counts(0, 1, 0));
        let table = table(&report.rows);
        assert!(table.contains("FAILED") && table.contains("not run"), "{table}");
    }
}
