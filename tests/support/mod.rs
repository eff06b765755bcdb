//! What tests of the whole network share.

use std::path::Path;
use std::sync::LazyLock;

use anolis::weights::{self, Manifest, NamedTensors};

/// The shipped weights, read once.
pub static WEIGHTS: LazyLock<(Manifest, NamedTensors)> =
    LazyLock::new(|| weights::load(Path::new("weights")).unwrap());
