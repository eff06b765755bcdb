//! Operations on label sets: pictures with known answers, training, and the tests of docs/laso.md.

mod quadruples;

use std::path::PathBuf;

use crate::Result;

#[derive(clap::Args)]
pub struct Options {
    /// Folder of the weights, whose head is used.
    #[arg(long, default_value = "weights")]
    weights: PathBuf,
    /// Where the features of the drawn pictures are kept.
    #[arg(long, default_value = "target/laso")]
    cache: PathBuf,
}

pub fn run(options: &Options) -> Result<()> {
    quadruples::Features::load(options)?;
    Ok(())
}
