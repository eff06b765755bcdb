//! The image encoder: trunk and tokens, as `Network::encode` has them.

use anolis::model::NetworkConfig;
use anolis::weights::{NamedTensor, NamedTensors};

use super::graph::{Conv, Graph, Node};

/// Blocks of the trunk whose first convolution halves the sides.
const HALVING: [usize; 4] = [1, 3, 5, 11];
/// Blocks after which a feature is taken.
const TAPS: [usize; 5] = [0, 2, 4, 10, 15];

/// Outputs `s2 … s32` and `tokens`.
pub fn write(graph: &mut impl Graph, tensors: &NamedTensors, config: &NetworkConfig, side: usize) {
    let features = trunk(graph, tensors, side);
    for (level, feature) in features.iter().enumerate() {
        let stride = 2 << level;
        graph.output_map(&format!("s{stride}"), feature, config.features[level], side / stride);
    }
    let grid = side / 16;
    let [_, _, _, s16, s32] = config.features;
    let enlarged = graph.up2(&features[4], grid / 2);
    let maps = graph.rows(&[&features[3], &enlarged], grid, s16 + s32);
    let tokens = graph.linear(&maps, "tokens.linear");
    let tokens = graph.layer_norm(&tokens, "tokens.norm");
    graph.output_rows("tokens", &tokens, grid * grid, config.dim);
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

/// A parameter, which was found to be there when the weights were read.
pub fn tensor<'a>(tensors: &'a NamedTensors, name: &str) -> &'a NamedTensor {
    &tensors.0[name]
}
