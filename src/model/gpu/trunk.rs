//! The trunk.

use burn::tensor::Tensor;

use super::convolution::{self, Convolution, Map, depthwise, pointwise};
use super::product::{Activation, PointWise};
use super::{FOUR, Values};
use crate::model::trunk::{InvertedResidual, NORMALISE, Trunk};

/// The maps after the blocks `taps` (rising) of pictures `[batch, 3, height, width]`.
pub fn features<const N: usize>(
    trunk: &Trunk,
    rgb: &Tensor<4>,
    taps: [usize; N],
) -> Option<[Tensor<4>; N]> {
    let [_, _, height, width] = rgb.dims();
    // Maps at stride 32 are the smallest whose pixels are taken by fours.
    if !(height / 32 * (width / 32)).is_multiple_of(FOUR) {
        return None;
    }
    let activation = convolution::Activation::Relu6;
    let stem = Convolution { scaled: NORMALISE, activation, ..Convolution::PLAIN };
    let rgb = Map { values: Values::of(rgb.clone())?, shape: rgb.dims() };
    let mut map = stem.compute(&trunk.stem, &rgb)?;
    let mut seen = Vec::with_capacity(N);
    for (i, block) in trunk.blocks[..=taps[N - 1]].iter().enumerate() {
        map = forward(block, &map)?;
        if taps.contains(&i) {
            seen.push(map.values.clone().into_tensor(map.shape));
        }
    }
    seen.try_into().ok()
}

fn forward(block: &InvertedResidual, input: &Map) -> Option<Map> {
    let expanded = match &block.expand {
        Some(expand) => Some(pointwise(&PointWise::of(expand)?, input, Activation::Relu6, None)?),
        None => None,
    };
    let filtered = depthwise(&block.depthwise, expanded.as_ref().unwrap_or(input))?;
    let skip = block.residual.then_some(&input.values);
    pointwise(&PointWise::of(&block.project)?, &filtered, Activation::None, skip)
}
