//! A module's code by the crate that defines it.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result};
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use super::Breakdown;

/// Code without a name, or with one that Rust did not give.
const OTHER: &str = "other";

/// Bytes of code by crate, from the module's section of names.
pub fn by_crate(wasm: &[u8]) -> Result<Breakdown> {
    let (mut imported, mut bodies, mut names) = (0, Vec::new(), HashMap::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.context("not a WebAssembly module")? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.range().len()),
            Payload::CustomSection(section) => {
                let KnownCustom::Name(sections) = section.as_known() else { continue };
                for section in sections {
                    let Name::Function(functions) = section? else { continue };
                    for function in functions {
                        let function = function?;
                        names.insert(function.index, crate_of(function.name));
                    }
                }
            }
            _ => {}
        }
    }
    let mut crates = BTreeMap::new();
    for (index, bytes) in (imported..).zip(bodies) {
        let name = names.get(&index).map_or(OTHER, String::as_str);
        *crates.entry(name.to_owned()).or_default() += bytes;
    }
    Ok(crates)
}

/// The first word of a path: `burn_flex` of `<burn_flex::Flex as burn_backend::Ops>::add`.
fn crate_of(symbol: &str) -> String {
    let name = format!("{:#}", rustc_demangle::demangle(symbol));
    let path = name.trim_start_matches(|c: char| !c.is_ascii_alphabetic() && c != '_');
    match path.split_once("::") {
        Some((first, _)) if first.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => {
            first.to_owned()
        }
        _ => OTHER.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_its_crate() {
        assert_eq!(crate_of("_ZN9burn_flex3ops3add17h0123456789abcdefE"), "burn_flex");
        let of_trait =
            "_ZN49_$LT$gemm..Plan$u20$as$u20$core..clone..Clone$GT$5clone17h0123456789abcdefE";
        assert_eq!(crate_of(of_trait), "gemm");
        assert_eq!(crate_of("memcpy"), OTHER);
    }

    #[test]
    fn code_without_names_is_counted_too() {
        // One function of type () -> (), whose body is empty: no locals, `end`.
        let wasm = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a\x04\x01\x02\0\x0b";
        assert_eq!(by_crate(wasm).unwrap(), Breakdown::from([(OTHER.to_owned(), 2)]));
        assert!(by_crate(b"<html>").is_err());
    }
}
