//! Says what is done, how long it took and what could be skipped; runs child processes.

use std::collections::VecDeque;
use std::fmt::Display;
use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

/// Lines of a failed child that are shown.
const TAIL: usize = 60;

/// How often a long step says that it is alive where there is no spinner.
const HEARTBEAT: Duration = Duration::from_secs(60);

/// Process groups to end when we are ended.
static GROUPS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// One thing that takes time. Dropped unfinished, it says that it failed.
pub struct Step {
    title: String,
    started: Instant,
    spinner: Option<ProgressBar>,
    finished: bool,
}

impl Step {
    pub fn start(title: impl Into<String>) -> Self {
        let title = title.into();
        let spinner = std::io::stderr().is_terminal().then(|| {
            let spinner = ProgressBar::new_spinner();
            let style =
                ProgressStyle::with_template("{spinner} {prefix} {elapsed} {wide_msg:.dim}");
            spinner.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            spinner.set_prefix(title.clone());
            spinner.enable_steady_tick(Duration::from_millis(120));
            spinner
        });
        if spinner.is_none() {
            eprintln!("- {title} ...");
        }
        Self { title, started: Instant::now(), spinner, finished: false }
    }

    /// Ends the step; returns how long it took.
    pub fn done(mut self, what: impl Display) -> Duration {
        self.end('+', &what.to_string())
    }

    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn end(&mut self, sign: char, what: &str) -> Duration {
        self.finished = true;
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
        }
        let took = self.elapsed();
        let separator = if what.is_empty() { "" } else { ": " };
        eprintln!("{sign} {}{separator}{what} ({})", self.title, duration(took));
        took
    }

    /// Runs a child; its output is only shown if it fails, and returned if it doesn't.
    pub fn run(&self, command: &mut Command) -> Result<String> {
        let (status, output) = self.drive(command, false)?;
        if !status.success() {
            let lines: VecDeque<&str> = output.lines().collect();
            let from = lines.len().saturating_sub(TAIL);
            if let Some(spinner) = &self.spinner {
                spinner.finish_and_clear();
            }
            for line in lines.iter().skip(from) {
                eprintln!("    {line}");
            }
            bail!("{} ended with {status}", name(command));
        }
        Ok(output)
    }

    /// Runs a child whose output a person wants to see; also returns it.
    pub fn stream(&self, command: &mut Command) -> Result<(ExitStatus, String)> {
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
            eprintln!("- {} ...", self.title);
        }
        self.drive(command, true)
    }

    fn drive(&self, command: &mut Command, show: bool) -> Result<(ExitStatus, String)> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = spawn(command)?;
        let (sender, lines) = mpsc::channel();
        send_lines(child.stdout.take(), sender.clone());
        send_lines(child.stderr.take(), sender);
        let mut output = String::new();
        let mut last = String::new();
        let mut beat = Instant::now();
        loop {
            if beat.elapsed() >= HEARTBEAT {
                beat = Instant::now();
                if !show && self.spinner.is_none() {
                    eprintln!("  {} so far: {}", duration(self.elapsed()), last.trim());
                }
            }
            match lines.recv_timeout(HEARTBEAT) {
                Ok(line) => {
                    output.push_str(&line);
                    output.push('\n');
                    if show {
                        println!("{line}");
                    } else if let Some(spinner) = &self.spinner {
                        spinner.set_message(line);
                    } else {
                        last = line;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = wait(&mut child)?;
        Ok((status, output))
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if !self.finished {
            self.end('x', "FAILED");
        }
    }
}

/// Says that there was nothing to do.
pub fn skip(title: impl Display, why: impl Display) {
    eprintln!("= {title}: {why}");
}

/// Starts a child as the leader of its own process group, which [`end_children_with_us`] ends.
pub fn spawn(command: &mut Command) -> Result<Child> {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let child = command.spawn().with_context(|| format!("cannot start {}", name(command)))?;
    groups().push(child.id());
    Ok(child)
}

/// Waits for a child of [`spawn`].
pub fn wait(child: &mut Child) -> Result<ExitStatus> {
    let status = child.wait().context("cannot wait for a child process")?;
    groups().retain(|&group| group != child.id());
    Ok(status)
}

/// Ends every child, and what it started, when this process is interrupted or terminated.
pub fn end_children_with_us() -> Result<()> {
    ctrlc::set_handler(|| {
        end_children();
        std::process::exit(130);
    })
    .context("cannot handle Ctrl-C")
}

/// Ends every child and what it started.
pub fn end_children() {
    for group in groups().drain(..) {
        // The standard library can only kill a child, not its group.
        let _ = Command::new("kill").args(["-TERM", "--", &format!("-{group}")]).status();
    }
}

fn groups() -> std::sync::MutexGuard<'static, Vec<u32>> {
    GROUPS.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn send_lines(source: Option<impl Read + Send + 'static>, sender: Sender<String>) {
    let Some(source) = source else { return };
    thread::spawn(move || {
        for line in BufReader::new(source).split(b'\n') {
            let Ok(line) = line else { return };
            let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
            if sender.send(line).is_err() {
                return;
            }
        }
    });
}

fn name(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(command.get_args().take(3).map(|word| word.to_string_lossy()));
    format!("`{}`", words.join(" "))
}

/// `0.4 s`, `12 s`, `3 min 05 s`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 9.95 {
        return format!("{seconds:.1} s");
    }
    let seconds = seconds.round() as u64;
    if seconds < 60 {
        format!("{seconds} s")
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

/// Without terminal colours.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..start]);
        let code = &rest[start + 2..];
        let end = code.find(|c: char| ('@'..='~').contains(&c)).map_or(code.len(), |end| end + 1);
        rest = &code[end..];
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(duration(Duration::from_millis(420)), "0.4 s");
        assert_eq!(duration(Duration::from_millis(9960)), "10 s");
        assert_eq!(duration(Duration::from_millis(59_700)), "1 min 00 s");
        assert_eq!(duration(Duration::from_secs(185)), "3 min 05 s");
    }

    #[test]
    fn colours_are_removed() {
        assert_eq!(plain("\u{1b}[32m  12 passed\u{1b}[39m (3s)"), "  12 passed (3s)");
        assert_eq!(plain("nothing"), "nothing");
        assert_eq!(plain("cut \u{1b}["), "cut ");
    }

    #[test]
    fn output_of_both_streams_is_collected() {
        let step = Step::start("echo");
        let output = step.run(Command::new("sh").args(["-c", "echo one; echo two >&2"])).unwrap();
        step.done("");
        let mut lines: Vec<&str> = output.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, ["one", "two"]);
    }
}
