//! The network's weights: a folder, or those inside the binary.

use std::borrow::Cow;
use std::path::Path;

use anolis::error::ErrorKind;
use anolis::weights::{self, Manifest, NamedTensors};

use crate::Result;

macro_rules! files {
    ($($name:literal)*) => {
        &[$(($name, include_bytes!(concat!("../../weights/", $name)))),*]
    };
}

/// The shipped weights, so that the binary works wherever it is copied to.
const SHIPPED: &[(&str, &[u8])] = files! {
    "manifest.json"
    "xs-0.safetensors" "xs-1.safetensors"
    "laso.safetensors"
};

/// The weights of a folder, by default the shipped ones.
///
/// # Errors
/// As [`weights::load`].
pub fn load(folder: Option<&Path>) -> Result<(Manifest, NamedTensors)> {
    let Some(folder) = folder else {
        return Ok(weights::read(|name| {
            let file = SHIPPED.iter().find(|(shipped, _)| *shipped == name);
            let (_, bytes) = file.ok_or_else(|| ErrorKind::WeightsMissing(name.to_owned()))?;
            Ok(Cow::Borrowed(*bytes))
        })?);
    };
    Ok(weights::load(folder)?)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_shipped_weights_are_whole() {
        let (manifest, tensors) = super::load(None).unwrap();
        assert_eq!(manifest.shards.len() + 1, super::SHIPPED.len());
        assert!(!tensors.0.is_empty());
    }
}
