//! What the CPU computes by its own kernels is what Burn's operators compute, which a gradient still goes through.

use anolis::model::{Features, Matched, Network, NetworkConfig};
use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Distribution, Tensor};

/// Fails unless the largest difference is 1e-4 of the largest value expected; `expected` may ask for gradients.
fn assert_same<const D: usize>(found: Tensor<D>, expected: Tensor<D>, what: &str) {
    let expected = expected.inner();
    let size = expected.clone().abs().max().into_scalar::<f32>();
    let difference = (found - expected).abs().max().into_scalar::<f32>() / size;
    assert!(difference < 1e-4, "{what}: {difference}");
}

/// Numbers from -1 to 1.
fn random<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(shape, Distribution::Uniform(-1.0, 1.0), device)
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
        let found = network.encode(rgb.clone());
        let expected = learning.encode(Tensor::from_inner(rgb));
        let (f, e) = (found.features, expected.features);
        let maps = [(f.s2, e.s2), (f.s4, e.s4), (f.s8, e.s8), (f.s16, e.s16), (f.s32, e.s32)];
        for (found, expected) in maps {
            assert_same(found, expected, &format!("{shape:?}"));
        }
        assert_same(found.tokens, expected.tokens, &format!("{shape:?}"));
    }
}

#[test]
fn label_tokens_are_the_same_by_kernels_and_by_operators() {
    let device = Device::flex();
    let encoder = Network::new(&NetworkConfig::xs(), &device).label_encoder;
    let learning = encoder.clone().train();
    for shape in [[1, 1, 256, 256], [3, 1, 64, 32], [2, 1, 96, 224]] {
        let labels = random(shape, &device);
        let found = encoder.forward(labels.clone());
        let expected = learning.forward(Tensor::from_inner(labels));
        for (found, expected) in found.into_iter().zip(expected) {
            assert_eq!(found.dims(), expected.dims());
            assert_same(found, expected, &format!("{shape:?}"));
        }
    }
}

/// A grid in tokens.
type Grid = [usize; 2];

/// Grids of the query and of each example, and the channels of the task.
const SUPPORTS: [(Grid, &[Grid], usize); 4] = [
    ([16, 16], &[[16, 16], [16, 16], [16, 16], [16, 16], [16, 16]], 1),
    ([2, 4], &[[2, 4]], 3),
    ([3, 5], &[[1, 1], [7, 3], [4, 6]], 2),
    ([8, 8], &[[2, 2], [8, 8]], 17),
];

#[test]
fn what_was_matched_is_the_same_by_kernels_and_by_operators() {
    let device = Device::flex();
    let matching = Network::new(&NetworkConfig::xs(), &device).matching;
    let learning = matching.clone().train();
    for (query, examples, channels) in SUPPORTS {
        let seen = |tokens: usize| random([1, tokens, 192], &device);
        let query = seen(query[0] * query[1]) * 2.0;
        let examples: Vec<_> = examples
            .iter()
            .map(|grid| {
                let tokens = grid[0] * grid[1];
                // Far apart, so that some scores are much higher than others.
                let keys = matching.keys(&seen(tokens)).map(|keys| keys.squeeze_dim::<2>(0) * 20.0);
                Matched {
                    keys,
                    values: std::array::from_fn(|_| random([channels, tokens, 96], &device)),
                }
            })
            .collect();
        let found = matching.forward(&query, &examples);

        let examples: Vec<_> = examples
            .into_iter()
            .map(|Matched { keys, values }| Matched {
                keys: keys.map(Tensor::from_inner),
                values: values.map(Tensor::from_inner),
            })
            .collect();
        let expected = learning.forward(&Tensor::from_inner(query), &examples);
        for (found, expected) in found.into_iter().zip(expected) {
            assert_eq!(found.dims(), expected.dims());
            assert_same(found, expected, &format!("{channels} channels"));
        }
    }
}

#[test]
fn a_decoded_logit_is_the_same_by_kernels_and_by_operators() {
    let device = Device::flex();
    // Its last layer starts at zero, which would hide the others.
    let mut decoder = Network::new(&NetworkConfig::xs(), &device).decoder;
    decoder = decoder.map(&mut Filled);
    let learning = decoder.clone().train();
    for (pictures, [height, width], channels) in
        [(1, [16, 16], 1), (2, [2, 4], 3), (1, [4, 2], 17), (1, [6, 10], 2)]
    {
        let map = |channels: usize, scale: usize| {
            random([1, channels * pictures, height * scale, width * scale], &device)
        };
        let features = Features {
            s2: map(16, 8),
            s4: map(24, 4),
            s8: map(40, 2),
            s16: map(112, 1),
            s32: map(320, 1),
        };
        let matched = std::array::from_fn(|_| random([channels, height * width, 96], &device));
        let readout = random([channels, 1, 8 * height, 8 * width], &device);
        let found = decoder.forward(&matched, &features, readout.clone());

        let Features { s2, s4, s8, s16, s32 } = features;
        let [s2, s4, s8, s16, s32] = [s2, s4, s8, s16, s32].map(Tensor::from_inner);
        let features = Features { s2, s4, s8, s16, s32 };
        let readout = Tensor::from_inner(readout);
        let expected = learning.forward(&matched.map(Tensor::from_inner), &features, readout);
        assert_eq!(found.dims(), expected.dims());
        assert_same(
            found,
            expected,
            &format!("{pictures} pictures of {height} x {width}, {channels} channels"),
        );
    }
}

/// Makes every parameter random.
struct Filled;

impl ModuleMapper for Filled {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        parameter.map(|tensor| tensor.random_like(Distribution::Uniform(-0.2, 0.2)))
    }
}
