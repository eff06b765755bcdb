//! The image encoder as a graph model of TensorFlow.js, with its fused operations; weights in f16 as they are shipped.

use std::collections::BTreeSet;

use anolis::weights::{NamedTensor, NamedTensors};
use half::f16;
use serde_json::{Value, json};

use super::encoder::tensor;
use super::graph::{Conv, Graph, Node};
use crate::Result;

/// Texts of attributes, as base64.
const SAME: &str = "U0FNRQ==";
const NHWC: &str = "TkhXQw==";
const BIAS_ADD: &str = "Qmlhc0FkZA==";
const RELU6: &str = "UmVsdTY=";

/// Maps are `[1, height, width, channel]`, rows `[count, width]`.
pub struct TensorFlowJs<'a> {
    tensors: &'a NamedTensors,
    nodes: Vec<Value>,
    weights: Vec<Value>,
    data: Vec<u8>,
    known: BTreeSet<String>,
    inputs: serde_json::Map<String, Value>,
    outputs: serde_json::Map<String, Value>,
}

impl<'a> TensorFlowJs<'a> {
    pub fn new(tensors: &'a NamedTensors) -> Self {
        Self {
            tensors,
            nodes: Vec::new(),
            weights: Vec::new(),
            data: Vec::new(),
            known: BTreeSet::new(),
            inputs: serde_json::Map::new(),
            outputs: serde_json::Map::new(),
        }
    }

    /// `model.json` and `weights.bin`.
    pub fn finish(self) -> Result<(String, Vec<u8>)> {
        let model = json!({
            "format": "graph-model",
            "generatedBy": concat!("anolis ", env!("CARGO_PKG_VERSION")),
            "modelTopology": { "node": self.nodes, "library": {}, "versions": { "producer": 1 } },
            "signature": { "inputs": self.inputs, "outputs": self.outputs },
            "weightsManifest": [{ "paths": ["weights.bin"], "weights": self.weights }],
        });
        Ok((serde_json::to_string(&model)?, self.data))
    }

    fn node(&mut self, op: &str, inputs: &[&str], mut attr: Value) -> Node {
        let name = format!("{op}_{}", self.nodes.len());
        attr["T"] = json!({ "type": "DT_FLOAT" });
        self.nodes.push(json!({ "name": name, "op": op, "input": inputs, "attr": attr }));
        name
    }

    fn constant(&mut self, name: &str, kind: &str, entry: Value, bytes: &[u8]) -> Node {
        if self.known.insert(name.to_owned()) {
            let attr = json!({ "dtype": { "type": kind } });
            self.nodes.push(json!({ "name": name, "op": "Const", "attr": attr }));
            self.weights.push(entry);
            self.data.extend(bytes);
        }
        name.to_owned()
    }

    /// Values that f16 holds, as shipped parameters are.
    fn halves(&mut self, name: &str, NamedTensor { shape, values }: &NamedTensor) -> Node {
        let quantization = json!({ "dtype": "float16", "original_dtype": "float32" });
        let entry = json!({ "name": name, "shape": shape, "dtype": "float32", "quantization": quantization });
        let bytes: Vec<_> = values.iter().flat_map(|&v| f16::from_f32(v).to_le_bytes()).collect();
        self.constant(name, "DT_FLOAT", entry, &bytes)
    }

    fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) -> Node {
        let entry = json!({ "name": name, "shape": shape, "dtype": "float32" });
        let bytes: Vec<_> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(name, "DT_FLOAT", entry, &bytes)
    }

    /// A vector of whole numbers.
    fn integers(&mut self, values: &[i32]) -> Node {
        let name =
            format!("ints_{}", values.iter().map(i32::to_string).collect::<Vec<_>>().join("_"));
        self.whole(&name, &[values.len()], values)
    }

    fn integer(&mut self, value: i32) -> Node {
        self.whole(&format!("int_{value}"), &[], &[value])
    }

    fn whole(&mut self, name: &str, shape: &[usize], values: &[i32]) -> Node {
        let entry = json!({ "name": name, "shape": shape, "dtype": "int32" });
        let bytes: Vec<_> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(name, "DT_INT32", entry, &bytes)
    }

    fn parameter(&mut self, name: &str) -> Node {
        self.halves(name, tensor(self.tensors, name))
    }

    fn reshape(&mut self, x: &Node, shape: &[usize]) -> Node {
        let shape: Vec<_> = shape.iter().map(|&size| size as i32).collect();
        let shape = self.integers(&shape);
        self.node("Reshape", &[x, &shape], json!({}))
    }

    fn binary(&mut self, op: &str, a: &str, b: &str) -> Node {
        self.node(op, &[a, b], json!({}))
    }

    fn mean(&mut self, rows: &Node) -> Node {
        let axis = self.integers(&[1]);
        self.node("Mean", &[rows, &axis], json!({ "keep_dims": { "b": true } }))
    }
}

impl Graph for TensorFlowJs<'_> {
    fn picture(&mut self, side: usize) -> Node {
        let shape: Vec<_> =
            [1, side, side, 3].iter().map(|n| json!({ "size": n.to_string() })).collect();
        let shape = json!({ "dim": shape });
        let attr = json!({ "dtype": { "type": "DT_FLOAT" }, "shape": { "shape": shape } });
        self.nodes.push(json!({ "name": "rgb", "op": "Placeholder", "attr": attr }));
        let input = json!({ "name": "rgb:0", "dtype": "DT_FLOAT", "tensorShape": shape });
        self.inputs.insert("rgb".into(), input);
        let factor = self.floats("picture.factor", &[], &[255.0 / 128.0]);
        let offset = self.floats("picture.offset", &[], &[127.0 / 128.0]);
        let scaled = self.binary("Mul", "rgb", &factor);
        self.binary("Sub", &scaled, &offset)
    }

    fn conv(&mut self, map: &Node, name: &str, Conv { stride, depthwise, relu6 }: Conv) -> Node {
        let weight = format!("{name}.weight");
        let last = last_axes_first(tensor(self.tensors, &weight), depthwise);
        let weight = self.halves(&weight, &last);
        let bias = self.parameter(&format!("{name}.bias"));
        let fused: &[_] = if relu6 { &[BIAS_ADD, RELU6] } else { &[BIAS_ADD] };
        let strides = ["1", &stride.to_string(), &stride.to_string(), "1"].map(str::to_owned);
        let op = if depthwise { "FusedDepthwiseConv2dNative" } else { "_FusedConv2D" };
        let attr = json!({
            "strides": { "list": { "i": strides } },
            "dilations": { "list": { "i": ["1", "1", "1", "1"] } },
            "padding": { "s": SAME },
            "data_format": { "s": NHWC },
            "explicit_paddings": { "list": {} },
            "fused_ops": { "list": { "s": fused } },
            "num_args": { "i": "1" },
            "epsilon": { "f": 0.0 },
        });
        self.node(op, &[map, &weight, &bias], attr)
    }

    fn add(&mut self, a: &Node, b: &Node) -> Node {
        self.binary("AddV2", a, b)
    }

    fn up2(&mut self, map: &Node, side: usize) -> Node {
        let size = self.integers(&[2 * side as i32; 2]);
        let attr = json!({ "align_corners": { "b": false }, "half_pixel_centers": { "b": true } });
        self.node("ResizeBilinear", &[map, &size], attr)
    }

    fn rows(&mut self, maps: &[&Node], side: usize, channels: usize) -> Node {
        let axis = self.integer(3);
        let inputs: Vec<_> = maps.iter().map(|map| map.as_str()).chain([&*axis]).collect();
        let attr = json!({ "N": { "i": maps.len().to_string() } });
        let all = self.node("ConcatV2", &inputs, attr);
        self.reshape(&all, &[side * side, channels])
    }

    fn linear(&mut self, rows: &Node, name: &str) -> Node {
        let [weight, bias] =
            ["weight", "bias"].map(|part| self.parameter(&format!("{name}.{part}")));
        let attr = json!({
            "transpose_a": { "b": false },
            "transpose_b": { "b": false },
            "fused_ops": { "list": { "s": [BIAS_ADD] } },
            "num_args": { "i": "1" },
            "epsilon": { "f": 0.0 },
        });
        self.node("_FusedMatMul", &[rows, &weight, &bias], attr)
    }

    fn layer_norm(&mut self, rows: &Node, name: &str) -> Node {
        let mean = self.mean(rows);
        let squares = self.binary("SquaredDifference", rows, &mean);
        let variance = self.mean(&squares);
        let epsilon = self.floats("epsilon", &[], &[1e-5]);
        let variance = self.add(&variance, &epsilon);
        let factor = self.node("Rsqrt", &[&variance], json!({}));
        let centred = self.binary("Sub", rows, &mean);
        let normed = self.binary("Mul", &centred, &factor);
        let [gamma, beta] = ["gamma", "beta"].map(|part| self.parameter(&format!("{name}.{part}")));
        let scaled = self.binary("Mul", &normed, &gamma);
        self.add(&scaled, &beta)
    }

    fn output_map(&mut self, name: &str, map: &Node, channels: usize, side: usize) {
        self.output(name, map, &[1, side, side, channels]);
    }

    fn output_rows(&mut self, name: &str, rows: &Node, count: usize, width: usize) {
        self.output(name, rows, &[count, width]);
    }
}

impl TensorFlowJs<'_> {
    fn output(&mut self, name: &str, node: &Node, shape: &[usize]) {
        let name = name.replace('.', "_");
        let attr = json!({ "T": { "type": "DT_FLOAT" } });
        self.nodes.push(json!({ "name": name, "op": "Identity", "input": [node], "attr": attr }));
        let dim: Vec<_> = shape.iter().map(|n| json!({ "size": n.to_string() })).collect();
        let output = json!({ "name": format!("{name}:0"), "dtype": "DT_FLOAT", "tensorShape": { "dim": dim } });
        self.outputs.insert(name, output);
    }
}

/// `[out, in, height, width]` to `[height, width, in, out]`, or a depthwise one's `[out, 1, height, width]` to
/// `[height, width, out, 1]`.
fn last_axes_first(weight: &NamedTensor, depthwise: bool) -> NamedTensor {
    let [out, into, height, width] = weight.shape[..] else { return weight.clone() };
    let mut values = Vec::with_capacity(weight.values.len());
    for at in 0..height * width {
        for i in 0..into {
            values.extend((0..out).map(|o| weight.values[(o * into + i) * height * width + at]));
        }
    }
    let shape =
        if depthwise { vec![height, width, out, into] } else { vec![height, width, into, out] };
    NamedTensor { shape, values }
}
