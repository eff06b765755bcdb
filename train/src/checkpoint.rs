//! What a training run keeps between sessions.

use std::fs;
use std::path::Path;

use anolis::weights::NamedTensors;
use serde::{Deserialize, Serialize};

use crate::Result;

/// Progress of a run; the parameters lie beside it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    pub steps: usize,
    pub seconds: f64,
}

/// Parameters and progress of a run.
pub struct Checkpoint {
    pub network: NamedTensors,
    /// Exponential mean over steps; what is exported.
    pub mean: NamedTensors,
    pub progress: Progress,
}

impl Checkpoint {
    /// Reads a folder that [`Checkpoint::save`] wrote; `None` where there is none.
    pub fn load(folder: &Path) -> Result<Option<Self>> {
        let progress = folder.join("progress.json");
        if !progress.exists() {
            return Ok(None);
        }
        let read = |name: &str| -> Result<NamedTensors> {
            let mut tensors = NamedTensors::default();
            tensors.read(&fs::read(folder.join(name))?)?;
            Ok(tensors)
        };
        Ok(Some(Self {
            network: read("network.safetensors")?,
            mean: read("mean.safetensors")?,
            progress: serde_json::from_slice(&fs::read(progress)?)?,
        }))
    }

    /// Writes everything; a run that is killed meanwhile keeps the former state of each file.
    pub fn save(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        let write = |name: &str, bytes: Vec<u8>| -> Result<()> {
            let draft = folder.join(format!("{name}.draft"));
            fs::write(&draft, bytes)?;
            Ok(fs::rename(draft, folder.join(name))?)
        };
        write("network.safetensors", self.network.write_f32()?)?;
        write("mean.safetensors", self.mean.write_f32()?)?;
        write("progress.json", serde_json::to_vec_pretty(&self.progress)?)
    }
}
