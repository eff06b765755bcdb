//! `anolis info`: what a file holds.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use anolis::image::{decode, tiff};
use anolis::session::file::SessionFile;
use anolis::weights::{self, NamedTensors};
use serde_json::{Value, json};

use crate::{Outcome, Result, saved};

#[derive(clap::Args)]
pub struct Options {
    /// A session file, a folder of weights, a safetensors file or a picture
    path: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(options: &Options) -> Result<Outcome> {
    let found = describe(&options.path)?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&found)?);
    } else {
        print(&found, 0);
    }
    Ok(Outcome::Done)
}

fn describe(path: &Path) -> Result<Value> {
    if path.is_dir() {
        let (manifest, tensors) = weights::load(path)?;
        return Ok(json!({
            "what": "weights", "name": manifest.name, "version": manifest.version, "side": manifest.side,
            "hash": manifest.hash(), "parameters": parameters(&tensors),
        }));
    }
    let bytes =
        fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    if path.extension().is_some_and(|end| end == "safetensors") {
        let mut tensors = NamedTensors::default();
        tensors.read(&bytes)?;
        let names: Vec<_> = tensors.0.keys().take(10).collect();
        return Ok(json!({
            "what": "parameters", "tensors": tensors.0.len(), "parameters": parameters(&tensors),
            "first": names,
        }));
    }
    // A zip archive; anything else is a picture or nothing.
    if bytes.starts_with(b"PK") {
        return Ok(session(&saved::open(path)?));
    }
    let picture = decode(&bytes)?;
    if tiff::is_tiff(&bytes) {
        let pages = tiff::pages(Cursor::new(&bytes))?;
        return Ok(json!({
            "what": "picture", "width": picture.width(), "height": picture.height(), "pages": pages,
        }));
    }
    Ok(json!({ "what": "picture", "width": picture.width(), "height": picture.height() }))
}

fn parameters(tensors: &NamedTensors) -> usize {
    tensors.0.values().map(|tensor| tensor.values.len()).sum()
}

fn session(file: &SessionFile) -> Value {
    let bytes = |image: &anolis::session::file::SavedImage| -> usize {
        image.files.iter().map(|file| file.bytes.len()).sum()
    };
    let referred = file.images.iter().filter(|image| image.files.is_empty()).count();
    let tasks = file.tasks.iter().map(|task| {
        json!({
            "id": task.id, "kind": task.kind(), "channels": task.channels,
            "examples": task.labelled().len(), "adapter": task.adapter.is_some(),
            "at a time": file.images_of(task),
        })
    });
    json!({
        "what": "session", "name": file.name, "changed": file.changed, "weights": file.weights,
        "images": file.images.len(), "referred": referred,
        "bytes": file.images.iter().map(bytes).sum::<usize>(), "tasks": tasks.collect::<Vec<_>>(),
    })
}

/// Keys and values, one a line.
fn print(value: &Value, depth: usize) {
    let Value::Object(entries) = value else { return };
    for (key, value) in entries {
        let indent = "  ".repeat(depth);
        match value {
            Value::Null => {}
            Value::Array(items) if items.iter().all(Value::is_object) => {
                for item in items {
                    println!("{indent}{key}:");
                    print(item, depth + 1);
                }
            }
            Value::Array(items) => {
                let items =
                    items.iter().map(|item| item.as_str().map_or(item.to_string(), str::to_owned));
                println!("{indent}{key}: {}", items.collect::<Vec<_>>().join(", "));
            }
            Value::String(text) => println!("{indent}{key}: {text}"),
            other => println!("{indent}{key}: {other}"),
        }
    }
}
