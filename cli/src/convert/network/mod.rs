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
    /// A picture to its features and tokens
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost::Message;

    use super::proto::{DataType, GraphProto, Model, Size};
    use super::*;

    fn graph(part: Part) -> GraphProto {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("part.onnx");
        let weights = Path::new("../weights");
        write_onnx(weights, &file, part).unwrap();
        let model = Model::decode(&*fs::read(&file).unwrap()).unwrap();
        assert_eq!(model.opset_import[0].version, 20);
        model.graph.unwrap()
    }

    fn shape_of(value: &proto::ValueInfo) -> Vec<i64> {
        let tensor = value.r#type.as_ref().unwrap().tensor_type.as_ref().unwrap();
        let size = |dim: &proto::Dimension| match dim.value {
            Some(Size::Value(size)) => size,
            _ => -1,
        };
        tensor.shape.as_ref().unwrap().dim.iter().map(size).collect()
    }

    /// Every value is made once, and before it is used.
    fn is_whole(graph: &GraphProto) {
        let inputs = graph.input.iter().map(|input| input.name.clone());
        let constants = graph.initializer.iter().map(|tensor| tensor.name.clone());
        let mut known: BTreeSet<String> = inputs.chain(constants).collect();
        for node in &graph.node {
            for input in node.input.iter().filter(|input| !input.is_empty()) {
                assert!(known.contains(input), "{input} of {}", node.name);
            }
            for output in &node.output {
                assert!(known.insert(output.clone()), "{output} is made twice");
            }
        }
        for output in &graph.output {
            assert!(known.contains(&output.name));
        }
        for tensor in &graph.initializer {
            let size = match DataType::try_from(tensor.data_type).unwrap() {
                DataType::Float16 => 2,
                DataType::Int64 => 8,
                _ => 4,
            };
            let count: i64 = tensor.dims.iter().product();
            assert_eq!(tensor.raw_data.len() as i64, size * count, "{}", tensor.name);
        }
    }

    #[test]
    fn the_encoder_turns_a_picture_into_features_and_tokens() {
        let graph = graph(Part::Encoder);
        is_whole(&graph);
        assert_eq!(shape_of(&graph.input[0]), [1, 3, 256, 256]);
        let outputs: Vec<_> =
            graph.output.iter().map(|output| (&*output.name, shape_of(output))).collect();
        assert_eq!(outputs[0], ("s2", vec![1, 16, 128, 128]));
        assert_eq!(outputs[4], ("s32", vec![1, 320, 8, 8]));
        assert_eq!(outputs[5], ("tokens", vec![1, 256, 192]));
        let convolutions = graph.node.iter().filter(|node| node.op_type == "Conv").count();
        // The stem, two of the block that does not expand, three of the others.
        assert_eq!(convolutions, 1 + 2 + 15 * 3);
    }

    #[test]
    fn keys_and_values_of_support_are_what_the_predictor_takes() {
        let [support, predictor] = [Part::Support, Part::Predictor].map(graph);
        is_whole(&support);
        is_whole(&predictor);
        for output in &support.output {
            let input = predictor.input.iter().find(|input| input.name == output.name).unwrap();
            assert_eq!(shape_of(input)[2], shape_of(output)[2]);
        }
        assert_eq!(shape_of(&predictor.output[0]), [-1, 1, 128, 128]);
    }
}
