//! A Vulkan driver for the golden tests on a GPU; Mesa's does without one.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::paths;
use crate::step::{self, Step};
use crate::toolchain;

const TITLE: &str = "Vulkan";
const PACKAGES: [&str; 2] = ["mesa-vulkan-drivers", "libvulkan1"];
/// Where drivers say that they are there.
const FOLDERS: [&str; 4] = [
    "/etc/vulkan/icd.d",
    "/usr/share/vulkan/icd.d",
    "/usr/local/share/vulkan/icd.d",
    "/run/opengl-driver/share/vulkan/icd.d",
];

/// Finds or installs a driver. Elsewhere than on Linux the system brings what wgpu uses.
pub fn setup() -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    if let Some(found) = find() {
        step::skip(TITLE, found.display());
        return Ok(());
    }
    if paths::program("apt-get").is_some() {
        let step = Step::start(TITLE);
        if let Err(error) = toolchain::apt_install(&step, &PACKAGES) {
            eprintln!("  {error:#}");
        } else if let Some(found) = find() {
            step.done(found.display());
            return Ok(());
        }
    }
    bail!("no Vulkan driver found: install {}", PACKAGES.join(" and "))
}

/// The first driver's description.
fn find() -> Option<PathBuf> {
    FOLDERS.iter().find_map(|folder| first_driver(Path::new(folder)))
}

fn first_driver(folder: &Path) -> Option<PathBuf> {
    let files = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    files.filter(|file| file.extension().is_some_and(|end| end == "json")).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_is_a_json_file() {
        let folder = std::env::temp_dir().join(format!("xtask-vulkan-{}", std::process::id()));
        assert_eq!(first_driver(&folder), None);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("readme.txt"), "").unwrap();
        assert_eq!(first_driver(&folder), None);
        fs::write(folder.join("lvp.json"), "{}").unwrap();
        assert_eq!(first_driver(&folder), Some(folder.join("lvp.json")));
        fs::remove_dir_all(folder).unwrap();
    }
}
