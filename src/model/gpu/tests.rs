//! What the shaders compute is what Burn's operators compute, which a gradient still goes through.

use std::sync::LazyLock;

use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor, read_sync};

use super::trunk::features_by;
use super::*;
use crate::gpu::Gpu;
use crate::model::{Encoding, Features, Network, NetworkConfig};

/// A process has one.
static GPU: LazyLock<Device> = LazyLock::new(|| read_sync(Gpu::open()).unwrap().burn);

fn random<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    Tensor::random(shape, Distribution::Uniform(0.0, 1.0), &*GPU)
}

/// The largest, of the largest value.
fn difference<const D: usize>(found: Tensor<D>, expected: Tensor<D>) -> f32 {
    let expected = expected.inner();
    let size = expected.clone().abs().max().into_scalar::<f32>();
    (found - expected).abs().max().into_scalar::<f32>() / size
}

#[track_caller]
fn assert_alike<const D: usize>(found: Tensor<D>, expected: Tensor<D>) {
    let difference = difference(found, expected);
    assert!(difference < 1e-3, "{difference}");
}

/// Two networks of the same parameters; the second one's tensors have gradients.
fn networks() -> [Network; 2] {
    let network = Network::new(&NetworkConfig::xs(), &GPU);
    let learning = network.clone().train();
    [network, learning]
}

fn with_gradients(features: &Features) -> Features {
    let Features { s2, s4, s8, s16, s32 } = features.clone();
    let [s2, s4, s8, s16, s32] = [s2, s4, s8, s16, s32].map(Tensor::from_inner);
    Features { s2, s4, s8, s16, s32 }
}

#[test]
fn the_trunk_is_the_same_for_batches_and_oblong_pictures() {
    let [network, learning] = networks();
    for (batch, height, width) in [(1, 256, 256), (2, 64, 128), (1, 128, 192)] {
        let rgb = random([batch, 3, height, width]);
        let taps = [0, 2, 4, 10, 15];
        let full = features_by(&network.trunk, &rgb, taps, DType::F32).expect("a known shape");
        let Features { s2, s4, s8, s16, s32 } =
            learning.trunk.forward(Tensor::from_inner(rgb.clone()));
        let expected = [s2, s4, s8, s16, s32];
        for (found, expected) in full.into_iter().zip(expected.clone()) {
            assert_alike(found, expected);
        }
        let narrow = Values::of(rgb.clone()).unwrap().narrow();
        if narrow == DType::F32 {
            eprintln!("SKIPPED f16: the device has no shader-f16");
            continue;
        }
        let half = features_by(&network.trunk, &rgb, taps, narrow).expect("a known shape");
        for (found, expected) in half.into_iter().zip(expected) {
            let difference = difference(found, expected);
            // Eleven bits are alike, and not the same.
            assert!(difference > 1e-5 && difference < 1e-3, "{difference}");
        }
    }
}

#[test]
fn maps_of_other_sides_are_left_to_the_operators() {
    let [network, _] = networks();
    assert!(features(&network.trunk, &random([1, 3, 160, 160]), [0, 2]).is_none());
}

#[test]
fn tokens_are_the_same() {
    let [network, learning] = networks();
    let seen = network.trunk.forward(random([1, 3, 128, 64]));
    let found = super::tokens(&network.tokens, &seen).expect("a known shape");
    assert_alike(found, learning.tokens.forward(&with_gradients(&seen)));
}

#[test]
fn a_prediction_of_several_channels_by_several_examples_is_the_same() {
    let [network, learning] = networks();
    let side = 128;
    let encodings = [(); 3].map(|()| network.encode(random([1, 3, side, side])));
    let labels = [(); 2].map(|()| random([3, 1, side, side]));
    let readout = random([3, 1, side / 2, side / 2]);
    let support: Vec<_> = encodings[1..]
        .iter()
        .zip(labels.clone())
        .map(|(encoding, labels)| network.support(encoding, labels))
        .collect();
    let found = network.predict(&encodings[0], &support, readout.clone());

    let [query, examples @ ..] = encodings.map(|Encoding { features, tokens }| Encoding {
        features: with_gradients(&features),
        tokens: Tensor::from_inner(tokens),
    });
    let support: Vec<_> = examples
        .iter()
        .zip(labels)
        .map(|(encoding, labels)| learning.support(encoding, Tensor::from_inner(labels)))
        .collect();
    let expected = learning.predict(&query, &support, Tensor::from_inner(readout));
    assert_alike(found, expected);
}

#[test]
fn maps_are_enlarged_and_pooled_alike() {
    let map = random([2, 3, 6, 8]);
    let with_gradient = Tensor::from_inner(map.clone());
    assert_alike(up2(&map).unwrap(), crate::model::resize::up2(with_gradient.clone()));
    assert_alike(pool(&map, 2).unwrap(), crate::model::resize::pool(with_gradient, 2));
}
