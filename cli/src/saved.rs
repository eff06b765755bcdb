//! Session files of the disk.

use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anolis::Session;
use anolis::error::ErrorKind;
use anolis::image::{Picture, decode};
use anolis::session::LEAST_TILE;
use anolis::session::file::{LONGEST_SIDE, Restored, SavedImage, SavedTask, SessionFile};
use anolis::weights::Manifest;
use burn::tensor::read_sync;

use crate::{Result, output};

/// # Errors
/// `session-file`, `session-version`, or that the file cannot be opened.
pub fn open(path: &Path) -> Result<SessionFile> {
    let file = fs::File::open(path);
    let file = file.map_err(|error| format!("cannot open {}: {error}", path.display()))?;
    SessionFile::read(BufReader::new(file))
        .map_err(|error| format!("{}: {error}", path.display()).into())
}

/// # Errors
/// `session-file`, or that the file cannot be written.
pub fn save(session: &SessionFile, path: &Path) -> Result<()> {
    output::write(path, &session.write()?)
}

/// The time as session files have it.
pub fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}

/// The tasks of these ids, or all that have examples.
///
/// # Errors
/// When there is none.
pub fn choose<'a>(session: &'a SessionFile, ids: &[String]) -> Result<Vec<&'a SavedTask>> {
    if ids.is_empty() {
        let labelled = session.tasks.iter().filter(|task| !task.labelled().is_empty());
        let labelled: Vec<_> = labelled.collect();
        if labelled.is_empty() {
            return Err(
                "nothing is labelled in this session: label at least one picture first".into()
            );
        }
        return Ok(labelled);
    }
    let find = |id: &String| {
        let known = || session.tasks.iter().map(|task| &*task.id).collect::<Vec<_>>().join(", ");
        session.task(id).ok_or_else(|| format!("there is no task '{id}', only {}", known()).into())
    };
    ids.iter().map(find).collect()
}

/// Adds tasks to `to`, with pictures that the session only refers to from `folder`; says which adapters are left out.
///
/// # Errors
/// As [`SessionFile::restore`].
pub fn restore(
    session: &SessionFile,
    tasks: &[&SavedTask],
    to: &mut Session,
    weights: &Manifest,
    folder: &Path,
) -> Result<Restored> {
    let find = |image: &SavedImage| -> anolis::Result<Picture> {
        // A name may be anything, also a path that leads elsewhere.
        let name = Path::new(&image.name).file_name().map(PathBuf::from).unwrap_or_default();
        let path = folder.join(name);
        let missing =
            |error| ErrorKind::NotAnImage(format!("{}: {error}; give --pictures", path.display()));
        Ok(decode(&fs::read(&path).map_err(missing)?)?.at_most(LONGEST_SIDE))
    };
    let restored = read_sync(session.restore(tasks, to, weights, find))?;
    for task in &restored.without_adapter {
        eprintln!(
            "task '{task}': its adapter belongs to other weights and is left out; adapt it again"
        );
    }
    Ok(restored)
}

/// How long the examples' pictures are on average, as large as their files have them: tiles of this side show things at the
/// size at which they were learnt.
///
/// # Errors
/// `not-an-image`.
pub fn usual_tile(session: &SessionFile, task: &SavedTask) -> Result<usize> {
    let side = |image: &SavedImage| -> Result<usize> {
        let side = image.width.max(image.height);
        match image.files.first() {
            // Only these were scaled down.
            Some(file) if side == LONGEST_SIDE => {
                let picture = decode(&file.bytes)?;
                Ok(picture.width().max(picture.height()))
            }
            _ => Ok(side),
        }
    };
    let images = task.labelled().into_iter().filter_map(|id| session.image(id));
    let sides = images.map(side).collect::<Result<Vec<_>>>()?;
    let mean = sides.iter().sum::<usize>() as f32 / sides.len().max(1) as f32;
    Ok((mean.round() as usize).max(LEAST_TILE))
}

/// Where the pictures are that a session only refers to: `given`, else beside it.
pub fn pictures_of<'a>(session: &'a Path, given: Option<&'a Path>) -> &'a Path {
    given.unwrap_or_else(|| session.parent().unwrap_or(Path::new(".")))
}
