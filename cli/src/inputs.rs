//! The pictures that are meant by files, folders and patterns.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;

/// Endings of files that folders and patterns give.
const ENDINGS: [&str; 6] = ["png", "jpg", "jpeg", "webp", "gif", "bmp"];

/// A picture and the name of what is made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    pub path: PathBuf,
    /// Below the folder that was given or `root`, without ending.
    pub name: PathBuf,
}

/// The pictures of `given`, sorted by name; what lies in `except` is none.
///
/// # Errors
/// When something does not exist, nothing is found, or two pictures would have one name.
pub fn find(given: &[String], root: Option<&Path>, except: &Path) -> Result<Vec<Input>> {
    let except = std::path::absolute(except)?;
    let mut found = BTreeMap::new();
    let mut add = |path: PathBuf, base: &Path| -> Result<()> {
        let inside = path.strip_prefix(root.unwrap_or(base));
        let outside = || format!("{} is not in --root", path.display());
        let name = inside.map_err(|_| outside())?.with_extension("");
        if let Some(other) = found.insert(name, path.clone()).filter(|other| *other != path) {
            let (one, other) = (path.display(), other.display());
            return Err(format!(
                "{one} and {other} would have one name: rename one, or give --root"
            )
            .into());
        }
        Ok(())
    };
    for text in given {
        let path = Path::new(text);
        if path.is_dir() {
            let mut files = Vec::new();
            walk(path, &except, &mut files)?;
            files.into_iter().try_for_each(|file| add(file, path))?;
        } else if path.is_file() {
            add(path.to_owned(), path.parent().unwrap_or(Path::new("")))?;
        } else {
            let matched = glob::glob(text).map_err(|error| format!("{text}: {error}"))?;
            let mut any = false;
            for file in matched {
                let file = file?;
                if file.is_file() && is_picture(&file) {
                    add(file.clone(), file.parent().unwrap_or(Path::new("")))?;
                    any = true;
                }
            }
            if !any {
                return Err(format!("there is no picture {text}").into());
            }
        }
    }
    if found.is_empty() {
        let endings = ENDINGS.join(", ");
        return Err(format!("there are no pictures in {} ({endings})", given.join(", ")).into());
    }
    Ok(found.into_iter().map(|(name, path)| Input { path, name }).collect())
}

/// The pictures in a folder and the folders in it.
fn walk(folder: &Path, except: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if std::path::absolute(folder)? == except {
        return Ok(());
    }
    let entries = fs::read_dir(folder);
    let entries = entries.map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            walk(&path, except, files)?;
        } else if is_picture(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_picture(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&&*ending))
}
