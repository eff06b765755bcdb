//! `manifest.json`: what is in the archive.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{VERSION, damaged};
use crate::error::{ErrorKind, Result};

pub const FILE: &str = "manifest.json";

const FORMAT: &str = "anolis-session";

#[derive(Serialize, Deserialize)]
pub struct Manifest {
    format: String,
    version: u32,
    pub name: String,
    pub changed: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    pub images: Vec<Image>,
    pub tasks: Vec<Task>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<Value>,
}

#[derive(Serialize, Deserialize)]
pub struct Image {
    pub id: String,
    pub name: String,
    pub files: Vec<String>,
    pub width: usize,
    pub height: usize,
}

#[derive(Serialize, Deserialize)]
pub struct Task {
    pub id: String,
    pub kind: String,
    pub channels: Vec<String>,
    #[serde(default)]
    pub overlap: bool,
    pub labels: Vec<Label>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adapter: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub struct Label {
    pub image: String,
    pub files: Vec<String>,
}

impl Manifest {
    /// An empty one of this version.
    pub fn new(name: String, changed: String) -> Self {
        Self {
            format: FORMAT.into(),
            version: VERSION,
            name,
            changed,
            weights: None,
            images: Vec::new(),
            tasks: Vec::new(),
            page: None,
        }
    }

    /// # Errors
    /// `session-file` when it is none, `session-version` when it is newer.
    pub fn parse(json: &[u8]) -> Result<Self> {
        let broken = |error: serde_json::Error| damaged(format!("{FILE}: {error}"));
        let value: Value = serde_json::from_slice(json).map_err(broken)?;
        if value["format"] != FORMAT {
            return Err(damaged("it is another program's"));
        }
        // A newer format may lack fields, so it is looked at before the rest.
        match value["version"].as_u64() {
            Some(1..) if value["version"].as_u64() <= Some(VERSION.into()) => {}
            Some(found @ 1..) => {
                return Err(ErrorKind::SessionVersion { found, expected: VERSION }.into());
            }
            _ => return Err(damaged("it has no version")),
        }
        serde_json::from_value(value).map_err(broken)
    }
}
