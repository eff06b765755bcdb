//! The network's answer on top of the read-out's, batched over pictures.

use burn::tensor::{Device, Tensor, TensorData};

use super::augment::Labelled;
use crate::model::{CellLabels, Features, Matched, Network};

/// Several batches of pictures of one size, as one.
pub fn join(all: &[&Features]) -> Features {
    let level = |level: fn(&Features) -> &Tensor<4>| {
        Tensor::cat(all.iter().map(|features| level(features).clone()).collect(), 0)
    };
    Features {
        s2: level(|all| &all.s2),
        s4: level(|all| &all.s4),
        s8: level(|all| &all.s8),
        s16: level(|all| &all.s16),
        s32: level(|all| &all.s32),
    }
}

/// The network's logits for every picture of `query` by the examples of `support`, on top of the read-out's logits.
///
/// # Shapes
/// - `support`, `query`: what the shipped trunk sees, batches of pictures
/// - `labels`: by example the read-out's labels, of `side` pixels
/// - `readout` `[picture, channel, side / 2, side / 2]`, the background last where the task has one; it stays as it is
/// - returns the shape of `readout`
pub fn answer(
    network: &Network,
    support: &Features,
    labels: &[&CellLabels],
    query: &Features,
    readout: Tensor<4>,
    channels: usize,
) -> Tensor<4> {
    let [pictures, all, height, width] = readout.dims();
    let device = readout.device();
    let keys = network.matching.keys(&network.tokens.forward(support));
    let values = rasters(labels, channels, &device);
    let values = network.matching.values(&network.label_encoder.forward(values));
    let support: Vec<_> = (0..labels.len())
        .map(|i| Matched {
            keys: keys.clone().map(|keys| keys.narrow(0, i, 1).squeeze_dim(0)),
            values: values.clone().map(|values| values.narrow(0, i * channels, channels)),
        })
        .collect();
    let tokens = network.tokens.forward(query);
    let matched: Vec<_> = (0..pictures)
        .map(|i| network.matching.forward(&tokens.clone().narrow(0, i, 1), &support))
        .collect();
    let matched = std::array::from_fn(|level| {
        Tensor::cat(matched.iter().map(|levels| levels[level].clone()).collect(), 0)
    });
    // Every channel is a question of its own about the same picture.
    let asked = change(query, |map| {
        let [_, wide, height, width] = map.dims();
        let picture = |i| map.clone().narrow(0, i, 1).expand([channels, wide, height, width]);
        Tensor::cat((0..pictures).map(picture).collect(), 0)
    });
    let given = readout.clone().narrow(1, 0, channels);
    let given = given.reshape([pictures * channels, 1, height, width]);
    let logits = network.decoder.forward(&matched, &asked, given);
    let logits = logits.reshape([pictures, channels, height, width]);
    match all - channels {
        0 => logits,
        rest => Tensor::cat(vec![logits, readout.narrow(1, channels, rest)], 1),
    }
}

/// The label encoder's input `[example * channel, 1, side, side]`, a cell's label at each of its pixels.
fn rasters(labels: &[&CellLabels], channels: usize, device: &Device) -> Tensor<4> {
    let half = labels[0][0].len().isqrt();
    let mut values = Vec::with_capacity(labels.len() * channels * 4 * half * half);
    for row in labels.iter().flat_map(|label| &label[..channels]).flat_map(|c| c.chunks(half)) {
        for _ in 0..2 {
            values.extend(row.iter().flat_map(|&value| [value; 2]));
        }
    }
    let shape = [labels.len() * channels, 1, 2 * half, 2 * half];
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Pictures of one side as a batch `[picture, 3, side, side]`, those that belong together side by side.
pub fn batch<'a>(pictures: impl IntoIterator<Item = &'a Labelled>, device: &Device) -> Tensor<4> {
    let (mut rgb, mut count, mut side) = (Vec::new(), 0, 0);
    for picture in pictures {
        rgb.extend_from_slice(&picture.rgb);
        (count, side) = (count + 1, picture.side);
    }
    let planes = rgb.len() / (count * side * side);
    Tensor::from_data(TensorData::new(rgb, [count, planes, side, side]), device)
}

/// The same change of every map.
pub fn change(features: &Features, change: impl Fn(Tensor<4>) -> Tensor<4>) -> Features {
    let Features { s2, s4, s8, s16, s32 } = features.clone();
    let [s2, s4, s8, s16, s32] = [s2, s4, s8, s16, s32].map(change);
    Features { s2, s4, s8, s16, s32 }
}
