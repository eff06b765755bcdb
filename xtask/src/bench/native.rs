//! The benchmark without a browser: criterion times ours, PyTorch is the encoder's peer where it can be had.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::step::Step;
use crate::toolchain::cargo;
use crate::{paths, python};

/// What is compared with PyTorch, by criterion's name, and what takes part in no comparison.
const ENCODE: [(&str, usize); 2] = [("encode/1", 1), ("encode/16", 16)];
const ALONE: [(&str, &str, &str); 9] = [
    (
        "predict/shots/1",
        "predict_shots_1",
        "a prediction by 1 example, 1 channel, everything encoded",
    ),
    (
        "predict/shots/5",
        "predict_shots_5",
        "a prediction by 5 examples, 1 channel, everything encoded",
    ),
    (
        "predict/shots/10",
        "predict_shots_10",
        "a prediction by 10 examples, 1 channel, everything encoded",
    ),
    (
        "predict/shots/20",
        "predict_shots_20",
        "a prediction by 20 examples, 1 channel, everything encoded",
    ),
    (
        "predict/channels/4",
        "predict_channels_4",
        "a prediction by 5 examples, 4 channels, everything encoded",
    ),
    (
        "predict/channels/17",
        "predict_channels_17",
        "a prediction by 5 examples, 17 channels, everything encoded",
    ),
    ("stroke", "stroke", "a stroke on one of 5 examples, the read-out of one picture"),
    (
        "adapt_step",
        "adapt_step",
        "a step of adaptation: four crops of 160 pixels, through the solve",
    ),
    (
        "tags_refit",
        "tags_refit",
        "a click on a tag: 20 tags of 50 pictures solved again, one picture answered",
    ),
];

/// Least cosine between answers that are timed, and the highest ratio that is aimed at on a GPU.
const ALIKE: f64 = 0.999;
const TARGET: f64 = 1.5;

/// What bench/native/peer.py says; milliseconds of every round.
#[derive(Deserialize)]
struct Peer {
    device: String,
    torch: String,
    cosine: f64,
    /// Of one picture.
    operations: f64,
    /// Operations a second of a large product.
    peak: f64,
    #[serde(flatten)]
    times: BTreeMap<String, Vec<f64>>,
}

/// Measures and keeps the rows in `rows` for the report.
pub fn run(gpu: bool, pytorch: bool, rows: &Path) -> Result<()> {
    let folder = paths::target().join("bench-native");
    fs::create_dir_all(&folder)?;
    fs::create_dir_all(rows)?;
    let mut bench = cargo();
    bench.args(["bench", "--package", "anolis", "--bench", "native"]);
    bench.env("ANOLIS_BENCH_ANSWER", &folder).env("CRITERION_HOME", folder.join("criterion"));
    bench.env("ANOLIS_WEIGHTS", paths::root().join("weights"));
    if gpu {
        // Its own folder keeps the other native builds as they are.
        bench.args(["--features", "gpu"]).env("ANOLIS_BENCH_GPU", "1");
        bench.env("CARGO_TARGET_DIR", paths::target().join("bench-gpu"));
    }
    let step = Step::start("Native benchmark");
    let (status, _) = step.stream(&mut bench)?;
    anyhow::ensure!(status.success(), "the native benchmark failed");
    step.done("");
    let peer = if pytorch { Some(peer(gpu, &folder)?) } else { None };
    for row in table(gpu, &folder, peer.as_ref())? {
        let name = row["name"].as_str().context("a name")?;
        println!("    {name}: {} / {} ms", row["ours"], row["peer"]);
        fs::write(rows.join(format!("{name}.json")), row.to_string())?;
    }
    Ok(())
}

/// Installs PyTorch and runs the same network by it.
fn peer(gpu: bool, folder: &Path) -> Result<Peer> {
    let sources = paths::root().join("bench/native");
    let python = python::install("bench-python", &sources.join("requirements.txt"))?;
    let mut command = Command::new(python);
    command.arg(sources.join("peer.py")).arg(paths::root().join("weights")).arg(folder);
    command.arg(if gpu { "cuda" } else { "cpu" });
    let step = Step::start("PyTorch");
    let output = command.output().context("PyTorch cannot start")?;
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    anyhow::ensure!(output.status.success(), "PyTorch failed");
    step.done("");
    let said = String::from_utf8(output.stdout)?;
    Ok(serde_json::from_str(said.lines().last().unwrap_or_default())?)
}

fn table(gpu: bool, folder: &Path, peer: Option<&Peer>) -> Result<Vec<Value>> {
    let prefix = if gpu { "native_gpu" } else { "native" };
    let mut rows = Vec::new();
    for (id, batch) in ENCODE {
        let ours = samples(&folder.join("criterion"), id)?;
        let what = match batch {
            1 => "a picture of 256 pixels to tokens, on the host".to_owned(),
            many => format!("{many} pictures of 256 pixels to tokens in one batch, on the host"),
        };
        let Some(peer) = peer else {
            let name = format!("{prefix}_encode_{batch}");
            rows.push(row(&name, &what, "PyTorch, not at hand", &ours, &[], None, None));
            continue;
        };
        let share = peer.operations * batch as f64 / (quantile(&ours, 0.5) / 1e3) / peer.peak;
        let note =
            format!("{:.0} % of what a product of 2048 by 2048 reaches in PyTorch", 100.0 * share);
        for mode in ["eager", "compiled"] {
            let theirs = peer.times.get(&format!("{mode}_{batch}")).map_or(&[][..], Vec::as_slice);
            let alike = if peer.cosine >= ALIKE { theirs } else { &[] };
            let against = format!("PyTorch {}, {mode}, {}", peer.torch, peer.device);
            let target = (gpu && batch == 1 && mode == "eager").then_some(TARGET);
            let name = format!("{prefix}_encode_{batch}_{mode}");
            let mut row = row(&name, &what, &against, &ours, alike, target, Some(&note));
            row["cosine"] = json!(peer.cosine);
            rows.push(row);
        }
    }
    for (id, name, what) in ALONE {
        let ours = samples(&folder.join("criterion"), id)?;
        rows.push(row(&format!("{prefix}_{name}"), what, "no peer", &ours, &[], None, None));
    }
    Ok(rows)
}

/// A row as bench/web/support/results.ts describes it.
fn row(
    name: &str,
    what: &str,
    against: &str,
    ours: &[f64],
    peer: &[f64],
    target: Option<f64>,
    note: Option<&str>,
) -> Value {
    let median = |times: &[f64]| (!times.is_empty()).then(|| quantile(times, 0.5));
    let spread =
        |times: &[f64]| (!times.is_empty()).then(|| [0.25, 0.75].map(|at| quantile(times, at)));
    let ratio = median(ours).zip(median(peer)).map(|(ours, peer)| ours / peer);
    let mut row = json!({
        "name": name, "what": what, "against": against, "unit": "ms",
        "ours": median(ours), "peer": median(peer), "ratio": ratio,
        "oursSpread": spread(ours), "peerSpread": spread(peer), "rounds": ours.len(),
        "target": target, "met": target.zip(ratio).map(|(target, ratio)| ratio <= target),
        "load": load(),
    });
    if let Some(note) = note {
        row["note"] = json!(note);
    }
    row
}

/// Milliseconds of a call in each of criterion's samples.
fn samples(criterion: &Path, id: &str) -> Result<Vec<f64>> {
    #[derive(Deserialize)]
    struct Samples {
        iters: Vec<f64>,
        times: Vec<f64>,
    }
    let file: PathBuf = criterion.join(id).join("new/sample.json");
    let Samples { iters, times } = serde_json::from_slice(&paths::read(&file)?)
        .with_context(|| format!("{} is not criterion's", file.display()))?;
    Ok(times.iter().zip(iters).map(|(nanoseconds, calls)| nanoseconds / calls / 1e6).collect())
}

/// Between the nearest two of `values`, which are some.
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() - 1) as f64 * share;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    low + (high - low) * (at - at.floor())
}

/// Processes that want a core just now; known on Linux.
fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_lie_between_the_nearest_two() {
        assert_eq!(
            [0.25, 0.5, 0.75].map(|at| quantile(&[4.0, 1.0, 2.0, 3.0], at)),
            [1.75, 2.5, 3.25]
        );
    }

    #[test]
    fn a_row_says_whether_its_target_is_met_where_there_is_a_peer() {
        let met = row("n", "w", "a", &[3.0, 3.0], &[2.0], Some(1.5), None);
        assert_eq!((met["ratio"].as_f64(), met["met"].as_bool()), (Some(1.5), Some(true)));
        let alone = row("n", "w", "a", &[3.0], &[], Some(1.5), None);
        assert!(alone["ratio"].is_null() && alone["met"].is_null());
    }

    #[test]
    fn samples_are_milliseconds_of_one_call() {
        let folder = std::env::temp_dir().join(format!("xtask-samples-{}", std::process::id()));
        fs::create_dir_all(folder.join("encode/1/new")).unwrap();
        fs::write(folder.join("encode/1/new/sample.json"), r#"{"iters":[2,4],"times":[6e6,8e6]}"#)
            .unwrap();
        assert_eq!(samples(&folder, "encode/1").unwrap(), [3.0, 2.0]);
        assert!(samples(&folder, "encode/16").is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}
