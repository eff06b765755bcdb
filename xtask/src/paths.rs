//! Where things are, and writing files without half-written states.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The repository.
pub fn root() -> PathBuf {
    // Cargo sets it at run time too, which stays right when a checkout is moved.
    let xtask = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let xtask = xtask.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    xtask.parent().map_or_else(|| xtask.clone(), Path::to_path_buf)
}

/// Cargo's target folder for native builds, absolute.
pub fn target() -> PathBuf {
    let folder =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    std::path::absolute(&folder).unwrap_or(folder)
}

/// The target folder for the browser: another toolchain must not share the native one.
pub fn web_target() -> PathBuf {
    target().join("web")
}

/// The page.
pub fn www() -> PathBuf {
    root().join("www")
}

/// What the page loads at run time; written by us, not committed.
pub fn assets() -> PathBuf {
    www().join("src/anolis/assets")
}

/// Data beside the repository that some tests need: `ANOLIS_SHARED`, else `../shared`.
pub fn shared() -> PathBuf {
    let folder =
        env::var_os("ANOLIS_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    std::path::absolute(&folder).unwrap_or(folder)
}

/// The first program of this name in `PATH`.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&path).map(|folder| folder.join(&file)).find(|file| file.is_file())
}

/// Replaces `path` at once, and only if it would change: a watcher isn't woken up for nothing.
pub fn write(path: &Path, bytes: &[u8]) -> Result<bool> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    let write = || {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = folder.join(format!(".{name}.{}.tmp", std::process::id()));
        fs::write(&temporary, bytes)?;
        fs::rename(&temporary, path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))?;
    Ok(true)
}

/// A file's bytes; the error names the file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_only_what_changed() {
        let folder = env::temp_dir().join(format!("xtask-write-{}", std::process::id()));
        let file = folder.join("a/b.txt");
        assert!(write(&file, b"one").unwrap());
        assert!(!write(&file, b"one").unwrap());
        assert!(write(&file, b"two").unwrap());
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn hashes() {
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
