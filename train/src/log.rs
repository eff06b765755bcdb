//! Curves of a training run as CSV, one value a row: `training.csv`, `validation.csv`, `times.csv`.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::checkpoint::Progress;
use crate::validation::Scores;

/// Where the curves of a run lie.
pub struct Log {
    folder: PathBuf,
}

/// Sums over the episodes of one source.
#[derive(Clone, Copy, Debug, Default)]
pub struct Losses {
    pub count: usize,
    network: f32,
    readout: f32,
}

/// Seconds, summed over steps.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    /// The learner's waiting for an episode.
    pub wait: f64,
    pub forward: f64,
    pub backward: f64,
    pub optimizer: f64,
    /// Drawing an episode, beside the learner.
    pub draw: f64,
    /// Its trunk and read-out, beside the learner.
    pub prepare: f64,
}

impl Losses {
    pub fn plus(self, network: f32, readout: f32) -> Self {
        Self {
            count: self.count + 1,
            network: self.network + network,
            readout: self.readout + readout,
        }
    }
}

impl Log {
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Mean losses of one source since the last call; returns them in words.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn losses(&self, progress: &Progress, source: &str, sum: &Losses) -> Result<String> {
        let n = sum.count.max(1) as f32;
        let (network, readout) = (sum.network / n, sum.readout / n);
        let values = format!("{source},{},{network},{readout}", sum.count);
        self.write("training.csv", "source,episodes,loss,loss_readout", progress, &values)?;
        let count = sum.count;
        Ok(format!("  {source:16} {count:5} episodes  loss {network:.4}  read-out {readout:.4}"))
    }

    /// Mean IoU on one validation set; returns it in words.
    ///
    /// # Errors
    /// As [`Log::losses`].
    pub fn scores(
        &self,
        progress: &Progress,
        source: &str,
        shots: usize,
        scores: &Scores,
    ) -> Result<String> {
        let Scores { network, readout } = scores;
        let values = format!("{source},{shots},{network},{readout}");
        self.write("validation.csv", "source,shots,iou,iou_readout", progress, &values)?;
        Ok(format!("  {source:16} {shots:5} shots     IoU {network:.4}   read-out {readout:.4}"))
    }

    /// Mean seconds of the parts of a step; returns them in words.
    ///
    /// # Errors
    /// As [`Log::losses`].
    pub fn times(&self, progress: &Progress, times: &Times, steps: usize) -> Result<String> {
        let Times { wait, forward, backward, optimizer, draw, prepare } = *times;
        let [wait, forward, backward, optimizer, draw, prepare] =
            [wait, forward, backward, optimizer, draw, prepare]
                .map(|sum| sum / steps.max(1) as f64);
        let values = format!(
            "{steps},{wait:.4},{forward:.4},{backward:.4},{optimizer:.4},{draw:.4},{prepare:.4}"
        );
        let names = "steps,wait,forward,backward,optimizer,draw,prepare";
        self.write("times.csv", names, progress, &values)?;
        Ok(format!(
            "step {}: wait {wait:.2} s, forward {forward:.2} s, backward {backward:.2} s, optimizer {optimizer:.2} s; \
             beside it drawing {draw:.2} s, trunk and read-out {prepare:.2} s",
            progress.steps
        ))
    }

    fn write(&self, file: &str, names: &str, progress: &Progress, values: &str) -> Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).open(self.folder.join(file))?;
        if file.metadata()?.len() == 0 {
            writeln!(file, "step,seconds,{names}")?;
        }
        Ok(writeln!(file, "{},{:.0},{values}", progress.steps, progress.seconds)?)
    }
}
