//! The trunk.

use burn::tensor::{DType, Tensor};

use super::convolution::{Activation, Convolution, Map, depthwise, expand, pointwise};
use super::product::PointWise;
use super::{FOUR, Values};
use crate::model::trunk::{InvertedResidual, NORMALISE, Trunk};

/// The maps after the blocks `taps` (rising) of pictures `[batch, 3, height, width]`.
pub fn features<const N: usize>(
    trunk: &Trunk,
    rgb: &Tensor<4>,
    taps: [usize; N],
) -> Option<[Tensor<4>; N]> {
    features_by(trunk, rgb, taps, Values::of(rgb.clone())?.narrow())
}

/// The same by blocks that are of `within` inside: what they expand to is most of what a picture makes the device read and
/// write, and lies between 0 and 6.
pub(super) fn features_by<const N: usize>(
    trunk: &Trunk,
    rgb: &Tensor<4>,
    taps: [usize; N],
    within: DType,
) -> Option<[Tensor<4>; N]> {
    let [_, _, height, width] = rgb.dims();
    // Maps at stride 32 are the smallest whose pixels are taken by fours.
    if !(height / 32 * (width / 32)).is_multiple_of(FOUR) {
        return None;
    }
    let activation = Activation::Relu6;
    let stem = Convolution { scaled: NORMALISE, activation, ..Convolution::PLAIN };
    let rgb = Map { values: Values::of(rgb.clone())?, shape: rgb.dims() };
    let mut map = stem.compute(&trunk.stem, &rgb)?;
    let mut seen = Vec::with_capacity(N);
    for (i, block) in trunk.blocks[..=taps[N - 1]].iter().enumerate() {
        map = forward(block, &map, within)?;
        if taps.contains(&i) {
            seen.push(map.values.clone().into_tensor(map.shape));
        }
    }
    seen.try_into().ok()
}

fn forward(block: &InvertedResidual, input: &Map, within: DType) -> Option<Map> {
    let expanded = match &block.expand {
        Some(filter) => Some(expand(&PointWise::of(filter)?, input, within)?),
        None => None,
    };
    let filtered = depthwise(&block.depthwise, expanded.as_ref().unwrap_or(input), within)?;
    let skip = block.residual.then_some(&input.values);
    pointwise(&PointWise::of(&block.project)?, &filtered, skip)
}
