//! From a session file to a session that learns and predicts.

use std::collections::BTreeMap;

use super::{Examples, SavedImage, SavedTask, SessionFile};
use crate::error::Result;
use crate::image::Picture;
use crate::session::Session;
use crate::weights::Manifest;

/// What tasks of a session file became in a session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Restored {
    /// The tasks' numbers, in the order they were asked for.
    pub tasks: Vec<u32>,
    /// The pictures' numbers by the images' ids.
    pub pictures: BTreeMap<String, u32>,
    /// Ids of tasks whose adapter was left out, because it was made with other weights.
    pub without_adapter: Vec<String>,
}

impl SessionFile {
    /// Adds some of the file's tasks to a session, with the pictures that they label and their adapters.
    ///
    /// `weights` are the session's; `find` gives the picture of an image that is only referred to.
    ///
    /// # Errors
    /// What `find` says; `not-an-image`, `session-file` when a picture is not the one that was labelled, `adapter`,
    /// `weights-missing`, `device-lost`. The session is as it was then.
    pub async fn restore(
        &self,
        tasks: &[&SavedTask],
        session: &mut Session,
        weights: &Manifest,
        mut find: impl FnMut(&SavedImage) -> Result<Picture>,
    ) -> Result<Restored> {
        let mut restored = Restored::default();
        for task in tasks {
            let added = self.restore_task(task, session, weights, &mut find, &mut restored).await;
            if let Err(error) = added {
                restored.tasks.iter().try_for_each(|&task| session.remove_task(task))?;
                restored.pictures.values().try_for_each(|&id| session.remove_picture(id))?;
                return Err(error);
            }
        }
        Ok(restored)
    }

    async fn restore_task(
        &self,
        task: &SavedTask,
        session: &mut Session,
        weights: &Manifest,
        find: &mut impl FnMut(&SavedImage) -> Result<Picture>,
        restored: &mut Restored,
    ) -> Result<()> {
        let number = match &task.examples {
            Examples::Dense { kind, .. } => {
                let images = self.images_of(task);
                session.add_task_with_images(*kind, task.channels.clone(), images)?
            }
            Examples::Tags(_) => session.add_tag_task(&task.channels)?,
        };
        restored.tasks.push(number);
        let labelled = self.images.iter().filter(|image| task.labelled().contains(&&*image.id));
        for image in
            labelled.filter(|image| !restored.pictures.contains_key(&image.id)).collect::<Vec<_>>()
        {
            let mut pictures = image.pictures()?;
            if pictures.is_empty() {
                let picture = find(image)?;
                image.check_size(&picture)?;
                pictures.push(picture);
            }
            let picture = session.add_pictures(&pictures).await?;
            restored.pictures.insert(image.id.clone(), picture);
        }
        match &task.examples {
            Examples::Dense { labels, .. } => {
                for (image, label) in labels {
                    session.set_label(number, restored.pictures[image], label.clone()).await?;
                }
            }
            Examples::Tags(labels) => {
                for (image, said) in labels {
                    session.set_tags(number, restored.pictures[image], said.clone()).await?;
                }
            }
        }
        match &task.adapter {
            Some(_) if self.weights.as_ref() != Some(&weights.hash()) => {
                restored.without_adapter.push(task.id.clone());
            }
            Some(adapter) => session.set_adapter(number, Some(adapter))?,
            None => {}
        }
        Ok(())
    }
}
