//! From a file to a session.

use std::io::{Read, Seek};

use super::archive::Archive;
use super::manifest::{self, Manifest};
use super::{Examples, ImageFile, SavedImage, SavedTask, SessionFile, damaged, labels};
use crate::error::Result;
use crate::session::TaskKind;

impl SessionFile {
    /// Reads a session file whole; docs/session-file.md has what is checked. Pictures are not decoded.
    ///
    /// # Errors
    /// `session-file` when it is none, damaged or too large; `session-version` when it is newer than this library.
    pub fn read(file: impl Read + Seek) -> Result<Self> {
        let mut archive = Archive::open(file)?;
        let Manifest { name, changed, weights, images, tasks, page, .. } =
            Manifest::parse(&archive.read(manifest::FILE)?)?;
        let image = |image: manifest::Image| {
            let manifest::Image { id, name, files, width, height } = image;
            let file = |path: String| {
                let extension = path.rsplit_once('.').map_or("", |(_, end)| end).to_owned();
                Ok(ImageFile { extension, bytes: archive.read(&path)? })
            };
            let files = files.into_iter().map(file).collect::<Result<_>>()?;
            Ok(SavedImage { id, name, files, width, height })
        };
        let images = images.into_iter().map(image).collect::<Result<_>>()?;
        let mut session = Self { name, changed, weights, images, tasks: Vec::new(), page };
        // Labels are unpacked to the sizes that images say.
        session.check()?;
        for task in tasks {
            let task = session.task_of(task, &mut archive)?;
            session.tasks.push(task);
        }
        session.check()?;
        Ok(session)
    }

    fn task_of(
        &self,
        task: manifest::Task,
        archive: &mut Archive<impl Read + Seek>,
    ) -> Result<SavedTask> {
        let manifest::Task { id, kind, channels, overlap, labels, adapter } = task;
        let mut files = |label: &manifest::Label| -> Result<Vec<_>> {
            label.files.iter().map(|path| archive.read(path)).collect()
        };
        let examples = if kind == "tags" {
            let said = |label: manifest::Label| {
                let said = labels::read_tags(&files(&label)?, &channels)?;
                Ok((label.image, said))
            };
            Examples::Tags(labels.into_iter().map(said).collect::<Result<_>>()?)
        } else {
            let kind = TaskKind::parse(&kind, overlap)
                .map_err(|_| damaged(format!("task '{id}' is of the unknown kind '{kind}'")))?;
            let label = |label: manifest::Label| {
                let image = self.image(&label.image);
                let image = image
                    .ok_or_else(|| damaged(format!("a label is of no image '{}'", label.image)))?;
                let size = (image.width, image.height);
                let read = labels::read(&files(&label)?, kind, channels.len(), size)?;
                Ok((label.image, read))
            };
            Examples::Dense { kind, labels: labels.into_iter().map(label).collect::<Result<_>>()? }
        };
        let adapter = adapter.map(|path| archive.read(&path)).transpose()?;
        Ok(SavedTask { id, channels, examples, adapter })
    }
}
