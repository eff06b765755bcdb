//! The network as other engines take it: that the files are whole and say what they should.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn weights() -> PathBuf {
    PathBuf::from("../weights")
}

fn convert(output: &Path, part: &str) -> std::process::Output {
    let mut anolis = Command::new(env!("CARGO_BIN_EXE_anolis"));
    anolis.arg("convert").arg(weights()).arg(output).args(["--part", part]);
    anolis.output().unwrap()
}

#[test]
fn a_tensorflow_model_has_a_weight_for_every_constant() {
    let folder = tempfile::tempdir().unwrap();
    assert!(convert(folder.path(), "encoder").status.success());
    let text = fs::read_to_string(folder.path().join("model.json")).unwrap();
    let model: serde_json::Value = serde_json::from_str(&text).unwrap();
    let nodes = model["modelTopology"]["node"].as_array().unwrap();
    let weights = model["weightsManifest"][0]["weights"].as_array().unwrap();
    let names = |list: &[serde_json::Value]| -> Vec<String> {
        list.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    let constants: Vec<_> = nodes.iter().filter(|node| node["op"] == "Const").cloned().collect();
    assert_eq!(names(&constants), names(weights));
    // Every input was written before.
    let all = names(nodes);
    for (place, node) in nodes.iter().enumerate() {
        for input in node["input"].as_array().into_iter().flatten() {
            assert!(all[..place].iter().any(|name| *input == **name), "{input} of {}", all[place]);
        }
    }
    let bytes: u64 = weights.iter().map(bytes).sum();
    assert_eq!(bytes, fs::metadata(folder.path().join("weights.bin")).unwrap().len());
    let outputs = model["signature"]["outputs"].as_object().unwrap();
    assert_eq!(outputs.len(), 6);
    let s32 = &outputs["s32"]["tensorShape"]["dim"];
    let sizes: Vec<_> =
        s32.as_array().unwrap().iter().map(|dim| dim["size"].as_str().unwrap()).collect();
    assert_eq!(sizes, ["1", "8", "8", "320"]);
}

fn bytes(weight: &serde_json::Value) -> u64 {
    let count: u64 =
        weight["shape"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).product();
    if weight["quantization"]["dtype"] == "float16" { 2 * count } else { 4 * count }
}

#[test]
fn weights_that_are_none_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("manifest.json"), "{}").unwrap();
    let mut anolis = Command::new(env!("CARGO_BIN_EXE_anolis"));
    let output = folder.path().join("encoder.onnx");
    let done = anolis.arg("convert").arg(folder.path()).arg(&output).output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(!output.exists());
}

#[test]
fn only_the_encoder_is_written_for_tensorflow() {
    let folder = tempfile::tempdir().unwrap();
    let done = convert(&folder.path().join("model"), "support");
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).contains(".onnx"));
}
