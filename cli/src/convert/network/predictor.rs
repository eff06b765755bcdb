//! What follows the image encoder: label encoder, matching and decoder, as `Network::support` and `Network::predict` have them.

use anolis::model::NetworkConfig;

use super::graph::{Graph, Node};
use super::onnx::{Onnx, int, ints, sizes};
use super::proto::Size;

/// Of the matching.
const LEVELS: usize = 4;

/// Inputs `tokens` of an example and `label` `[channels, 1, side, side]`; outputs `keys.0 … 3` and `values.0 … 3`.
pub fn write_support(graph: &mut Onnx, config: &NetworkConfig, side: usize) {
    let (count, width) = ((side / 16).pow(2), config.label_dim);
    let tokens = tokens(graph, config, side);
    let label = graph.input("label", &[named("channels"), size(1), size(side), size(side)]);
    for level in 0..LEVELS {
        let keys = project(graph, &tokens, level, "key");
        graph.output(&format!("keys.{level}"), &keys, &sizes(&[1, count, width]));
    }
    for (level, tokens) in label_encoder(graph, config, &label, side / 16).iter().enumerate() {
        let values = graph.project(tokens, &format!("matching.levels.{level}.value.weight"));
        let sizes = [named("channels"), size(count), size(width)];
        graph.output(&format!("values.{level}"), &values, &sizes);
    }
}

/// Inputs `tokens`, `s2`, `s4`, `s8` of the picture, `keys.0 … 3` `[1, support, label_dim]` and `values.0 … 3`
/// `[channels, support, label_dim]` of all examples, and the read-out's logits `readout` `[channels, 1, side / 2, side / 2]`;
/// output `logits`, as large.
pub fn write(graph: &mut Onnx, config: &NetworkConfig, side: usize) {
    let tokens = tokens(graph, config, side);
    let width = config.label_dim;
    let shape = |first| [first, named("support"), size(width)];
    let mut levels = Vec::new();
    for level in 0..LEVELS {
        let keys = graph.input(&format!("keys.{level}"), &shape(size(1)));
        let values = graph.input(&format!("values.{level}"), &shape(named("channels")));
        levels.push(matching(graph, config, &tokens, [&keys, &values], level));
    }
    let [s8, s4, s2] = [(8, 2), (4, 1), (2, 0)].map(|(stride, feature)| {
        let sizes = sizes(&[1, config.features[feature], side / stride, side / stride]);
        graph.input(&format!("s{stride}"), &sizes)
    });
    let shape = [named("channels"), size(1), size(side / 2), size(side / 2)];
    let readout = graph.input("readout", &shape);
    let logits = decoder(graph, config, &levels, [&s8, &s4, &s2], &readout, side / 16);
    graph.output("logits", &logits, &shape);
}

fn tokens(graph: &mut Onnx, config: &NetworkConfig, side: usize) -> Node {
    graph.input("tokens", &sizes(&[1, (side / 16).pow(2), config.dim]))
}

fn label_encoder(graph: &mut Onnx, config: &NetworkConfig, label: &Node, grid: usize) -> Vec<Node> {
    let (width, heads) = (config.label_dim, config.label_heads);
    let mut x = label.clone();
    for layer in 0..4 {
        x = graph.padded_conv(&x, &format!("label_encoder.stem.{layer}"), 2, false, 3, [1, 1]);
        if layer < 3 {
            x = graph.gelu(&x);
        }
    }
    let x = graph.reshape(&x, &[0, width as i64, (grid * grid) as i64]);
    let x = graph.transpose(&x, &[0, 2, 1]);
    let position = graph.parameter("label_encoder.position");
    let mut taps = vec![graph.add(&x, &position)];
    for block in 0..3 {
        let name = format!("label_encoder.blocks.{block}");
        let x = taps[block].clone();
        let normed = norm(graph, &x, &format!("{name}.norm1"));
        let qkv = graph.linear(&normed, &format!("{name}.qkv"));
        let parts = graph.nodes("Split", &[&qkv], vec![int("axis", 2), int("num_outputs", 3)], 3);
        let size = width / heads;
        let query = graph.heads(&parts[0], heads, size, false);
        let key = graph.heads(&parts[1], heads, size, true);
        let value = graph.heads(&parts[2], heads, size, false);
        let seen = graph.attend([&query, &key, &value], width, (size as f32).sqrt().recip());
        let seen = graph.linear(&seen, &format!("{name}.proj"));
        let x = graph.add(&x, &seen);
        let normed = norm(graph, &x, &format!("{name}.norm2"));
        let hidden = graph.linear(&normed, &format!("{name}.fc1"));
        let hidden = graph.gelu(&hidden);
        let hidden = graph.linear(&hidden, &format!("{name}.fc2"));
        taps.push(graph.add(&x, &hidden));
    }
    taps
}

/// One level: `[channels, count, label_dim]`. All channels share the attention.
fn matching(
    graph: &mut Onnx,
    config: &NetworkConfig,
    tokens: &Node,
    [keys, values]: [&Node; 2],
    level: usize,
) -> Node {
    let (width, heads) = (config.label_dim, config.match_heads);
    let query = project(graph, tokens, level, "query");
    let query = graph.heads(&query, heads, width / heads, false);
    let key = graph.heads(keys, heads, width / heads, true);
    let value = graph.heads(values, heads, width / heads, false);
    // By the full width, not by the head's.
    let seen = graph.attend([&query, &key, &value], width, (width as f32).sqrt().recip());
    let seen = norm(graph, &seen, &format!("matching.levels.{level}.out_norm"));
    let more = graph.project(&seen, &format!("matching.levels.{level}.output.weight"));
    let more = graph.gelu(&more);
    graph.add(&seen, &more)
}

/// Tokens normalised and projected for queries or keys.
fn project(graph: &mut Onnx, tokens: &Node, level: usize, part: &str) -> Node {
    let normed = norm(graph, tokens, &format!("matching.levels.{level}.norm"));
    graph.project(&normed, &format!("matching.levels.{level}.{part}.weight"))
}

fn decoder(
    graph: &mut Onnx,
    config: &NetworkConfig,
    levels: &[Node],
    details: [&Node; 3],
    readout: &Node,
    grid: usize,
) -> Node {
    let levels: Vec<_> = levels.iter().map(String::as_str).collect();
    let all = graph.node("Concat", &levels, vec![int("axis", 2)]);
    let all = graph.transpose(&all, &[0, 2, 1]);
    let wide = (4 * config.label_dim) as i64;
    let all = graph.reshape(&all, &[0, wide, grid as i64, grid as i64]);
    let merged = conv(graph, &all, "merge", 1);
    let hint = pool(graph, readout, 8);
    let hint = conv(graph, &hint, "readout.0", 3);
    let x = graph.add(&merged, &hint);
    let mut x = residual(graph, &x, 0);
    for (n, (feature, cell)) in details.into_iter().zip([4, 2, 1]).enumerate() {
        let shrunk = conv(graph, &x, &format!("shrink.{n}"), 1);
        let grown = graph.up2(&shrunk, 0);
        let hint = pool(graph, readout, cell);
        let hint = conv(graph, &hint, &format!("readout.{}", n + 1), 3);
        let detail = conv(graph, feature, &format!("detail.{n}"), 1);
        let sum = graph.add(&grown, &hint);
        let sum = graph.add(&sum, &detail);
        x = residual(graph, &sum, n + 1);
    }
    let x = relu(graph, &x);
    let x = conv(graph, &x, "head", 3);
    let x = relu(graph, &x);
    let change = conv(graph, &x, "last", 1);
    graph.add(readout, &change)
}

fn residual(graph: &mut Onnx, x: &Node, unit: usize) -> Node {
    let mut y = x.clone();
    for part in ["first", "second"] {
        y = relu(graph, &y);
        y = conv(graph, &y, &format!("rcu.{unit}.{part}"), 3);
    }
    graph.add(x, &y)
}

fn conv(graph: &mut Onnx, x: &Node, name: &str, kernel: usize) -> Node {
    graph.padded_conv(x, &format!("decoder.{name}"), 1, false, kernel, [kernel / 2; 2])
}

fn relu(graph: &mut Onnx, x: &Node) -> Node {
    graph.node("Relu", &[x], Vec::new())
}

fn pool(graph: &mut Onnx, x: &Node, cell: i64) -> Node {
    if cell == 1 {
        return x.clone();
    }
    let attributes = vec![ints("kernel_shape", &[cell; 2]), ints("strides", &[cell; 2])];
    graph.node("AveragePool", &[x], attributes)
}

fn norm(graph: &mut Onnx, x: &Node, name: &str) -> Node {
    graph.layer_norm(x, name)
}

fn size(size: usize) -> Size {
    Size::Value(size as i64)
}

fn named(name: &str) -> Size {
    Size::Named(name.to_owned())
}
