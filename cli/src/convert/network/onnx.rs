//! The network as an ONNX model: weights in f16 as they are shipped, computed with in f32.

use std::collections::BTreeSet;

use anolis::weights::NamedTensors;
use half::f16;
use prost::Message;

use super::encoder::tensor;
use super::graph::{Conv, Graph, Node};
use super::proto::{
    Attribute, AttributeType, DataType, Dimension, GraphProto, Model, NodeProto, OperatorSet,
    Shape, Size, TensorProto, TensorType, TypeProto, ValueInfo,
};

/// The first one with GELU.
const OPSET: i64 = 20;
const IR_VERSION: i64 = 9;

/// Maps are `[batch, channel, height, width]`, rows `[batch, count, width]`.
pub struct Onnx<'a> {
    tensors: &'a NamedTensors,
    graph: GraphProto,
    /// Initialisers that are there.
    known: BTreeSet<String>,
}

impl<'a> Onnx<'a> {
    pub fn new(tensors: &'a NamedTensors) -> Self {
        let (graph, known) = (GraphProto::default(), BTreeSet::new());
        Self { tensors, graph, known }
    }

    pub fn finish(mut self, name: &str) -> Vec<u8> {
        name.clone_into(&mut self.graph.name);
        let model = Model {
            ir_version: IR_VERSION,
            producer_name: "anolis".into(),
            producer_version: env!("CARGO_PKG_VERSION").into(),
            graph: Some(self.graph),
            opset_import: vec![OperatorSet { domain: String::new(), version: OPSET }],
        };
        model.encode_to_vec()
    }

    /// A node with one result.
    pub fn node(&mut self, op: &str, inputs: &[&str], attributes: Vec<Attribute>) -> Node {
        self.nodes(op, inputs, attributes, 1).remove(0)
    }

    pub fn nodes(
        &mut self,
        op: &str,
        inputs: &[&str],
        attribute: Vec<Attribute>,
        outputs: usize,
    ) -> Vec<Node> {
        let name = format!("{op}_{}", self.graph.node.len());
        let output: Vec<_> = (0..outputs).map(|i| format!("{name}.{i}")).collect();
        self.graph.node.push(NodeProto {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: output.clone(),
            op_type: op.to_owned(),
            name,
            attribute,
        });
        output
    }

    pub fn input(&mut self, name: &str, sizes: &[Size]) -> Node {
        self.graph.input.push(value(name, sizes));
        name.to_owned()
    }

    pub fn output(&mut self, name: &str, node: &Node, sizes: &[Size]) {
        self.graph.node.push(NodeProto {
            input: vec![node.clone()],
            output: vec![name.to_owned()],
            name: format!("output.{name}"),
            op_type: "Identity".into(),
            attribute: Vec::new(),
        });
        self.graph.output.push(value(name, sizes));
    }

    /// A parameter as f32; engines compute the cast once, when they load.
    pub fn parameter(&mut self, name: &str) -> Node {
        let cast = format!("{name}:f32");
        if self.known.insert(name.to_owned()) {
            let found = tensor(self.tensors, name);
            let bytes = found.values.iter().flat_map(|&v| f16::from_f32(v).to_le_bytes()).collect();
            self.initializer(name, &found.shape, DataType::Float16, bytes);
            self.graph.node.push(NodeProto {
                input: vec![name.to_owned()],
                output: vec![cast.clone()],
                name: format!("cast.{name}"),
                op_type: "Cast".into(),
                attribute: vec![int("to", DataType::Float as i64)],
            });
        }
        cast
    }

    pub fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) -> Node {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(name, shape, DataType::Float, bytes)
    }

    /// A vector of whole numbers, named after what it holds.
    pub fn integers(&mut self, values: &[i64]) -> Node {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(&format!("{values:?}"), &[values.len()], DataType::Int64, bytes)
    }

    pub fn reshape(&mut self, x: &Node, shape: &[i64]) -> Node {
        let shape = self.integers(shape);
        self.node("Reshape", &[x, &shape], Vec::new())
    }

    pub fn transpose(&mut self, x: &Node, order: &[i64]) -> Node {
        self.node("Transpose", &[x], vec![ints("perm", order)])
    }

    /// A convolution padded by `before` and `after` on both axes.
    pub fn padded_conv(
        &mut self,
        map: &Node,
        name: &str,
        stride: usize,
        depthwise: bool,
        kernel: usize,
        [before, after]: [usize; 2],
    ) -> Node {
        let channels = tensor(self.tensors, &format!("{name}.weight")).shape[0];
        let attributes = vec![
            ints("kernel_shape", &[kernel as i64; 2]),
            ints("strides", &[stride as i64; 2]),
            ints("pads", &[before, before, after, after].map(|pad| pad as i64)),
            int("group", if depthwise { channels as i64 } else { 1 }),
        ];
        let [weight, bias] =
            ["weight", "bias"].map(|part| self.parameter(&format!("{name}.{part}")));
        self.node("Conv", &[map, &weight, &bias], attributes)
    }

    /// Rows `[batch, count, heads * width]` to `[batch, heads, count, width]`; `keys` also swaps the last two.
    pub fn heads(&mut self, rows: &Node, heads: usize, width: usize, keys: bool) -> Node {
        let apart = self.reshape(rows, &[0, 0, heads as i64, width as i64]);
        self.transpose(&apart, if keys { &[0, 2, 3, 1] } else { &[0, 2, 1, 3] })
    }

    /// `softmax(scale q k) v`, heads side by side again; `k` is transposed.
    pub fn attend(&mut self, [query, key, value]: [&Node; 3], width: usize, scale: f32) -> Node {
        let scale = self.floats(&format!("scale.{scale}"), &[], &[scale]);
        let query = self.node("Mul", &[query, &scale], Vec::new());
        let logits = self.node("MatMul", &[&query, key], Vec::new());
        let shares = self.node("Softmax", &[&logits], vec![int("axis", -1)]);
        let seen = self.node("MatMul", &[&shares, value], Vec::new());
        let seen = self.transpose(&seen, &[0, 2, 1, 3]);
        self.reshape(&seen, &[0, 0, width as i64])
    }

    pub fn gelu(&mut self, rows: &Node) -> Node {
        self.node("Gelu", &[rows], Vec::new())
    }

    /// Rows times a weight, without a bias.
    pub fn project(&mut self, rows: &Node, weight: &str) -> Node {
        let weight = self.parameter(weight);
        self.node("MatMul", &[rows, &weight], Vec::new())
    }

    fn constant(&mut self, name: &str, shape: &[usize], kind: DataType, bytes: Vec<u8>) -> Node {
        if self.known.insert(name.to_owned()) {
            self.initializer(name, shape, kind, bytes);
        }
        name.to_owned()
    }

    fn initializer(&mut self, name: &str, shape: &[usize], kind: DataType, raw_data: Vec<u8>) {
        self.graph.initializer.push(TensorProto {
            dims: shape.iter().map(|&size| size as i64).collect(),
            data_type: kind as i32,
            name: name.to_owned(),
            raw_data,
        });
    }
}

impl Graph for Onnx<'_> {
    fn picture(&mut self, side: usize) -> Node {
        let rgb = self.input("rgb", &sizes(&[1, 3, side, side]));
        let factor = self.floats("picture.factor", &[], &[255.0 / 128.0]);
        let offset = self.floats("picture.offset", &[], &[127.0 / 128.0]);
        let scaled = self.node("Mul", &[&rgb, &factor], Vec::new());
        self.node("Sub", &[&scaled, &offset], Vec::new())
    }

    fn conv(&mut self, map: &Node, name: &str, Conv { stride, depthwise, relu6 }: Conv) -> Node {
        let kernel = tensor(self.tensors, &format!("{name}.weight")).shape[2];
        let before = (kernel - stride) / 2;
        let pads = [before, kernel - stride - before];
        let map = self.padded_conv(map, name, stride, depthwise, kernel, pads);
        if !relu6 {
            return map;
        }
        let (low, high) = (self.floats("0", &[], &[0.0]), self.floats("6", &[], &[6.0]));
        self.node("Clip", &[&map, &low, &high], Vec::new())
    }

    fn add(&mut self, a: &Node, b: &Node) -> Node {
        self.node("Add", &[a, b], Vec::new())
    }

    fn up2(&mut self, map: &Node, _: usize) -> Node {
        let scales = self.floats("twice", &[4], &[1.0, 1.0, 2.0, 2.0]);
        let attributes =
            vec![text("mode", "linear"), text("coordinate_transformation_mode", "half_pixel")];
        self.node("Resize", &[map, "", &scales], attributes)
    }

    fn rows(&mut self, maps: &[&Node], side: usize, channels: usize) -> Node {
        let maps: Vec<_> = maps.iter().map(|map| map.as_str()).collect();
        let all = self.node("Concat", &maps, vec![int("axis", 1)]);
        let flat = self.reshape(&all, &[0, channels as i64, (side * side) as i64]);
        self.transpose(&flat, &[0, 2, 1])
    }

    fn linear(&mut self, rows: &Node, name: &str) -> Node {
        let bias = self.parameter(&format!("{name}.bias"));
        let product = self.project(rows, &format!("{name}.weight"));
        self.add(&product, &bias)
    }

    fn layer_norm(&mut self, rows: &Node, name: &str) -> Node {
        let [gamma, beta] = ["gamma", "beta"].map(|part| self.parameter(&format!("{name}.{part}")));
        let attributes = vec![int("axis", -1), float("epsilon", 1e-5)];
        self.node("LayerNormalization", &[rows, &gamma, &beta], attributes)
    }

    fn output_map(&mut self, name: &str, map: &Node, channels: usize, side: usize) {
        self.output(name, map, &sizes(&[1, channels, side, side]));
    }

    fn output_rows(&mut self, name: &str, rows: &Node, count: usize, width: usize) {
        self.output(name, rows, &sizes(&[1, count, width]));
    }
}

pub fn sizes(sizes: &[usize]) -> Vec<Size> {
    sizes.iter().map(|&size| Size::Value(size as i64)).collect()
}

fn value(name: &str, sizes: &[Size]) -> ValueInfo {
    let dim = sizes.iter().map(|size| Dimension { value: Some(size.clone()) }).collect();
    let tensor = TensorType { elem_type: DataType::Float as i32, shape: Some(Shape { dim }) };
    ValueInfo { name: name.to_owned(), r#type: Some(TypeProto { tensor_type: Some(tensor) }) }
}

pub fn int(name: &str, value: i64) -> Attribute {
    Attribute { i: Some(value), ..attribute(name, AttributeType::Int) }
}

pub fn ints(name: &str, values: &[i64]) -> Attribute {
    Attribute { ints: values.to_vec(), ..attribute(name, AttributeType::Ints) }
}

fn float(name: &str, value: f32) -> Attribute {
    Attribute { f: Some(value), ..attribute(name, AttributeType::Float) }
}

fn text(name: &str, value: &str) -> Attribute {
    Attribute { s: Some(value.as_bytes().to_vec()), ..attribute(name, AttributeType::String) }
}

fn attribute(name: &str, kind: AttributeType) -> Attribute {
    Attribute { name: name.to_owned(), r#type: kind as i32, ..Attribute::default() }
}
