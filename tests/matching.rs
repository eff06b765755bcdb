//! The matching looks at the tokens of all examples, of which those that are alike are merged.

use anolis::model::{Matched, Matching, NetworkConfig, groups};
use burn::tensor::{Device, Distribution, Tensor};

const TOKENS: usize = 24;
const CHANNELS: usize = 2;

fn random<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(shape, Distribution::Normal(0.0, 1.0), device)
}

fn example(config: &NetworkConfig, device: &Device) -> Matched {
    let dim = config.label_dim;
    Matched {
        keys: std::array::from_fn(|_| random([TOKENS, dim], device)),
        values: std::array::from_fn(|_| random([CHANNELS, TOKENS, dim], device)),
    }
}

/// The largest difference between what a random query finds in two supports.
fn difference(config: &NetworkConfig, a: &Matched, b: &Matched, device: &Device) -> f32 {
    let matching = Matching::new(config, device);
    let query = random([1, 9, config.dim], device);
    let found = [a, b].map(|support| matching.forward(&query, std::slice::from_ref(support)));
    let [a, b] = found;
    let differences = a.into_iter().zip(b).map(|(a, b)| (a - b).abs().max().into_scalar::<f32>());
    differences.fold(0.0, f32::max)
}

#[test]
fn tokens_that_are_equal_are_merged_without_a_difference() {
    let (config, device) = (NetworkConfig::new(), Device::flex());
    let one = example(&config, &device);
    let thrice = Matched::all(&[one.clone(), one.clone(), one]);
    let rows: Vec<f32> = thrice.keys[0].clone().into_data().try_to_vec::<f32>().unwrap();
    let order = groups(&rows, config.label_dim, 3);
    let merged = thrice.merged(&order, 3);
    assert_eq!(merged.keys[3].dims(), [TOKENS, config.label_dim]);
    assert_eq!(merged.values[3].dims(), [CHANNELS, TOKENS, config.label_dim]);
    assert!(difference(&config, &thrice, &merged, &device) < 1e-4);
}

#[test]
fn tokens_that_differ_are_not_what_they_were() {
    let (config, device) = (NetworkConfig::new(), Device::flex());
    let several = example(&config, &device);
    let order: Vec<u32> = (0..TOKENS as u32).collect();
    let merged = several.merged(&order, TOKENS);
    assert!(difference(&config, &several, &merged, &device) > 1e-3);
}
