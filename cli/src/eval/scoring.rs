//! The program that scores predictions.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;

#[derive(clap::Args)]
pub struct Scoring {
    /// A python with NumPy and Pillow.
    #[arg(long, env = "ANOLIS_PYTHON", default_value = "python3")]
    python: String,
    /// The scoring program; by default `score.py` beside the data.
    #[arg(long)]
    score: Option<PathBuf>,
}

impl Scoring {
    /// What the program says of a folder of predictions for one of the tasks in `data`.
    ///
    /// # Errors
    /// When it cannot be run or refuses the predictions.
    pub fn run(&self, data: &Path, task: &Path, predictions: &Path, seed: u64) -> Result<f64> {
        let score = self.score.clone().unwrap_or_else(|| data.join("../score.py"));
        let output = Command::new(&self.python)
            .arg(&score)
            .arg(task)
            .arg(predictions)
            .args(["--seed", &seed.to_string()])
            .output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{}: {said}", score.display()).into());
        }
        let result: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        result["score"].as_f64().ok_or_else(|| "score.py printed no score".into())
    }
}
