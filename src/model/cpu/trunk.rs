//! The trunk.

use std::mem;

use anolis_kernels::stem;
use burn::tensor::Tensor;

use super::{Values, Weights, tensor};
use crate::model::trunk::{InvertedResidual, NORMALISE, Trunk};

/// The maps after the blocks `taps` (rising) of pictures `[batch, 3, height, width]`.
pub fn features<const N: usize>(
    trunk: &Trunk,
    rgb: &Tensor<4>,
    taps: [usize; N],
) -> Option<[Tensor<4>; N]> {
    let [batch, channels, height, width] = rgb.dims();
    let pictures = Values::of(rgb.clone())?;
    let first = Weights::of(&trunk.stem)?;
    let blocks: Option<Vec<_>> = trunk.blocks[..=taps[N - 1]].iter().map(Block::of).collect();
    let blocks = blocks?;
    let mut seen: [(Vec<f32>, [usize; 2]); N] = std::array::from_fn(|_| (Vec::new(), [0; 2]));
    for picture in pictures.chunks_exact(channels * height * width) {
        let mut map = stem(first.as_slices(), picture, [height, width], NORMALISE);
        let mut size = [height / 2, width / 2];
        let mut tap = 0;
        for (i, block) in blocks.iter().enumerate() {
            let next = block.forward(&map, size);
            let before = mem::replace(&mut map, next);
            if i > 0 && taps.contains(&(i - 1)) {
                keep(&mut seen[tap], before, size);
                tap += 1;
            }
            size = size.map(|side| side / block.stride);
        }
        keep(&mut seen[tap], map, size);
    }
    let device = rgb.device();
    Some(seen.map(|(values, [height, width])| {
        let channels = values.len() / (batch * height * width);
        tensor(values, [batch, channels, height, width], &device)
    }))
}

/// After those of the pictures before.
fn keep(seen: &mut (Vec<f32>, [usize; 2]), map: Vec<f32>, size: [usize; 2]) {
    seen.1 = size;
    if seen.0.is_empty() {
        seen.0 = map;
    } else {
        seen.0.extend(map);
    }
}

struct Block {
    expand: Option<Weights>,
    depthwise: Weights,
    project: Weights,
    kernel: usize,
    stride: usize,
    residual: bool,
}

impl Block {
    fn of(block: &InvertedResidual) -> Option<Self> {
        let expand = match &block.expand {
            Some(expand) => Some(Weights::of(expand)?),
            None => None,
        };
        Some(Self {
            expand,
            depthwise: Weights::of(&block.depthwise)?,
            project: Weights::of(&block.project)?,
            kernel: block.depthwise.kernel_size[0],
            stride: block.depthwise.stride[0],
            residual: block.residual,
        })
    }

    fn forward(&self, map: &[f32], size: [usize; 2]) -> Vec<f32> {
        let block = anolis_kernels::InvertedResidual {
            expand: self.expand.as_ref().map(Weights::as_slices),
            depthwise: self.depthwise.as_slices(),
            project: self.project.as_slices(),
            kernel: self.kernel,
            stride: self.stride,
            residual: self.residual,
        };
        block.forward(map, size)
    }
}
