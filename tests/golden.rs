//! Every equation of docs/network.md against the NumPy reference in tests/reference, on the CPU and, with feature `gpu`, on a GPU.
//!
//! The GPU's shaders are the browser's: WGSL, neither fused nor tuned. A driver in software will do.

use anolis::model::{
    BALANCE, Decoder, FeatureMaps, Features, InvertedResidual, LabelEncoder, Matched, Matching,
    Network, NetworkConfig, ReadOut, Tokens, Trunk, grid_resize, up2,
};
use anolis::weights::NamedTensors;
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData, read_sync};

/// Where the network runs, and the largest difference allowed there, relative to the largest expected value.
struct Backend {
    device: Device,
    tolerance: f32,
}

impl Backend {
    fn cpu() -> Self {
        Self { device: Device::flex(), tolerance: 1e-4 }
    }

    #[cfg(feature = "gpu")]
    fn gpu() -> Self {
        // A process has one, for all its tests.
        static GPU: std::sync::LazyLock<Device> =
            std::sync::LazyLock::new(|| read_sync(anolis::gpu::Gpu::open()).unwrap().burn);
        Self { device: GPU.clone(), tolerance: 1e-3 }
    }
}

/// Makes each function a test on both backends.
macro_rules! on_cpu_and_gpu {
    ($($test:ident)*) => {
        mod cpu {
            $(#[test]
            fn $test() {
                super::$test(&super::Backend::cpu());
            })*
        }

        #[cfg(feature = "gpu")]
        mod gpu {
            $(#[test]
            fn $test() {
                super::$test(&super::Backend::gpu());
            })*
        }
    };
}

on_cpu_and_gpu! {
    inverted_residual_blocks_pad_as_tensorflow
    tokens_are_projected_and_normalised
    label_encoder_knows_the_unknown_and_other_grids
    matching_attends_over_all_examples
    readout_is_the_weighted_ridge_solution
    decoder_refines_the_readout
    an_untrained_decoder_is_the_readout
    resizing_has_half_pixel_and_corner_alignment
    the_whole_network_predicts_from_one_and_two_examples
    trunk_equals_its_golden_features
}

struct Golden {
    tensors: NamedTensors,
    device: Device,
    tolerance: f32,
}

impl Golden {
    fn load(name: &str, backend: &Backend) -> Self {
        let path = format!("tests/golden/{name}.safetensors");
        let mut tensors = NamedTensors::default();
        tensors.read(&std::fs::read(path).unwrap()).unwrap();
        Self { tensors, device: backend.device.clone(), tolerance: backend.tolerance }
    }

    fn values(&self, name: &str) -> &[f32] {
        &self.tensors.0.get(name).unwrap_or_else(|| panic!("no {name}")).values
    }

    fn tensor<const D: usize>(&self, name: &str) -> Tensor<D> {
        let tensor = &self.tensors.0.get(name).unwrap_or_else(|| panic!("no {name}"));
        Tensor::from_data(
            TensorData::new(tensor.values.clone(), tensor.shape.clone()),
            &self.device,
        )
    }

    /// One picture's map: `example` of a batch, or the only one.
    fn map(&self, name: &str, example: Option<usize>) -> Tensor<4> {
        match example {
            Some(example) => self.tensor::<4>(name).narrow(0, example, 1),
            None => self.tensor::<3>(name).unsqueeze(),
        }
    }

    /// The parameters under `prefix` in a module.
    fn fill<M: Module>(&self, module: M, prefix: &str) -> M {
        self.tensors.apply(module, prefix).unwrap()
    }

    fn assert<const D: usize>(&self, name: &str, found: Tensor<D>) {
        self.assert_values(name, &found.into_data().try_into_vec_as::<f32>().unwrap());
    }

    fn assert_values(&self, name: &str, found: &[f32]) {
        let expected = self.values(name);
        assert_eq!(expected.len(), found.len(), "{name}: number of values");
        let largest = expected.iter().fold(0.0f32, |m, v| m.max(v.abs()));
        let worst = expected.iter().zip(found).fold(0.0f32, |m, (e, f)| m.max((e - f).abs()));
        assert!(worst <= self.tolerance * largest, "{name}: {worst} of {largest}");
    }
}

/// The small configuration of the golden files.
fn tiny() -> NetworkConfig {
    NetworkConfig::new()
        .with_dim(24)
        .with_label_dim(16)
        .with_label_heads(2)
        .with_match_heads(2)
        .with_base_grid(4)
}

/// Mean difference by mean size: whole networks add up rounding errors that single parts do not show.
fn assert_mean(golden: &Golden, name: &str, found: Tensor<4>) {
    let found = found.into_data().try_into_vec_as::<f32>().unwrap();
    let expected = golden.values(name);
    assert_eq!(expected.len(), found.len(), "{name}: number of values");
    let error: f32 = expected.iter().zip(&found).map(|(e, f)| (e - f).abs()).sum();
    let size: f32 = expected.iter().map(|e| e.abs()).sum();
    assert!(error <= golden.tolerance * size, "{name}: {}", error / size);
}

/// What the read-out sees of a picture, by way of the device.
fn feature_maps(golden: &Golden, prefix: &str, example: Option<usize>) -> FeatureMaps {
    let [s2, s4, s8, s16] =
        ["s2", "s4", "s8", "s16"].map(|s| golden.map(&format!("{prefix}.{s}"), example));
    let s32 = Tensor::zeros([1, 320, 1, 1], &golden.device);
    read_sync(FeatureMaps::read(&Features { s2, s4, s8, s16, s32 })).unwrap()
}

/// Cell labels of `[channel, height, width]` pixels.
fn cell_labels(pixels: &[f32], [channels, height, width]: [usize; 3]) -> Vec<Vec<f32>> {
    let cell = |c: usize, y: usize, x: usize| {
        let at = |dy: usize, dx: usize| pixels[(c * height + 2 * y + dy) * width + 2 * x + dx];
        [at(0, 0), at(0, 1), at(1, 0), at(1, 1)].into_iter().find(|&v| v != -1.0).unwrap_or(-1.0)
    };
    let row = |c: usize, y: usize| (0..width / 2).map(move |x| cell(c, y, x)).collect::<Vec<_>>();
    (0..channels).map(|c| (0..height / 2).flat_map(|y| row(c, y)).collect()).collect()
}

fn inverted_residual_blocks_pad_as_tensorflow(backend: &Backend) {
    let golden = Golden::load("inverted_residual", backend);
    let blocks = [
        (6, 4, 3, 1, 1),
        (4, 6, 3, 2, 3),
        (6, 6, 3, 1, 3),
        (6, 5, 5, 2, 3),
        (5, 5, 5, 1, 3),
        (5, 8, 5, 1, 3),
        (4, 4, 3, 1, 1),
    ];
    for (b, (from, to, kernel, stride, expansion)) in blocks.into_iter().enumerate() {
        let block = InvertedResidual::new(from, to, kernel, stride, expansion, &golden.device);
        let block = golden.fill(block, &format!("trunk.blocks.{b}"));
        let input = golden.tensor::<3>(&format!("input.blocks.{b}")).unsqueeze();
        golden.assert(&format!("output.blocks.{b}"), block.forward(input));
    }
}

fn tokens_are_projected_and_normalised(backend: &Backend) {
    let golden = Golden::load("tokens", backend);
    let tokens = golden.fill(Tokens::new(&tiny(), &golden.device), "tokens");
    for case in ["square", "wide"] {
        let map = |s: &str| golden.map(&format!("input.{case}.{s}"), None);
        let unused = || Tensor::zeros([1, 1, 1, 1], &golden.device);
        let [s2, s4, s8] = [0; 3].map(|_| unused());
        let features = Features { s2, s4, s8, s16: map("s16"), s32: map("s32") };
        golden.assert(&format!("output.{case}.tokens"), tokens.forward(&features));
        // Of pictures side by side the first one counts.
        let side = |map: Tensor<4>| Tensor::cat(vec![map.clone(), map * -2.0], 1);
        let Features { s2, s4, s8, s16, s32 } = features;
        let pair = Features { s2, s4, s8, s16: side(s16), s32: side(s32) };
        golden.assert(&format!("output.{case}.tokens"), tokens.forward(&pair));
    }
}

fn label_encoder_knows_the_unknown_and_other_grids(backend: &Backend) {
    let golden = Golden::load("label_encoder", backend);
    let encoder = golden.fill(LabelEncoder::new(&tiny(), &golden.device), "label_encoder");
    for case in ["base", "other"] {
        let labels = golden.tensor::<3>(&format!("input.{case}.labels")).unsqueeze_dim(1);
        for (l, tap) in encoder.forward(labels).into_iter().enumerate() {
            golden.assert(&format!("output.{case}.taps.{l}"), tap);
        }
    }
}

fn matching_attends_over_all_examples(backend: &Backend) {
    let golden = Golden::load("matching", backend);
    let matching = golden.fill(Matching::new(&tiny(), &golden.device), "matching");
    let query = golden.tensor::<2>("input.query.tokens").unsqueeze();
    let support: Vec<_> = (0..2)
        .map(|e| {
            let tokens = golden.tensor::<3>("input.support.tokens").narrow(0, e, 1);
            let labels = std::array::from_fn(|l| {
                golden.tensor::<4>(&format!("input.label.taps.{l}")).narrow(0, e, 1).squeeze_dim(0)
            });
            Matched {
                keys: matching.keys(&tokens).map(|keys| keys.squeeze_dim(0)),
                values: matching.values(&labels),
            }
        })
        .collect();
    for (l, matched) in matching.forward(&query, &support).into_iter().enumerate() {
        golden.assert(&format!("output.levels.{l}"), matched);
    }
}

fn readout_is_the_weighted_ridge_solution(backend: &Backend) {
    let golden = Golden::load("readout", backend);
    let maps = [0, 1].map(|e| feature_maps(&golden, "input.support", Some(e)));
    let query = feature_maps(&golden, "input.query", None);
    let shape = [2, 32, 64];
    let labels =
        golden.values("input.labels").chunks(2 * 32 * 64).map(|pixels| cell_labels(pixels, shape));
    let labels: Vec<_> = labels.collect();
    let check = |case: &str, sums: &ReadOut, lambda: f64| {
        let weights = [0, 1].map(|channel| sums.solve(channel, lambda, BALANCE));
        golden.assert_values(
            &format!("output.{case}.beta"),
            &weights.each_ref().map(|w| w.beta.clone()).concat(),
        );
        golden
            .assert_values(&format!("output.{case}.beta_0"), &weights.each_ref().map(|w| w.beta_0));
        golden
            .assert_values(&format!("output.{case}.y"), &weights.map(|w| w.apply(&query)).concat());
    };

    let mut sums = ReadOut::new(maps[0].channels(), 2);
    assert!(sums.is_empty());
    sums.change(&maps[0], None, Some(&labels[0]));
    check("one.lambda_0.1", &sums, 0.1);
    check("one.lambda_0.3", &sums, 0.3);
    sums.change(&maps[1], None, Some(&labels[1]));
    check("two.lambda_0.1", &sums, 0.1);
    check("two.lambda_0.3", &sums, 0.3);

    let changed = cell_labels(golden.values("input.changed_label"), shape);
    sums.change(&maps[0], Some(&labels[0]), Some(&changed));
    check("changed.lambda_0.1", &sums, 0.1);

    let mut rare = ReadOut::new(maps[0].channels(), 2);
    rare.change(&maps[0], None, Some(&cell_labels(golden.values("input.rare_label"), shape)));
    check("rare.lambda_0.3", &rare, 0.3);
}

#[test]
fn readout_after_taking_everything_back_is_empty() {
    let golden = Golden::load("readout", &Backend::cpu());
    let maps = feature_maps(&golden, "input.support", Some(0));
    let labels = cell_labels(&golden.values("input.labels")[..2 * 32 * 64], [2, 32, 64]);
    let mut sums = ReadOut::new(maps.channels(), 2);
    sums.change(&maps, None, Some(&labels));
    sums.change(&maps, Some(&labels), None);
    assert!(sums.is_empty());
    assert!(sums.solve(0, 0.1, BALANCE).beta.iter().all(|&b| b == 0.0));
}

fn decoder_refines_the_readout(backend: &Backend) {
    let golden = Golden::load("decoder", backend);
    let decoder = golden.fill(Decoder::new(&tiny(), &golden.device), "decoder");
    let matched = std::array::from_fn(|l| golden.tensor::<3>(&format!("input.levels.{l}")));
    let map = |s: &str| golden.tensor::<3>(&format!("input.{s}")).unsqueeze();
    let grid = |channels, h, w| Tensor::zeros([1, channels, h, w], &golden.device);
    let features = Features {
        s2: map("s2"),
        s4: map("s4"),
        s8: map("s8"),
        s16: grid(112, 2, 3),
        s32: grid(320, 1, 1),
    };
    let readout = golden.tensor::<3>("input.r").unsqueeze_dim(1);
    golden.assert("output.logit", decoder.forward(&matched, &features, readout));
}

fn an_untrained_decoder_is_the_readout(backend: &Backend) {
    let golden = Golden::load("decoder", backend);
    let decoder = Decoder::new(&tiny(), &golden.device);
    let matched = std::array::from_fn(|l| golden.tensor::<3>(&format!("input.levels.{l}")));
    let map = |s: &str| golden.tensor::<3>(&format!("input.{s}")).unsqueeze();
    let grid = |channels, h, w| Tensor::zeros([1, channels, h, w], &golden.device);
    let features = Features {
        s2: map("s2"),
        s4: map("s4"),
        s8: map("s8"),
        s16: grid(112, 2, 3),
        s32: grid(320, 1, 1),
    };
    let readout = golden.tensor::<3>("input.r").unsqueeze_dim::<4>(1);
    let logits = decoder.forward(&matched, &features, readout.clone());
    logits.into_data().assert_eq(&readout.into_data(), true);
}

fn resizing_has_half_pixel_and_corner_alignment(backend: &Backend) {
    let golden = Golden::load("resize", backend);
    let picture = golden.tensor::<3>("input.picture").unsqueeze::<4>();
    golden.assert("output.up2", up2(picture.clone()));
    for (name, to) in [("5x3", [5, 3]), ("2x9", [2, 9]), ("3x5", [3, 5])] {
        golden.assert(&format!("output.grid_resize.{name}"), grid_resize(picture.clone(), to));
    }
}

fn the_whole_network_predicts_from_one_and_two_examples(backend: &Backend) {
    let golden = Golden::load("network", backend);
    let network = Network::new(&tiny(), &golden.device);
    let network = Network {
        trunk: network.trunk,
        tokens: golden.fill(network.tokens, "tokens"),
        label_encoder: golden.fill(network.label_encoder, "label_encoder"),
        matching: golden.fill(network.matching, "matching"),
        decoder: golden.fill(network.decoder, "decoder"),
    };
    let encode = |prefix: &str, example: Option<usize>| {
        let [s2, s4, s8, s16, s32] =
            ["s2", "s4", "s8", "s16", "s32"].map(|s| golden.map(&format!("{prefix}.{s}"), example));
        network.encoding(Features { s2, s4, s8, s16, s32 })
    };
    let query = encode("input.query", None);
    let query_maps = feature_maps(&golden, "input.query", None);
    let labels = golden.tensor::<4>("input.labels");
    let mut sums = ReadOut::new(query_maps.channels(), 2);
    let mut support = Vec::new();
    for (e, (case, lambda)) in [("one", 0.3), ("two", 0.1)].into_iter().enumerate() {
        let pixels = labels.clone().narrow(0, e, 1).squeeze_dim::<3>(0);
        support.push(network.support(&encode("input.support", Some(e)), pixels.unsqueeze_dim(1)));
        let cells = cell_labels(
            &golden.values("input.labels")[e * 2 * 32 * 64..][..2 * 32 * 64],
            [2, 32, 64],
        );
        sums.change(&feature_maps(&golden, "input.support", Some(e)), None, Some(&cells));
        let values: Vec<_> = (0..2)
            .flat_map(|channel| sums.solve(channel, lambda, BALANCE).apply(&query_maps))
            .collect();
        let readout: Vec<_> =
            values.iter().map(|&y| anolis::model::Quantity::Class.logit(y)).collect();
        golden.assert_values(&format!("output.{case}.r"), &readout);
        let readout = Tensor::from_data(TensorData::new(readout, [2, 1, 16, 32]), &golden.device);
        assert_mean(
            &golden,
            &format!("output.{case}.logit"),
            network.predict(&query, &support, readout),
        );
    }
}

/// Needs `../shared` (or `ANOLIS_SHARED`): the trunk with its ImageNet weights.
fn trunk_equals_its_golden_features(backend: &Backend) {
    let shared = std::env::var("ANOLIS_SHARED").unwrap_or_else(|_| "../shared".into());
    let folder = std::path::Path::new(&shared).join("data/trunk");
    if !folder.exists() {
        eprintln!("SKIPPED trunk_equals_its_golden_features: {} is not there", folder.display());
        return;
    }
    let mut tensors = NamedTensors::default();
    tensors
        .read_trunk(&std::fs::read(folder.join("efficientnet_lite0.safetensors")).unwrap())
        .unwrap();
    let trunk = tensors.apply(Trunk::new(&backend.device), "trunk").unwrap();
    let bytes = std::fs::read(folder.join("golden.safetensors")).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let input: Vec<_> =
        file.tensor("input_u8").unwrap().data().iter().map(|&v| f32::from(v) / 255.0).collect();
    let features =
        trunk.forward(Tensor::from_data(TensorData::new(input, [1, 3, 224, 224]), &backend.device));
    let found = [features.s2, features.s4, features.s8, features.s16, features.s32];
    for (name, found) in
        ["feat_s2", "feat_s4", "feat_s8", "feat_s16", "feat_s32"].into_iter().zip(found)
    {
        let expected = file.tensor(name).unwrap();
        let expected =
            expected.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        let found = found.into_data().try_into_vec_as::<f32>().unwrap();
        let (error, size) =
            expected.zip(found).fold((0.0, 0.0), |(e, s), (a, b)| (e + (a - b).abs(), s + a.abs()));
        assert!(error / size <= backend.tolerance, "{name}: mean relative error {}", error / size);
    }
}
