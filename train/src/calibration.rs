//! How well uncertainty is calibrated, and whether it ranks pictures by their errors.

use std::fs;
use std::path::{Path, PathBuf};

use anolis::Session;
use anolis::image::Label;
use anolis::session::Prediction;
use anolis::weights;
use burn::tensor::{Device, read_sync};

use crate::Result;
use anolis_cli::eval::format::TaskFile;
use anolis_cli::eval::task_folders;

/// Bins of the expected calibration error.
const BINS: usize = 15;

/// Distance of a keypoint, as a share of the longest side, beyond which it is just as wrong.
const FAR: f32 = 0.3;

#[derive(clap::Args)]
pub struct Options {
    /// A folder of task folders, or one task folder.
    #[arg(long)]
    data: PathBuf,
    /// The file that is written.
    #[arg(long, default_value = "target/calibration.json")]
    out: PathBuf,
    /// Support sizes.
    #[arg(long, value_delimiter = ',', default_value = "1,5")]
    shots: Vec<String>,
    /// Splits by their seed.
    #[arg(long, value_delimiter = ',', default_value = "0,1,2")]
    seeds: Vec<u64>,
    /// Folder of the weights.
    #[arg(long, default_value = "weights")]
    weights: PathBuf,
    /// Starts from the plain read-out instead of the refined one.
    #[arg(long)]
    fast: bool,
}

pub fn run(options: &Options) -> Result<()> {
    let (manifest, tensors) = weights::load(&options.weights)?;
    let mut rows = Vec::new();
    for folder in task_folders(&options.data)? {
        let file = TaskFile::read(&folder)?;
        let Some(kind) = file.kind() else { continue };
        for split in file.splits.iter().filter(|split| options.seeds.contains(&split.seed)) {
            for shots in &options.shots {
                let mut session = Session::new(&manifest, &tensors, &Device::flex())?;
                session.set_refine(!options.fast);
                let task = session.add_task(kind, file.channels.clone())?;
                for name in &split.support[shots] {
                    let picture = file.picture(&folder, name)?;
                    let label = file.label(&folder, name, &picture)?;
                    let id = read_sync(session.add_picture(&picture))?;
                    read_sync(session.set_label(task, id, label))?;
                }
                let mut found = Found::default();
                for name in &split.query {
                    found.look(&mut session, task, &folder, &file, name)?;
                }
                let row = serde_json::json!({
                    "task": file.name, "shots": shots, "seed": split.seed,
                    "ece": found.ece(|cell| cell.confidence), "ece_raw": found.ece(|cell| cell.raw),
                    "expected": mean(&found.expected), "error": mean(&found.error),
                    "pixels": rank_correlation(&found.expected, &found.error),
                    "pictures": rank_correlation(&found.doubts, &found.errors),
                });
                eprintln!("{row}");
                rows.push(row);
                fs::write(&options.out, serde_json::to_string_pretty(&rows)?)?;
            }
        }
    }
    Ok(())
}

/// What was found on the query.
#[derive(Default)]
struct Found {
    decisions: Vec<Decision>,
    /// Expected and true absolute errors of pixels, every sixteenth.
    expected: Vec<f32>,
    error: Vec<f32>,
    /// By picture.
    doubts: Vec<f32>,
    errors: Vec<f32>,
}

/// A pixel of a mask.
struct Decision {
    confidence: f32,
    /// The decided class's probability as the prediction says it.
    raw: f32,
    right: bool,
}

impl Found {
    fn look(
        &mut self,
        session: &mut Session,
        task: u32,
        folder: &Path,
        file: &TaskFile,
        name: &str,
    ) -> Result<()> {
        let picture = file.picture(folder, name)?;
        let label = file.label(folder, name, &picture)?;
        let (width, height) = (picture.width(), picture.height());
        let id = read_sync(session.add_picture(&picture))?;
        let prediction = read_sync(session.predict(task, id))?;
        session.remove_picture(id)?;
        let error = match label {
            Label::Classes { ids, .. } => self.mask(&prediction, &ids, (width, height))?,
            Label::Map { values, .. } => {
                let found = prediction.map(0, width, height)?;
                let doubts = prediction.uncertainty(width, height);
                let known = values.iter().zip(found.iter().zip(&doubts));
                let known: Vec<_> = known.filter(|(value, _)| !value.is_nan()).collect();
                let errors: Vec<_> =
                    known.iter().map(|(value, (found, _))| (*found - *value).abs()).collect();
                self.error.extend(errors.iter().step_by(16));
                self.expected.extend(known.iter().map(|(_, (_, doubt))| **doubt).step_by(16));
                mean(&errors)
            }
            Label::Keypoints(points) => {
                let found = prediction.keypoints(width, height)?;
                let pairs = points.iter().zip(&found);
                let far = |(point, found): (&Option<[f32; 2]>, &anolis::session::Point)| {
                    let [x, y] = (*point)?;
                    Some(((x - found.x).hypot(y - found.y) / width.max(height) as f32).min(FAR))
                };
                mean(&pairs.filter_map(far).collect::<Vec<_>>())
            }
            Label::Dots(dots) => (prediction.count(0)? - dots.len() as f32).abs(),
            _ => return Err("a kind of label without a truth".into()),
        };
        self.doubts.push(prediction.image_uncertainty());
        self.errors.push(error);
        Ok(())
    }

    /// The picture's share of wrong pixels.
    fn mask(&mut self, prediction: &Prediction, ids: &[u8], size: (usize, usize)) -> Result<f32> {
        let (width, height) = size;
        let mask = prediction.mask(width, height)?;
        let doubts = prediction.uncertainty(width, height);
        let mut best = vec![0.0f32; ids.len()];
        for channel in 0..prediction.channels() {
            let probability = prediction.probability(channel, width, height);
            best.iter_mut().zip(probability).for_each(|(best, p)| *best = best.max(p));
        }
        let before = self.decisions.len();
        for (i, &id) in ids.iter().enumerate().filter(|(_, id)| **id != 255) {
            let raw = if mask[i] == 0 { 1.0 - best[i] } else { best[i] };
            let (confidence, right) = (1.0 - doubts[i], mask[i] == id);
            self.decisions.push(Decision { confidence, raw, right });
        }
        let here = &self.decisions[before..];
        Ok(here.iter().filter(|decision| !decision.right).count() as f32 / here.len().max(1) as f32)
    }

    /// Expected calibration error of the decisions; none without any.
    fn ece(&self, confidence: impl Fn(&Decision) -> f32) -> Option<f64> {
        let mut bins = [(0.0f64, 0.0f64); BINS];
        for decision in &self.decisions {
            let confidence = confidence(decision);
            let (sum, right) = &mut bins[((confidence * BINS as f32) as usize).min(BINS - 1)];
            *sum += f64::from(confidence);
            *right += f64::from(u8::from(decision.right));
        }
        let gap: f64 = bins.iter().map(|(sum, right)| (sum - right).abs()).sum();
        (!self.decisions.is_empty()).then(|| gap / self.decisions.len() as f64)
    }
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

/// Spearman's rank correlation; none of fewer than three pairs.
fn rank_correlation(a: &[f32], b: &[f32]) -> Option<f64> {
    let (a, b) = (ranks(a), ranks(b));
    let middle = (a.len() as f64 - 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - middle) * (b - middle)).sum()
    };
    (a.len() > 2).then(|| product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt())
}

/// The rank of every value; equal ones share the mean of theirs.
fn ranks(values: &[f32]) -> Vec<f64> {
    let mut order: Vec<_> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for equal in order.chunk_by(|&i, &j| values[i] == values[j]) {
        let rank = start as f64 + (equal.len() as f64 - 1.0) / 2.0;
        equal.iter().for_each(|&i| ranks[i] = rank);
        start += equal.len();
    }
    ranks
}
