//! What a training run keeps between sessions.

use std::fs;
use std::path::Path;

use anolis::weights::NamedTensors;
use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::optim::ModuleOptimizer;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::Result;

const OPTIMIZER: &str = "optimizer.bpk";

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

    /// Writes everything, and what an optimizer remembers where one goes on between steps; a run that is killed meanwhile keeps the former state of each file.
    pub fn save(&self, optimizer: Option<&ModuleOptimizer>, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        let write = |name: &str, bytes: &[u8]| -> Result<()> {
            let draft = folder.join(format!("{name}.draft"));
            fs::write(&draft, bytes)?;
            Ok(fs::rename(draft, folder.join(name))?)
        };
        write("network.safetensors", &self.network.write_f32()?)?;
        write("mean.safetensors", &self.mean.write_f32()?)?;
        if let Some(optimizer) = optimizer {
            write(OPTIMIZER, &optimizer.into_bytes()?)?;
        }
        write("progress.json", &serde_json::to_vec_pretty(&self.progress)?)
    }
}

/// Gives an optimizer the moments that a run saved; the module's parameters are found again by [`name_parameters`].
///
/// Returns whether there were any.
pub fn load_optimizer(
    optimizer: ModuleOptimizer,
    folder: &Path,
) -> Result<(ModuleOptimizer, bool)> {
    let file = folder.join(OPTIMIZER);
    if !file.exists() {
        return Ok((optimizer, false));
    }
    Ok((optimizer.load(file)?, true))
}

/// Makes every parameter learnable under an id that follows from its name, so that another process finds its moments.
pub fn name_parameters<M: Module>(module: M) -> M {
    module.map(&mut Names::default())
}

#[derive(Default)]
struct Names {
    path: Vec<String>,
}

impl ModuleMapper for Names {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let mut param = param.set_require_grad(true);
        param.id = ParamId::from(fnv1a(&self.path.join(".")));
        param
    }
}

/// FNV-1a, 64 bits: the same number in every process.
fn fnv1a(name: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    name.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::{Linear, LinearConfig};
    use burn::optim::{AdamConfig, GradientsParams};
    use burn::tensor::Device;

    /// One step on `sum (x W)^2`.
    fn step(module: Linear, optimizer: &mut ModuleOptimizer) -> Linear {
        let device = Device::flex().autodiff();
        let loss = module.forward(Tensor::<2>::ones([1, 3], &device)).square().sum();
        let gradients = GradientsParams::from_grads(loss.backward(), &module);
        optimizer.step(1e-2, module, gradients)
    }

    #[test]
    fn a_resumed_run_goes_on_as_if_it_had_not_stopped() {
        let folder = std::env::temp_dir().join(format!("anolis-resume-{}", std::process::id()));
        let device = Device::flex().autodiff();
        let new = || name_parameters(LinearConfig::new(3, 2).init(&device));
        let mut optimizer = AdamConfig::new().init();
        let mut module = new();
        for _ in 0..3 {
            module = step(module, &mut optimizer);
        }
        let network = NamedTensors::of(&module);
        let saved = Checkpoint { mean: network.clone(), network, progress: Progress::default() };
        saved.save(Some(&optimizer), &folder).unwrap();
        let straight = NamedTensors::of(&step(module, &mut optimizer));

        let loaded = Checkpoint::load(&folder).unwrap().unwrap();
        let module = name_parameters(loaded.network.apply(new(), "").unwrap());
        let (mut optimizer, found) = load_optimizer(AdamConfig::new().init(), &folder).unwrap();
        assert!(found);
        let resumed = NamedTensors::of(&step(module, &mut optimizer));
        assert_ne!(resumed, saved.network, "loaded parameters learn");
        assert_eq!(resumed, straight);
    }
}
