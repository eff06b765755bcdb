//! The image encoder: trunk, body and re-weighting, as `Network::encode` has them.

use anolis::model::NetworkConfig;
use anolis::weights::{NamedTensor, NamedTensors};

use super::graph::{Bias, Conv, Graph, Node, Parameter};

/// Blocks of the trunk whose first convolution halves the sides.
const HALVING: [usize; 4] = [1, 3, 5, 11];
/// Blocks after which a feature is taken.
const TAPS: [usize; 5] = [0, 2, 4, 10, 15];
/// Temperature of the level re-weighting.
const TEMPERATURE: f32 = 0.05;

/// Outputs `s2 … s32` and `taps.0 … 3`.
pub fn write(graph: &mut impl Graph, tensors: &NamedTensors, config: &NetworkConfig, side: usize) {
    let features = trunk(graph, tensors, side);
    for (level, feature) in features.iter().enumerate() {
        let stride = 2 << level;
        graph.output_map(&format!("s{stride}"), feature, config.features[level], side / stride);
    }
    let (count, dim) = ((side / 16).pow(2), config.dim);
    let taps = body(graph, tensors, config, &features, side / 16);
    let normed = taps.map(|tap| graph.layer_norm(&tap, "matching.layernorm"));
    let mixed = graph.mix(&normed, count, dim, mixing(tensor(tensors, "matching.alpha")));
    for (level, tap) in mixed.iter().enumerate() {
        graph.output_rows(&format!("taps.{level}"), tap, count, dim);
    }
}

fn trunk(graph: &mut impl Graph, tensors: &NamedTensors, side: usize) -> Vec<Node> {
    let picture = graph.picture(side);
    let plain = Conv { stride: 1, depthwise: false, relu6: false };
    let stem = Conv { stride: 2, relu6: true, ..plain };
    let mut x = graph.conv(&picture, "trunk.stem", stem);
    let mut channels = tensor(tensors, "trunk.stem.weight").shape[0];
    let mut features = Vec::new();
    for block in 0..=TAPS[4] {
        let name = format!("trunk.blocks.{block}");
        let expand = format!("{name}.expand");
        let wide = match tensors.0.contains_key(&format!("{expand}.weight")) {
            true => graph.conv(&x, &expand, Conv { relu6: true, ..plain }),
            false => x.clone(),
        };
        let stride = if HALVING.contains(&block) { 2 } else { 1 };
        let depthwise = Conv { stride, depthwise: true, relu6: true };
        let filtered = graph.conv(&wide, &format!("{name}.depthwise"), depthwise);
        let out = graph.conv(&filtered, &format!("{name}.project"), plain);
        let before = channels;
        channels = tensor(tensors, &format!("{name}.project.weight")).shape[0];
        x = if stride == 1 && before == channels { graph.add(&out, &x) } else { out };
        if TAPS.contains(&block) {
            features.push(x.clone());
        }
    }
    features
}

/// The four taps of one picture of `grid x grid` tokens.
fn body(
    graph: &mut impl Graph,
    tensors: &NamedTensors,
    config: &NetworkConfig,
    features: &[Node],
    grid: usize,
) -> [Node; 4] {
    let count = grid * grid;
    let enlarged = graph.up2(&features[4], grid / 2);
    let maps =
        graph.rows(&[&features[3], &enlarged], grid, config.features[3] + config.features[4]);
    let tokens = graph.linear(&maps, "body.tokens.weight", Parameter::Named("body.tokens.bias"));
    let mut x = graph.prepend("body.cls", &tokens);
    let mut taps = vec![tokens];
    for block in 0..config.depth {
        let name = format!("body.blocks.{block}");
        let bias = position_bias(tensors, &name, config, grid);
        let normed = graph.layer_norm(&x, &format!("{name}.norm1"));
        let values = [
            tensor(tensors, &format!("{name}.q_bias")).values.clone(),
            vec![0.0; config.dim],
            tensor(tensors, &format!("{name}.v_bias")).values.clone(),
        ];
        let qkv_bias = format!("{name}.qkv.bias");
        let made = Parameter::Made { name: &qkv_bias, values: values.concat() };
        let qkv = graph.linear(&normed, &format!("{name}.qkv.weight"), made);
        let position = format!("{name}.position");
        let seen = graph.attention(&qkv, 1 + count, config.dim, config.heads, &position, &bias);
        let seen = linear(graph, &seen, &format!("{name}.proj"));
        let seen = graph.scale(&seen, &format!("{name}.gamma1"));
        x = graph.add(&x, &seen);
        let normed = graph.layer_norm(&x, &format!("{name}.norm2"));
        let hidden = linear(graph, &normed, &format!("{name}.fc1"));
        let hidden = graph.gelu(&hidden);
        let hidden = linear(graph, &hidden, &format!("{name}.fc2"));
        let hidden = graph.scale(&hidden, &format!("{name}.gamma2"));
        x = graph.add(&x, &hidden);
        if (1..4).any(|level| config.tap(level) == block + 1) {
            taps.push(graph.without_first(&x, count, config.dim));
        }
    }
    taps.try_into().expect("four taps")
}

fn linear(graph: &mut impl Graph, rows: &Node, name: &str) -> Node {
    graph.linear(rows, &format!("{name}.weight"), Parameter::Named(&format!("{name}.bias")))
}

/// The relative position bias between the tokens of one picture, `[cls, tokens]`.
fn position_bias(tensors: &NamedTensors, block: &str, config: &NetworkConfig, grid: usize) -> Bias {
    let relative = tensor(tensors, &format!("{block}.relative_bias"));
    let cls = tensor(tensors, &format!("{block}.cls_bias"));
    let span = 2 * grid - 1;
    let (places, images) = (span * span, relative.shape[1]);
    let mut table = Vec::with_capacity(config.heads * (places + 3));
    for head in 0..config.heads {
        // The middle of the pictures' axis: query and key are of one picture.
        let within = (head * images + images / 2) * places;
        table.extend(&relative.values[within..within + places]);
        table.extend(&cls.values[3 * head..3 * head + 3]);
    }
    let count = grid * grid;
    let mut index = Vec::with_capacity((1 + count).pow(2));
    for query in 0..=count {
        for key in 0..=count {
            let entry = match (query, key) {
                (0, 0) => places + 2,
                (0, _) => places,
                (_, 0) => places + 1,
                _ => {
                    let [(y, x), (y2, x2)] =
                        [query, key].map(|row| ((row - 1) / grid, (row - 1) % grid));
                    (y + grid - 1 - y2) * span + x + grid - 1 - x2
                }
            };
            index.push(entry as i32);
        }
    }
    Bias { table, index }
}

/// `softmax(alpha / 0.05)` along the last axis.
fn mixing(alpha: &NamedTensor) -> [f32; 16] {
    let mut weights = [0.0; 16];
    for (row, alpha) in weights.chunks_exact_mut(4).zip(alpha.values.chunks_exact(4)) {
        let top = alpha.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        row.iter_mut().zip(alpha).for_each(|(w, a)| *w = ((a - top) / TEMPERATURE).exp());
        let sum: f32 = row.iter().sum();
        row.iter_mut().for_each(|w| *w /= sum);
    }
    weights
}

/// A parameter, which was found to be there when the weights were read.
pub fn tensor<'a>(tensors: &'a NamedTensors, name: &str) -> &'a NamedTensor {
    &tensors.0[name]
}
