//! Weights that are damaged, incomplete or of another release are refused with a code.

use anolis::Session;
use anolis::weights::{FORMAT, Manifest, NamedTensor, NamedTensors, SelfTest, Shard};
use burn::tensor::Device;

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
        code(Manifest::parse(&json.replace("\"format\":1", "\"format\":2"))),
        "weights-version"
    );
    assert_eq!(code(Manifest::parse("{\"format\":7}")), "weights-version");
    assert_eq!(code(Manifest::parse("{\"format\":1}")), "weights-manifest");
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
