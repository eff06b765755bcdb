//! Every shader in shaders/ is valid, by the checks that wgpu makes, and its first lines name its twin on the host.

use std::fs;
use std::path::Path;

use naga::front::wgsl;
use naga::valid::{Capabilities, ValidationFlags, Validator};

#[test]
fn every_shader_is_valid_and_names_its_twin() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut checked = 0;
    for entry in fs::read_dir(root.join("shaders")).unwrap() {
        let path = entry.unwrap().path();
        let source = fs::read_to_string(&path).unwrap();
        let module = wgsl::parse_str(&source).unwrap_or_else(|error| {
            panic!("{}", error.emit_to_string_with_path(&source, &path.display().to_string()))
        });
        // The capabilities that WebGPU has everywhere: none beyond the language.
        Validator::new(ValidationFlags::all(), Capabilities::empty())
            .validate(&module)
            .unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
        // "… `function` … in file."
        let head: String = source.lines().take_while(|line| line.starts_with("//")).collect();
        let name = path.display();
        let twin = head.rsplit('`').nth(1).unwrap_or_else(|| panic!("{name} names no twin"));
        let file = head.split_whitespace().map(|word| word.trim_start_matches("//"));
        let file = file.map(|word| word.trim_end_matches('.')).find(|word| word.ends_with(".rs"));
        let host = fs::read_to_string(root.join(file.unwrap())).unwrap();
        assert!(host.contains(&format!("fn {twin}(")), "{name}: there is no `{twin}`");
        checked += 1;
    }
    assert!(checked >= 5);
}
