//! Weights in eight bits: whole numbers times one scale an output channel.
//!
//! Symmetric, rounded to the nearest; in a file the scales stand beside their tensor as `NAME.scale`, f16. They are multiplied
//! out when the file is read, so that nothing behind it knows.

use half::f16;

use super::NamedTensor;

/// What follows a tensor's name in the name of its scales.
pub const SCALE: &str = ".scale";

/// The largest magnitude; as it is the same on both sides, zero stays zero.
const MOST: f32 = 127.0;

/// The trunk's stem and stages 1 to 4: everything behind them sees their error, and the read-out sees it as it is. In eight bits
/// they cost 0.008 on edges and save 0.4 MB, depthwise convolutions included (docs/weights.md).
const EARLY: [&str; 9] = [
    "trunk.stem.",
    "trunk.blocks.0.",
    "trunk.blocks.1.",
    "trunk.blocks.2.",
    "trunk.blocks.3.",
    "trunk.blocks.4.",
    "trunk.blocks.5.",
    "trunk.blocks.6.",
    "trunk.blocks.7.",
];

/// Depthwise convolutions have 9 or 25 values a channel: little to save.
const DEPTHWISE: &str = ".depthwise.";

/// Whether a parameter is kept in eight bits: matrices and convolutions but for the few that are felt.
pub fn suits(name: &str, shape: &[usize]) -> bool {
    let felt = EARLY.iter().any(|early| name.starts_with(early)) || name.contains(DEPTHWISE);
    name.ends_with(".weight") && matches!(shape.len(), 2 | 4) && !felt
}

/// Whole numbers in the tensor's order, and the scales of the output channels.
pub fn quantised(tensor: &NamedTensor) -> (Vec<i8>, Vec<f16>) {
    let channel = channels(&tensor.shape);
    let mut most = vec![0.0f32; count(&tensor.shape)];
    for (i, value) in tensor.values.iter().enumerate() {
        let most = &mut most[channel(i)];
        *most = most.max(value.abs());
    }
    let scales: Vec<_> = most.into_iter().map(|most| f16::from_f32(most / MOST)).collect();
    let whole = |(i, value): (usize, &f32)| {
        let scale = scales[channel(i)].to_f32();
        if scale == 0.0 { 0 } else { (value / scale).round_ties_even().clamp(-MOST, MOST) as i8 }
    };
    (tensor.values.iter().enumerate().map(whole).collect(), scales)
}

/// The values of whole numbers; `None` unless there is one scale an output channel.
pub fn restored(shape: &[usize], whole: &[u8], scales: &[f32]) -> Option<Vec<f32>> {
    if shape.is_empty() || scales.len() != count(shape) {
        return None;
    }
    let channel = channels(shape);
    let value = |(i, &byte): (usize, &u8)| f32::from(byte.cast_signed()) * scales[channel(i)];
    Some(whole.iter().enumerate().map(value).collect())
}

/// Number of output channels: the last axis of a matrix `[in, out]`, the first of a convolution `[out, in, height, width]`.
fn count(shape: &[usize]) -> usize {
    if shape.len() == 2 { shape[1] } else { shape[0] }
}

/// The output channel of each value.
fn channels(shape: &[usize]) -> impl Fn(usize) -> usize {
    let (channels, matrix) = (count(shape), shape.len() == 2);
    let each = shape.iter().skip(1).product::<usize>().max(1);
    move |i| if matrix { i % channels } else { i / each }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_has_a_scale_a_column_and_a_convolution_one_a_filter() {
        let values = vec![127.0, 0.5, -63.4, 0.25];
        let of = |shape: &[usize]| {
            quantised(&NamedTensor { shape: shape.to_vec(), values: values.clone() })
        };
        let (whole, scales) = of(&[2, 2]);
        assert_eq!((whole, scales[0].to_f32()), (vec![127, 127, -63, 64], 1.0));
        let (whole, scales) = of(&[2, 1, 1, 2]);
        assert_eq!(scales[0].to_f32(), 1.0);
        assert_eq!(whole, [127, 0, -127, 1]);
    }

    #[test]
    fn a_channel_of_zeros_stays_zero() {
        let zeros = NamedTensor { shape: vec![3, 1], values: vec![0.0; 3] };
        let (whole, scales) = quantised(&zeros);
        assert_eq!((whole, scales[0].to_f32()), (vec![0; 3], 0.0));
    }

    #[test]
    fn scales_that_do_not_fit_are_none() {
        assert_eq!(restored(&[2, 1], &[1, 255], &[0.5]), Some(vec![0.5, -0.5]));
        assert_eq!(restored(&[2, 1], &[1, 255], &[0.5, 0.5]), None);
        assert_eq!(restored(&[], &[1], &[0.5]), None);
    }
}
