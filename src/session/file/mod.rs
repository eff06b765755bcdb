//! The session file: tasks, their examples and adapters, and pictures, in one `.anolis` archive; docs/session-file.md is
//! the format.

mod archive;
mod labels;
mod manifest;
mod read;
mod restore;
mod write;

pub use restore::Restored;

use super::TaskKind;
use super::tags::TagTask;
use super::task::check_channels;
use crate::error::{Error, ErrorKind, Result};
use crate::image::{Label, Picture, decode};
use crate::laso::Said;

/// The format that is written; older ones are read.
pub const VERSION: u32 = 1;

/// Longest side of a picture as labels and the network see it, in pixels.
pub const LONGEST_SIDE: usize = 2048;

/// A session as its file holds it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionFile {
    pub name: String,
    /// When it last changed, as RFC 3339 says it.
    pub changed: String,
    /// [`crate::weights::Manifest::hash`] of the weights that the adapters were made with.
    pub weights: Option<String>,
    pub images: Vec<SavedImage>,
    pub tasks: Vec<SavedTask>,
    /// What a user interface remembers.
    pub page: Option<serde_json::Value>,
}

/// A picture of a session file.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedImage {
    /// 1 to 64 letters, digits, `-` and `_`; its own among images.
    pub id: String,
    pub name: String,
    /// As it was opened: one file, two where two pictures are seen together, none where it is only referred to.
    pub files: Vec<ImageFile>,
    /// Pixels that labels have: of the picture upright, its longest side at most [`LONGEST_SIDE`].
    pub width: usize,
    pub height: usize,
}

/// A picture's file, byte for byte.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageFile {
    /// For instance `png`, without a dot.
    pub extension: String,
    pub bytes: Vec<u8>,
}

/// A task of a session file.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedTask {
    /// As [`SavedImage::id`], among tasks.
    pub id: String,
    pub channels: Vec<String>,
    pub examples: Examples,
    /// A safetensors file, as [`crate::Session::adapter`] gives it.
    pub adapter: Option<Vec<u8>>,
}

/// What was labelled, by the images' ids, and what kind of task it teaches.
#[derive(Clone, Debug, PartialEq)]
pub enum Examples {
    Dense {
        kind: TaskKind,
        labels: Vec<(String, Label)>,
    },
    /// Of each channel whether the picture has it.
    Tags(Vec<(String, Said)>),
}

impl SavedImage {
    /// The pictures as a session takes them; none where the image is only referred to.
    ///
    /// # Errors
    /// `not-an-image`, `image-too-small`; `session-file` when the first one's size is not the image's.
    pub fn pictures(&self) -> Result<Vec<Picture>> {
        let picture = |file: &ImageFile| Ok(decode(&file.bytes)?.at_most(LONGEST_SIDE));
        let pictures = self.files.iter().map(picture).collect::<Result<Vec<_>>>()?;
        if let Some(picture) = pictures.first() {
            self.check_size(picture)?;
        }
        Ok(pictures)
    }

    /// # Errors
    /// `session-file` when `picture` has another size than labels of this image.
    pub fn check_size(&self, picture: &Picture) -> Result<()> {
        let Self { name, width, height, .. } = self;
        let found = (picture.width(), picture.height());
        if found == (*width, *height) {
            return Ok(());
        }
        let (columns, rows) = found;
        Err(damaged(format!("'{name}' is {columns}x{rows} pixels instead of {width}x{height}")))
    }
}

impl SavedTask {
    /// `mask`, `keypoints`, `map`, `density` or `tags`.
    pub fn kind(&self) -> &'static str {
        match &self.examples {
            Examples::Dense { kind, .. } => kind.name(),
            Examples::Tags(_) => "tags",
        }
    }

    /// The ids of the images that are labelled.
    pub fn labelled(&self) -> Vec<&str> {
        match &self.examples {
            Examples::Dense { labels, .. } => labels.iter().map(|(id, _)| id.as_str()).collect(),
            Examples::Tags(labels) => labels.iter().map(|(id, _)| id.as_str()).collect(),
        }
    }

    fn check_channels(&self) -> Result<()> {
        match self.examples {
            Examples::Dense { .. } => check_channels(&self.channels),
            Examples::Tags(_) => TagTask::new(&self.channels).map(drop),
        }
    }
}

impl SessionFile {
    /// The image of this id.
    pub fn image(&self, id: &str) -> Option<&SavedImage> {
        self.images.iter().find(|image| image.id == id)
    }

    /// The task of this id.
    pub fn task(&self, id: &str) -> Option<&SavedTask> {
        self.tasks.iter().find(|task| task.id == id)
    }

    /// How many pictures a task sees at a time: as many as its examples have, one where all are only referred to.
    pub fn images_of(&self, task: &SavedTask) -> usize {
        let files = task.labelled().into_iter().filter_map(|id| Some(self.image(id)?.files.len()));
        files.max().unwrap_or(0).max(1)
    }

    /// Whether ids, names and labels fit together.
    fn check(&self) -> Result<()> {
        let mut images = std::collections::BTreeMap::new();
        for image in &self.images {
            let SavedImage { id, width, height, files, .. } = image;
            check_id(id)?;
            if images.insert(id.as_str(), image).is_some() {
                return Err(damaged(format!("two images are called '{id}'")));
            }
            let sides = [*width, *height];
            if files.len() > 2 || sides.iter().any(|side| !(1..=LONGEST_SIDE).contains(side)) {
                let files = files.len();
                return Err(damaged(format!("image '{id}' is {files} files of {width}x{height}")));
            }
        }
        let mut tasks = std::collections::BTreeSet::new();
        for task in &self.tasks {
            let of = |error: Error| damaged(format!("task '{}': {error}", task.id));
            check_id(&task.id)?;
            if !tasks.insert(&task.id) {
                return Err(damaged(format!("two tasks are called '{}'", task.id)));
            }
            task.check_channels().map_err(of)?;
            let mut labelled = std::collections::BTreeSet::new();
            for id in task.labelled() {
                let image = images.get(id);
                let image =
                    image.ok_or_else(|| damaged(format!("a label is of no image '{id}'")))?;
                if !labelled.insert(id) {
                    return Err(damaged(format!("task '{}' labels '{id}' twice", task.id)));
                }
                if ![0, self.images_of(task)].contains(&image.files.len()) {
                    let reason = "has examples of one and of two pictures";
                    return Err(damaged(format!("task '{}' {reason}", task.id)));
                }
            }
            match &task.examples {
                Examples::Dense { kind, labels } => labels.iter().try_for_each(|(id, label)| {
                    let size = (images[id.as_str()].width, images[id.as_str()].height);
                    labels::check(label, *kind, task.channels.len(), size).map_err(of)
                })?,
                Examples::Tags(labels) => {
                    let most = labels.iter().map(|(_, said)| said.len()).max().unwrap_or(0);
                    if most > task.channels.len() {
                        return Err(damaged(format!("task '{}' says more than its tags", task.id)));
                    }
                }
            }
        }
        Ok(())
    }
}

fn check_id(id: &str) -> Result<()> {
    let letters = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if letters && (1..=64).contains(&id.len()) {
        return Ok(());
    }
    Err(damaged(format!("'{}' is no id", id.escape_debug())))
}

/// A file that is no session file, or no longer.
fn damaged(reason: impl Into<String>) -> Error {
    ErrorKind::SessionFile(reason.into()).into()
}
