//! From a session to a file.

use super::archive::Writer;
use super::manifest::{self, Manifest};
use super::{Examples, SavedImage, SavedTask, SessionFile, damaged, labels};
use crate::error::Result;
use crate::session::TaskKind;

impl SessionFile {
    /// The session as the bytes of an archive. Marks are written as what they paint, maps in 65,534 steps.
    ///
    /// # Errors
    /// `session-file` when what it holds does not fit together, or is more than a reader takes.
    pub fn write(&self) -> Result<Vec<u8>> {
        self.check()?;
        let mut archive = Writer::new();
        let mut manifest = Manifest::new(self.name.clone(), self.changed.clone());
        manifest.weights = self.weights.clone();
        manifest.page = self.page.clone();
        for image in &self.images {
            manifest.images.push(write_image(image, &mut archive)?);
        }
        for task in &self.tasks {
            manifest.tasks.push(self.write_task(task, &mut archive)?);
        }
        let json = serde_json::to_vec_pretty(&manifest);
        archive.add(manifest::FILE, &json.map_err(|error| damaged(error.to_string()))?)?;
        archive.finish()
    }

    fn write_task(&self, task: &SavedTask, archive: &mut Writer) -> Result<manifest::Task> {
        let SavedTask { id, channels, examples, adapter } = task;
        let mut labels = Vec::new();
        let mut add = |image: &str, label: Vec<(&str, Vec<u8>)>| {
            let several = label.len() > 1;
            let mut files = Vec::new();
            for (i, (end, bytes)) in label.into_iter().enumerate() {
                let part = if several { format!(".{}", i + 1) } else { String::new() };
                let path = format!("labels/{id}/{image}{part}.{end}");
                archive.add(&path, &bytes)?;
                files.push(path);
            }
            labels.push(manifest::Label { image: image.to_owned(), files });
            Ok::<_, crate::Error>(())
        };
        let mut overlap = false;
        match examples {
            Examples::Dense { kind, labels } => {
                overlap = *kind == TaskKind::OverlappingMask;
                for (image, label) in labels {
                    let size =
                        self.image(image).map_or((0, 0), |image| (image.width, image.height));
                    add(image, labels::write(label, *kind, channels.len(), size)?)?;
                }
            }
            Examples::Tags(labels) => {
                for (image, said) in labels {
                    add(image, vec![("json", labels::write_tags(said, channels)?)])?;
                }
            }
        }
        let adapter = match adapter {
            Some(bytes) => {
                let path = format!("adapters/{id}.safetensors");
                archive.add(&path, bytes)?;
                Some(path)
            }
            None => None,
        };
        let (id, kind, channels) = (id.clone(), task.kind().to_owned(), channels.clone());
        Ok(manifest::Task { id, kind, channels, overlap, labels, adapter })
    }
}

fn write_image(image: &SavedImage, archive: &mut Writer) -> Result<manifest::Image> {
    let SavedImage { id, name, width, height, .. } = image;
    let mut files = Vec::new();
    for (i, file) in image.files.iter().enumerate() {
        let plain = file.extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let end = if plain && !file.extension.is_empty() { &file.extension } else { "img" };
        let part = if i > 0 { format!(".{}", i + 1) } else { String::new() };
        let path = format!("images/{id}{part}.{end}");
        archive.add(&path, &file.bytes)?;
        files.push(path);
    }
    Ok(manifest::Image {
        id: id.clone(),
        name: name.clone(),
        files,
        width: *width,
        height: *height,
    })
}
