//! Resizing of maps.

use burn::tensor::Tensor;

use super::convolution::Map;
use super::{Shader, Values, shader};

const UPSAMPLE: Shader = shader!("upsample", [64, 1, 1]);
const POOL: Shader = shader!("pool", [64, 1, 1]);

/// Maps `[batch, channel, height, width]` of twice the height and width.
pub fn up2(map: &Tensor<4>) -> Option<Tensor<4>> {
    let map = Map { values: Values::of(map.clone())?, shape: map.dims() };
    let out = upsampled(&map, None);
    Some(out.values.into_tensor(out.shape))
}

/// The same, plus `skip`, which all of the batch share.
pub fn upsampled(map: &Map, skip: Option<&Values>) -> Map {
    let [batch, channels, height, width] = map.shape;
    let out = map.values.room(4 * batch * channels * height * width);
    upsample(map, skip, &out);
    Map { values: out, shape: [batch, channels, 2 * height, 2 * width] }
}

/// The same to a place that there is room at.
pub fn upsample(map: &Map, skip: Option<&Values>, out: &Values) {
    let [batch, channels, height, width] = map.shape;
    let planes = batch * channels;
    let size = [width, height, planes, channels, usize::from(skip.is_some())];
    // What does not count is bound all the same.
    let bindings = [&map.values, skip.unwrap_or(&map.values), out];
    let invocations = planes * height * width;
    UPSAMPLE.launch([invocations, 1, 1], &bindings, &size.map(|length| length as u32));
}

/// The mean over `cell x cell` squares of maps `[batch, channel, height, width]`.
pub fn pool(map: &Tensor<4>, cell: usize) -> Option<Tensor<4>> {
    let [batch, channels, height, width] = map.dims();
    let [rows, columns] = [height, width].map(|length| length / cell);
    if [rows * cell, columns * cell] != [height, width] {
        return None;
    }
    let values = Values::of(map.clone())?;
    let planes = batch * channels;
    let out = values.room(planes * rows * columns);
    let size = [columns, rows, planes, cell].map(|length| length as u32);
    POOL.launch([planes * rows * columns, 1, 1], &[&values, &out], &size);
    Some(out.into_tensor([batch, channels, rows, columns]))
}
