//! Every shader in shaders/ is valid, by the checks that wgpu makes, and its first lines name its twin on the host.

use std::fs;
use std::path::Path;

use naga::front::wgsl;
use naga::valid::{Capabilities, ValidationFlags, Validator};

#[test]
fn every_shader_is_valid_and_names_its_twin() {
    let (mut checked, mut variants) = (0, 0);
    for entry in fs::read_dir("shaders").unwrap() {
        let path = entry.unwrap().path();
        let source = fs::read_to_string(&path).unwrap();
        // The capabilities that WebGPU has everywhere: none beyond the language.
        validate(&path, &source, Capabilities::empty());
        let narrow = source.replace("alias Read = f32;", "alias Read = f16;");
        for narrow in
            [narrow.clone(), narrow.replace("alias Written = f32;", "alias Written = f16;")]
        {
            if narrow != source {
                validate(&path, &format!("enable f16;\n{narrow}"), Capabilities::SHADER_FLOAT16);
                variants += 1;
            }
        }
        // "… `function` … in file."
        let head: String = source.lines().take_while(|line| line.starts_with("//")).collect();
        let name = path.display();
        let twin = head.rsplit('`').nth(1).unwrap_or_else(|| panic!("{name} names no twin"));
        let file = head.split_whitespace().map(|word| word.trim_start_matches("//"));
        let file = file.map(|word| word.trim_end_matches('.')).find(|word| word.ends_with(".rs"));
        let host = fs::read_to_string(file.unwrap()).unwrap();
        assert!(host.contains(&format!("fn {twin}(")), "{name}: there is no `{twin}`");
        checked += 1;
    }
    assert!(checked >= 5);
    assert_eq!(variants, 4);
}

fn validate(path: &Path, source: &str, capabilities: Capabilities) {
    let module = wgsl::parse_str(source).unwrap_or_else(|error| {
        panic!("{}", error.emit_to_string_with_path(source, &path.display().to_string()))
    });
    Validator::new(ValidationFlags::all(), capabilities)
        .validate(&module)
        .unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
}
