//! What computes.

use burn::tensor::Device;
#[cfg(feature = "gpu")]
use burn::tensor::read_sync;
use clap::ValueEnum;

use crate::Result;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Backend {
    Cpu,
    /// Only in a binary that was built with the feature `gpu`
    Wgpu,
}

impl Backend {
    /// # Errors
    /// When this binary or this machine does not have it.
    pub fn device(self) -> Result<Device> {
        match self {
            Self::Cpu => Ok(Device::flex()),
            Self::Wgpu => wgpu(),
        }
    }
}

#[cfg(feature = "gpu")]
fn wgpu() -> Result<Device> {
    let opened = read_sync(anolis::gpu::Gpu::open());
    let gpu = opened.map_err(|error| format!("no GPU can be used ({error}); use --backend cpu"))?;
    Ok(gpu.burn)
}

#[cfg(not(feature = "gpu"))]
fn wgpu() -> Result<Device> {
    let build = "cargo build --release --bin anolis --features anolis-cli/gpu";
    Err(format!(
        "this anolis was built without wgpu; use --backend cpu, or build it with `{build}`"
    )
    .into())
}
