//! What the page loads at run time besides the runtimes: the weights and the list of everything.

use std::fs;

use anyhow::{Context, Result};

use crate::paths;
use crate::wasm::Backend;

/// The forms of the weights: their folder, and their name in the list.
const FORMS: [(&str, &str); 2] = [("weights", "weights"), ("weights-int8", "weightsInt8")];

/// Copies the weights and writes `index.ts`; touches only what changed.
pub fn write() -> Result<()> {
    let mut forms = Vec::new();
    for (folder, _) in FORMS {
        forms.push(copy(folder)?);
    }
    paths::write(&paths::assets().join("index.ts"), index(&forms).as_bytes())?;
    Ok(())
}

/// Copies one form of the weights, takes away what is no longer part of it, and answers its shards.
fn copy(folder: &str) -> Result<Vec<String>> {
    let from = paths::root().join(folder);
    let to = paths::assets().join(folder);
    let shards = shards(&from)?;
    let mut keep: Vec<&str> = shards.iter().map(String::as_str).collect();
    if from.join("manifest.json").is_file() {
        keep.push("manifest.json");
    }
    for name in &keep {
        paths::write(&to.join(name), &paths::read(&from.join(name))?)?;
    }
    fs::create_dir_all(&to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in fs::read_dir(&to)?.flatten() {
        if !keep.iter().any(|name| entry.file_name() == *name) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(shards)
}

/// Names of the weights' files, sorted; none before the weights exist.
fn shards(folder: &std::path::Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            names.extend(entry?.file_name().into_string());
        }
    }
    names.retain(|name| name.ends_with(".safetensors"));
    names.sort();
    Ok(names)
}

/// The module that lists every asset, by the shards of each form. All runtimes are listed, built or not: the page asks for one and may get 404.
fn index(forms: &[Vec<String>]) -> String {
    let url = |path: &str| format!("new URL('./{path}', import.meta.url).href");
    let mut text = String::from(
        "// Written by `cargo xtask build`; do not edit.\n\
         import type { Assets } from '../internal/assets.js';\n\n\
         export const assets: Assets = {\n  runtime: {\n",
    );
    for backend in Backend::ALL {
        let folder = backend.name();
        text += &format!("    {folder}: {{\n");
        text += &format!("      glue: {},\n", url(&format!("{folder}/anolis.js")));
        text += &format!("      wasm: {},\n    }},\n", url(&format!("{folder}/anolis_bg.wasm")));
    }
    text += "  },\n";
    for ((folder, name), shards) in FORMS.iter().zip(forms) {
        text += &format!("  {name}: {{\n");
        text += &format!("    manifest: {},\n", url(&format!("{folder}/manifest.json")));
        if shards.is_empty() {
            text += "    shards: {},\n";
        } else {
            text += "    shards: {\n";
            for shard in shards {
                text += &format!("      '{shard}': {},\n", url(&format!("{folder}/{shard}")));
            }
            text += "    },\n";
        }
        text += "  },\n";
    }
    text + "};\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_lists_runtimes_and_shards() {
        let expected = "\
// Written by `cargo xtask build`; do not edit.
import type { Assets } from '../internal/assets.js';

export const assets: Assets = {
  runtime: {
    cpu: {
      glue: new URL('./cpu/anolis.js', import.meta.url).href,
      wasm: new URL('./cpu/anolis_bg.wasm', import.meta.url).href,
    },
    relaxed: {
      glue: new URL('./relaxed/anolis.js', import.meta.url).href,
      wasm: new URL('./relaxed/anolis_bg.wasm', import.meta.url).href,
    },
    threads: {
      glue: new URL('./threads/anolis.js', import.meta.url).href,
      wasm: new URL('./threads/anolis_bg.wasm', import.meta.url).href,
    },
    gpu: {
      glue: new URL('./gpu/anolis.js', import.meta.url).href,
      wasm: new URL('./gpu/anolis_bg.wasm', import.meta.url).href,
    },
  },
  weights: {
    manifest: new URL('./weights/manifest.json', import.meta.url).href,
    shards: {
      'xs-0.safetensors': new URL('./weights/xs-0.safetensors', import.meta.url).href,
      'xs-1.safetensors': new URL('./weights/xs-1.safetensors', import.meta.url).href,
    },
  },
  weightsInt8: {
    manifest: new URL('./weights-int8/manifest.json', import.meta.url).href,
    shards: {
      'xs-0.safetensors': new URL('./weights-int8/xs-0.safetensors', import.meta.url).href,
    },
  },
};
";
        assert_eq!(
            index(&[
                vec!["xs-0.safetensors".to_owned(), "xs-1.safetensors".to_owned()],
                vec!["xs-0.safetensors".to_owned()],
            ]),
            expected
        );
    }

    #[test]
    fn index_without_weights() {
        assert!(index(&[vec![], vec![]]).ends_with("    shards: {},\n  },\n};\n"));
    }
}
