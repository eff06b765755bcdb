//! A development server: the page on the CPU runtimes first, the GPU runtime behind.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::wasm::{self, Backend};
use crate::{assets, npm, step, toolchain};

/// Serves until the server ends or Ctrl-C.
pub fn serve(open: bool) -> Result<()> {
    let started = Instant::now();
    let toolchain = toolchain::setup()?;
    npm::setup()?;
    assets::write()?;
    for backend in Backend::FIRST {
        wasm::build(toolchain, backend, false)?;
    }

    let mut command = npm::npm(&["run", "dev", "--workspace", "www"]);
    let mut server = step::spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let output = server.stdout.take().context("the server has no output")?;
    let (sender, address) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            println!("{line}");
            if let Some(address) = url(&step::plain(&line)) {
                let _ = sender.send(address);
            }
        }
    });
    let Ok(address) = address.recv_timeout(Duration::from_secs(120)) else {
        step::end_children();
        bail!(
            "the development server did not start: see above, or try `npm run dev --workspace www`"
        );
    };
    println!(
        "Ready at {address} after {:.1} min. Ctrl-C ends it.",
        started.elapsed().as_secs_f64() / 60.0
    );
    if open {
        open_browser(&address);
    }

    match wasm::build(toolchain, Backend::Gpu, false) {
        Ok(_) => {
            let minutes = started.elapsed().as_secs_f64() / 60.0;
            println!("The GPU runtime is ready after {minutes:.1} min: the page offers to switch.");
        }
        // The page works without it.
        Err(error) => eprintln!("error: {error:#}\nThe page stays on the CPU runtime."),
    }
    let status = step::wait(&mut server)?;
    if !status.success() {
        bail!("the development server ended with {status}");
    }
    Ok(())
}

fn open_browser(address: &str) {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    // Without a desktop the printed address has to do.
    let _ = Command::new(program)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
}

/// The first web address in a line of Vite's.
fn url(line: &str) -> Option<String> {
    let rest = &line[line.find("http://").or_else(|| line.find("https://"))?..];
    rest.split_whitespace().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_address() {
        let line = step::plain(
            "  \u{1b}[32m➜\u{1b}[39m  Local:   \u{1b}[36mhttp://localhost:\u{1b}[1m5173\u{1b}[22m/\u{1b}[39m",
        );
        assert_eq!(url(&line).as_deref(), Some("http://localhost:5173/"));
        assert_eq!(url("  VITE v7.0.0  ready in 300 ms"), None);
    }
}
