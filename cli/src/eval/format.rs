//! A few-shot task as a folder: reading labels and writing predictions.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anolis::image::label::{Dot, Label};
use anolis::image::{Picture, decode};
use anolis::session::{Prediction, Tag, TaskKind};
use serde::Deserialize;

use crate::Result;
use crate::output::{self, Answer};

/// `task.json`
#[derive(Deserialize)]
pub struct TaskFile {
    pub name: String,
    kind: String,
    pub channels: Vec<String>,
    pub splits: Vec<Split>,
    /// Whether 0 in a map means that nothing is known.
    #[serde(default)]
    zero_is_unknown: bool,
}

#[derive(Deserialize)]
pub struct Split {
    pub seed: u64,
    pub support: BTreeMap<String, Vec<String>>,
    pub query: Vec<String>,
}

#[derive(Deserialize)]
struct Tags {
    tags: Vec<String>,
}

/// A label or a prediction of keypoints or of objects.
#[derive(Deserialize)]
struct Points {
    points: Vec<Vec<f32>>,
}

impl TaskFile {
    pub fn read(folder: &Path) -> Result<Self> {
        Ok(serde_json::from_slice(&fs::read(folder.join("task.json"))?)?)
    }

    /// What the library calls the kind of a dense task; none for tags.
    pub fn kind(&self) -> Option<TaskKind> {
        match self.kind.as_str() {
            "mask" => Some(TaskKind::Mask),
            "keypoints" => Some(TaskKind::Keypoints),
            "map" => Some(TaskKind::Map),
            "points" => Some(TaskKind::Density),
            _ => None,
        }
    }

    /// Whether the task is about whole pictures.
    pub fn has_tags(&self) -> bool {
        self.kind == "tags"
    }

    /// Which of the task's tags the picture `id` has.
    pub fn tags(&self, folder: &Path, id: &str) -> Result<Vec<bool>> {
        let Tags { tags } =
            serde_json::from_slice(&fs::read(folder.join(format!("labels/{id}.json")))?)?;
        Ok(self.channels.iter().map(|channel| tags.contains(channel)).collect())
    }

    /// The ids of all pictures, sorted.
    pub fn names(folder: &Path) -> Result<Vec<String>> {
        let files = fs::read_dir(folder.join("images"))?;
        let name = |path: &Path| Some(path.file_stem()?.to_str()?.to_owned());
        let mut names: Vec<_> = files.filter_map(|file| name(&file.ok()?.path())).collect();
        names.sort();
        Ok(names)
    }

    pub fn picture(&self, folder: &Path, id: &str) -> Result<Picture> {
        Ok(decode(&fs::read(folder.join(format!("images/{id}.jpg")))?)?)
    }

    /// The label of `picture`, whose id is `id`. Points outside their picture are not visible.
    pub fn label(&self, folder: &Path, id: &str, picture: &Picture) -> Result<Label> {
        let file = |end: &str| fs::read(folder.join(format!("labels/{id}.{end}")));
        let inside = |x: f32, y: f32| {
            (0.0..=picture.width() as f32).contains(&x)
                && (0.0..=picture.height() as f32).contains(&y)
        };
        match self.kind.as_str() {
            "mask" => {
                let ids = image::load_from_memory(&file("png")?)?.into_luma8();
                let (width, height) = (ids.width() as usize, ids.height() as usize);
                Ok(Label::Classes { ids: ids.into_raw(), width, height })
            }
            "map" => {
                let map = image::load_from_memory(&file("png")?)?.into_luma16();
                let (width, height) = (map.width() as usize, map.height() as usize);
                let value = |v: u16| {
                    if v == 0 && self.zero_is_unknown { f32::NAN } else { f32::from(v) / 65535.0 }
                };
                let values = map.into_raw().into_iter().map(value).collect();
                Ok(Label::Map { values, width, height })
            }
            "keypoints" => {
                let Points { points } = serde_json::from_slice(&file("json")?)?;
                let point = |point: &Vec<f32>| match point[..] {
                    [x, y, visible] => Ok((visible > 0.0 && inside(x, y)).then_some([x, y])),
                    _ => Err(format!("{id}: a keypoint is [x, y, visible]").into()),
                };
                Ok(Label::Keypoints(points.iter().map(point).collect::<Result<_>>()?))
            }
            _ => {
                let Points { points } = serde_json::from_slice(&file("json")?)?;
                let dot = |point: &Vec<f32>| match point[..] {
                    [x, y] => Ok(inside(x, y).then_some(Dot { point: [x, y], channel: 0 })),
                    _ => Err(format!("{id}: an object is [x, y]").into()),
                };
                let dots = points.iter().map(dot).collect::<Result<Vec<_>>>()?;
                Ok(Label::Dots(dots.into_iter().flatten().collect()))
            }
        }
    }
}

/// Writes the probability of each of the tags `names` of the picture `id` into a folder.
pub fn save_tags(names: &[String], tags: &[Tag], folder: &Path, id: &str) -> Result<()> {
    for (end, bytes) in output::tags(names, tags).files {
        fs::write(folder.join(format!("{id}{end}")), bytes)?;
    }
    Ok(())
}

/// Writes what is predicted for the picture `id` of `width x height` pixels into a folder, as [`output`] has it.
pub fn save(prediction: &Prediction, folder: &Path, id: &str, size: (usize, usize)) -> Result<()> {
    let Answer { files, .. } = output::answer(prediction, size)?;
    for (end, bytes) in files {
        fs::write(folder.join(format!("{id}{end}")), bytes)?;
    }
    Ok(())
}
