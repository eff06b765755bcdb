//! The network for other engines: ONNX and TensorFlow.js, from a folder of weights.

mod encoder;
mod graph;
mod onnx;
mod predictor;
mod proto;
mod tfjs;

use std::fs;
use std::path::Path;

use anolis::model::{Network, NetworkConfig};
use anolis::weights::{self, Manifest, NamedTensors};
use burn::tensor::Device;
use clap::ValueEnum;

use crate::Result;
use onnx::Onnx;
use tfjs::TensorFlowJs;

/// A part of the network that is a graph of its own; together they are a full prediction (docs/cli.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// A picture to its features and re-weighted tokens
    Encoder,
    /// An example's tokens and its labels to keys and values
    Support,
    /// A picture's features and tokens, the keys and values of all examples and the read-out's logits to logits
    Predictor,
}

/// The side for which position tables are stored.
const SIDE: usize = 256;

/// A part of the weights of a folder as an ONNX file.
pub fn write_onnx(weights: &Path, output: &Path, part: Part) -> Result<()> {
    let (manifest, tensors) = read(weights)?;
    let config = NetworkConfig::xs();
    let mut graph = Onnx::new(&tensors);
    match part {
        Part::Encoder => encoder::write(&mut graph, &tensors, &config, manifest.side),
        Part::Support => predictor::write_support(&mut graph, &config, manifest.side),
        Part::Predictor => predictor::write(&mut graph, &config, manifest.side),
    }
    let name = format!("{}-{}-{part:?}", manifest.name, manifest.version).to_lowercase();
    Ok(fs::write(output, graph.finish(&name))?)
}

/// The image encoder of the weights of a folder as a graph model of TensorFlow.js: `model.json` and `weights.bin` in a folder.
pub fn write_tfjs(weights: &Path, output: &Path) -> Result<()> {
    let (manifest, tensors) = read(weights)?;
    let mut graph = TensorFlowJs::new(&tensors);
    encoder::write(&mut graph, &tensors, &NetworkConfig::xs(), manifest.side);
    let (model, data) = graph.finish()?;
    fs::create_dir_all(output)?;
    fs::write(output.join("model.json"), model)?;
    Ok(fs::write(output.join("weights.bin"), data)?)
}

fn read(folder: &Path) -> Result<(Manifest, NamedTensors)> {
    let (manifest, tensors) = weights::load(folder)?;
    if manifest.side != SIDE {
        let side = manifest.side;
        return Err(format!("these weights are for a side of {side} pixels: only those for {SIDE} can be written for other engines").into());
    }
    // Whatever is written is there.
    tensors.apply(Network::new(&NetworkConfig::xs(), &Device::flex()), "")?;
    Ok((manifest, tensors))
}
