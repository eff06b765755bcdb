//! The pictures that are meant by files, folders and patterns.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anolis::image::{Picture, decode, tiff};

use crate::Result;

/// Endings of files that folders and patterns give.
const ENDINGS: [&str; 8] = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff"];

/// A picture and the name of what is made of it.
#[derive(Clone, Debug)]
pub struct Input {
    pub path: PathBuf,
    /// Below the folder that was given or `root`, without ending; of a TIFF of several pages `NAME-1` and so on.
    pub name: PathBuf,
    page: Option<Page>,
}

/// A page of a TIFF.
#[derive(Clone, Debug)]
struct Page {
    /// Counted from 0.
    number: usize,
    several: bool,
    /// The levels of all pages of the file, found when the first is read.
    levels: Arc<Mutex<Option<tiff::Levels>>>,
}

impl Input {
    /// The pictures of a file that is called `name` without its ending: the pages of a TIFF, else one.
    pub fn of_file(path: PathBuf, name: PathBuf) -> Vec<Self> {
        if !is_tiff(&path) {
            return vec![Self { path, name, page: None }];
        }
        // What cannot be counted fails when it is read.
        let pages = open(&path).and_then(|file| Ok(tiff::pages(file)?)).unwrap_or(1);
        let levels = Arc::default();
        let page = |number| {
            let mut numbered = name.clone().into_os_string();
            if pages > 1 {
                numbered.push(format!("-{}", number + 1));
            }
            let page = Page { number, several: pages > 1, levels: Arc::clone(&levels) };
            Self { path: path.clone(), name: numbered.into(), page: Some(page) }
        };
        (0..pages).map(page).collect()
    }

    /// The page's number from 1, where the file has several.
    pub fn page(&self) -> Option<usize> {
        self.page.as_ref().filter(|page| page.several).map(|page| page.number + 1)
    }

    /// # Errors
    /// As [`decode`] and [`tiff::page`], or that the file cannot be read.
    pub fn read(&self) -> Result<Picture> {
        let Some(page) = &self.page else {
            return Ok(decode(&fs::read(&self.path)?)?);
        };
        // Pages are read side by side: the others wait for the first one that looks at all.
        let mut known = page.levels.lock().unwrap_or_else(PoisonError::into_inner);
        let levels = match *known {
            Some(levels) => levels,
            None => *known.insert(tiff::levels(open(&self.path)?)?),
        };
        drop(known);
        Ok(tiff::page(open(&self.path)?, page.number, levels)?)
    }
}

impl fmt::Display for Input {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        write!(to, "{}", self.path.display())?;
        self.page().map_or(Ok(()), |page| write!(to, ", page {page}"))
    }
}

fn open(path: &Path) -> Result<BufReader<File>> {
    Ok(BufReader::new(File::open(path)?))
}

pub fn is_tiff(path: &Path) -> bool {
    ["tif", "tiff"].contains(&&*ending(path))
}

fn ending(path: &Path) -> String {
    path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default()
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
        for input in Input::of_file(path, name) {
            let (name, path) = (input.name.clone(), input.path.clone());
            let other = found.insert(name, input).filter(|other: &Input| other.path != path);
            if let Some(other) = other {
                let (one, other) = (path.display(), other.path.display());
                return Err(format!(
                    "{one} and {other} would have one name: rename one, or give --root"
                )
                .into());
            }
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
    Ok(found.into_values().collect())
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
    ENDINGS.contains(&&*ending(path))
}
