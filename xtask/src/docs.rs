//! The documentation of the npm package, from its comments.

use anyhow::{Context, Result};

use crate::step::Step;
use crate::{assets, npm};

/// `cargo xtask docs`; what is undocumented or links to nothing is an error.
pub fn write() -> Result<()> {
    npm::setup()?;
    assets::write()?;
    let step = Step::start("documentation");
    step.run(&mut npm::npm(&["run", "docs", "--workspace", "pkg"]))
        .context("the documentation cannot be written: correct the comments listed above")?;
    step.done("pkg/site/index.html");
    Ok(())
}
