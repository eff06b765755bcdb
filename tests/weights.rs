//! Weights that are damaged, incomplete or of another release are refused with a code.

use std::fs;
use std::path::PathBuf;

use anolis::Session;
use anolis::weights::{self, FORMAT, Manifest, NamedTensor, NamedTensors, SelfTest, Shard};
use burn::tensor::{Device, read_sync};

fn manifest(shards: Vec<Shard>) -> Manifest {
    Manifest {
        format: FORMAT,
        name: "test".into(),
        version: 1,
        side: 256,
        shards,
        self_test: SelfTest::default(),
    }
}

fn code<T>(result: anolis::Result<T>) -> &'static str {
    result.err().map(|error| error.code()).unwrap_or("no error")
}

#[test]
fn a_shard_is_checked_by_name_length_and_hash() {
    let list = manifest(vec![Shard::describe("a.safetensors", b"twelve bytes")]);
    assert_eq!(code(list.check("a.safetensors", b"twelve bytes")), "no error");
    assert_eq!(code(list.check("a.safetensors", b"twelve")), "weights-truncated");
    assert_eq!(code(list.check("a.safetensors", b"twelve bytez")), "weights-hash");
    assert_eq!(code(list.check("b.safetensors", b"twelve bytes")), "weights-missing");
}

#[test]
fn another_format_is_told_from_a_broken_list() {
    let json = serde_json::to_string(&manifest(vec![])).unwrap();
    assert_eq!(code(Manifest::parse(&json)), "no error");
    assert_eq!(
        code(Manifest::parse(&json.replace("\"format\":2", "\"format\":1"))),
        "weights-version"
    );
    assert_eq!(code(Manifest::parse("{\"format\":7}")), "weights-version");
    assert_eq!(code(Manifest::parse("{\"format\":2}")), "weights-manifest");
    assert_eq!(code(Manifest::parse("<html>")), "weights-manifest");
    assert_eq!(code(Manifest::parse(&json.replace("256", "250"))), "weights-manifest");
}

#[test]
fn a_network_needs_every_parameter_in_its_shape() {
    let nothing = NamedTensors::default();
    assert_eq!(code(Session::new(&manifest(vec![]), &nothing, &Device::flex())), "weights-missing");
    assert_eq!(code(NamedTensors::default().read(b"not safetensors")), "weights-manifest");
}

#[test]
fn tensors_survive_a_file() {
    let mut tensors = NamedTensors::default();
    let values = vec![0.5, -2.0, 1e-3, 65504.0, 0.0, 3.25];
    tensors.0.insert("a.b".into(), NamedTensor { shape: vec![2, 3], values: values.clone() });
    let mut read = NamedTensors::default();
    read.read(&tensors.write_f32().unwrap()).unwrap();
    assert_eq!(read, tensors);
    read.read(&tensors.write_f16().unwrap()).unwrap();
    let error = |a: &f32, b: &f32| (a - b).abs() <= 1e-3 * b.abs();
    assert!(read.0["a.b"].values.iter().zip(&values).all(|(a, b)| error(a, b)));
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(name)
}

/// A matrix of 7 inputs and 3 outputs whose channels differ in size.
fn matrix() -> NamedTensors {
    let value = |i: usize| ((i * 37 % 19) as f32 - 9.0) * [1.0, 0.01, 100.0][i % 3];
    let tensor = NamedTensor { shape: vec![7, 3], values: (0..21).map(value).collect() };
    NamedTensors([("tokens.linear.weight".to_owned(), tensor)].into())
}

#[test]
fn eight_bits_are_within_half_a_step_of_their_channel() {
    let mut read = NamedTensors::default();
    read.read(&matrix().write_int8().unwrap()).unwrap();
    let (found, wanted) = (&read.0["tokens.linear.weight"], &matrix().0["tokens.linear.weight"]);
    assert_eq!((read.0.len(), &found.shape), (1, &wanted.shape));
    for channel in 0..3 {
        let of = |tensor: &NamedTensor| -> Vec<f32> {
            tensor.values.iter().skip(channel).step_by(3).copied().collect()
        };
        let most = of(wanted).into_iter().map(f32::abs).fold(0.0, f32::max);
        let step = most / 127.0;
        let pairs = of(found).into_iter().zip(of(wanted));
        // The scale itself is rounded to f16, which moves the largest values a little further.
        assert!(pairs.map(|(a, b)| (a - b).abs()).all(|error| error <= 0.6 * step));
    }
}

#[test]
fn eight_bits_without_their_scales_are_refused() {
    let bytes = matrix().write_int8().unwrap();
    let at = bytes.windows(6).position(|part| part == b".scale").unwrap();
    let mut other = bytes.clone();
    other[at..at + 6].copy_from_slice(b".seale");
    assert_eq!(code(NamedTensors::default().read(&other)), "weights-manifest");
}

#[test]
fn the_shipped_eight_bits_are_those_of_the_shipped_weights() {
    let (manifest, tensors) = weights::load(&folder("weights")).unwrap();
    for shard in &manifest.shards {
        let mut part = NamedTensors::default();
        part.read(&fs::read(folder("weights").join(&shard.file)).unwrap()).unwrap();
        let shipped = fs::read(folder("weights-int8").join(&shard.file)).unwrap();
        assert!(
            part.write_int8().unwrap() == shipped,
            "write them anew: cargo xtask train int8 ({})",
            shard.file
        );
    }
    let (small, rounded) = weights::load(&folder("weights-int8")).unwrap();
    let bytes = |manifest: &Manifest| manifest.shards.iter().map(|s| s.bytes).sum::<usize>() as f64;
    assert!(bytes(&small) < 0.56 * bytes(&manifest));
    assert!(rounded.0.keys().eq(tensors.0.keys()));
}

#[test]
fn eight_bits_answer_as_the_weights_do() {
    let (full, _) = weights::load(&folder("weights")).unwrap();
    let (small, rounded) = weights::load(&folder("weights-int8")).unwrap();
    let session = Session::new(&small, &rounded, &Device::flex()).unwrap();
    let own = read_sync(session.self_test(&small.self_test)).unwrap();
    assert!(own.passed(), "{own:?}");
    let theirs = read_sync(session.self_test(&full.self_test)).unwrap();
    assert!(theirs.finite && theirs.cosine > 0.999, "{theirs:?}");
}
