//! The encoder of labels.

use anolis_kernels::{Example, Padded, add_convolution, gelu, matching};
use burn::tensor::Tensor;

use super::layers::{Layer, Norm};
use super::{Values, Weights, tensor};
use crate::model::label_encoder::{LabelBlock, LabelEncoder, LabelTaps};

/// Tokens of labels `[batch, 1, height, width]` at four depths; `position` is that of each token, `[tokens, dim]`.
pub fn label_taps(
    encoder: &LabelEncoder,
    labels: &Tensor<4>,
    position: &Tensor<2>,
) -> Option<LabelTaps> {
    let [batch, _, height, width] = labels.dims();
    let [count, dim] = position.dims();
    let stem: Vec<_> = encoder.stem.iter().map(Weights::of).collect::<Option<_>>()?;
    let blocks: Vec<_> = encoder.blocks.iter().map(Block::of).collect::<Option<_>>()?;
    // Flattened, a table that was resized lies in order.
    let (labels, place) =
        (Values::of(labels.clone())?, Values::of(position.clone().reshape([count * dim]))?);
    let mut taps: [Vec<f32>; 4] = Default::default();
    for label in labels.chunks_exact(height * width) {
        let map = grid(&stem, label, [height, width]);
        let token = |i: usize| (0..dim).map(move |k| k * count + i);
        let tokens =
            (0..count).flat_map(token).zip(place.iter()).map(|(at, place)| map[at] + place);
        let mut tokens: Vec<f32> = tokens.collect();
        taps[0].extend(&tokens);
        for (block, tap) in blocks.iter().zip(&mut taps[1..]) {
            block.forward(&mut tokens);
            tap.extend(&tokens);
        }
    }
    let device = position.device();
    Some(taps.map(|tap| tensor(tap, [batch, count, dim], &device)))
}

/// A label at stride 16, `[dim, rows, columns]`.
fn grid(stem: &[Weights], label: &[f32], mut size: [usize; 2]) -> Vec<f32> {
    let mut map = label.to_vec();
    for (i, layer) in stem.iter().enumerate() {
        if i > 0 {
            gelu(&mut map);
        }
        let padded = Padded::new(&map, size);
        size = size.map(|side| side.div_ceil(2));
        map = vec![0.0; layer.bias.len() * size[0] * size[1]];
        add_convolution(&mut map, layer.as_slices(), &padded, 2);
    }
    map
}

struct Block {
    norm1: Norm,
    qkv: Layer,
    proj: Layer,
    norm2: Norm,
    fc1: Layer,
    fc2: Layer,
    heads: usize,
}

impl Block {
    fn of(block: &LabelBlock) -> Option<Self> {
        Some(Self {
            norm1: Norm::of(&block.norm1)?,
            qkv: Layer::of(&block.qkv)?,
            proj: Layer::of(&block.proj)?,
            norm2: Norm::of(&block.norm2)?,
            fc1: Layer::of(&block.fc1)?,
            fc2: Layer::of(&block.fc2)?,
            heads: block.heads,
        })
    }

    fn forward(&self, x: &mut [f32]) {
        let dim = self.proj.out();
        let qkv = self.qkv.forward(&self.norm1.forward(x));
        let part = |i: usize| -> Vec<f32> {
            qkv.chunks_exact(3 * dim).flat_map(|token| &token[i * dim..][..dim]).copied().collect()
        };
        let scale = ((dim / self.heads) as f32).sqrt().recip();
        let itself = Example { keys: &part(1), values: &part(2) };
        let seen = matching(&part(0), dim, &[itself], self.heads, scale);
        add(x, &self.proj.forward(&seen));
        let mut hidden = self.fc1.forward(&self.norm2.forward(x));
        gelu(&mut hidden);
        add(x, &self.fc2.forward(&hidden));
    }
}

fn add(to: &mut [f32], more: &[f32]) {
    to.iter_mut().zip(more).for_each(|(to, more)| *to += more);
}
