//! What the CPU computes by its own kernels is what Burn's operators compute, which a gradient still goes through.

use anolis::model::{Network, NetworkConfig};
use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor};

/// Largest difference, relative to the largest value expected.
fn difference<const D: usize>(found: Tensor<D>, expected: Tensor<D>) -> f32 {
    let size = expected.clone().abs().max().into_scalar::<f32>();
    (found - expected).abs().max().into_scalar::<f32>() / size
}

#[test]
fn an_encoding_is_the_same_by_kernels_and_by_operators() {
    let device = Device::flex();
    let network = Network::new(&NetworkConfig::xs(), &device);
    let learning = network.clone().train();
    for (batch, pictures, height, width) in
        [(1, 1, 256, 256), (2, 1, 96, 160), (1, 2, 64, 32), (3, 1, 32, 224)]
    {
        let shape = [batch, 3 * pictures, height, width];
        let rgb = Tensor::<4>::random(shape, Distribution::Uniform(0.0, 1.0), &device);
        let bias = network.body.bias([height / 16, width / 16], pictures);
        let found = network.encode(rgb.clone(), &bias);

        let bias = learning.body.bias([height / 16, width / 16], pictures);
        let expected = learning.encode(Tensor::from_inner(rgb), &bias);
        let (f, e) = (found.features, expected.features);
        let maps = [(f.s2, e.s2), (f.s4, e.s4), (f.s8, e.s8), (f.s16, e.s16), (f.s32, e.s32)];
        for (found, expected) in maps {
            let difference = difference(found, expected.inner());
            assert!(difference < 1e-4, "{shape:?}: {difference}");
        }
        for (found, expected) in found.taps.into_iter().zip(expected.taps) {
            let difference = difference(found, expected.inner());
            assert!(difference < 1e-4, "{shape:?}: {difference}");
        }
    }
}
