//! What a network is written into, node by node.

/// The name of a node's result: a map (channels on a grid) or tokens (rows of numbers).
pub type Node = String;

/// A convolution with TensorFlow's SAME padding.
#[derive(Clone, Copy, Debug)]
pub struct Conv {
    pub stride: usize,
    /// Each channel on its own.
    pub depthwise: bool,
    /// Whether the result is clamped to 0 to 6.
    pub relu6: bool,
}

/// Operations of the image encoder. How maps and tokens lie in memory is up to the format; parameters are named as in
/// docs/network.md.
pub trait Graph {
    /// The input `rgb`, values from 0 to 1, as the trunk's first layer takes it.
    fn picture(&mut self, side: usize) -> Node;
    /// `name.weight` and `name.bias`.
    fn conv(&mut self, map: &Node, name: &str, conv: Conv) -> Node;
    fn add(&mut self, a: &Node, b: &Node) -> Node;
    /// A map of `side x side` at twice its size.
    fn up2(&mut self, map: &Node, side: usize) -> Node;
    /// The channels of maps of one size side by side, a row a place.
    fn rows(&mut self, maps: &[&Node], side: usize, channels: usize) -> Node;
    /// Rows times `name.weight`, plus `name.bias`.
    fn linear(&mut self, rows: &Node, name: &str) -> Node;
    /// `name.gamma` and `name.beta`.
    fn layer_norm(&mut self, rows: &Node, name: &str) -> Node;
    /// Gives a result its name; `channels` on `side x side`.
    fn output_map(&mut self, name: &str, map: &Node, channels: usize, side: usize);
    fn output_rows(&mut self, name: &str, rows: &Node, count: usize, width: usize);
}
