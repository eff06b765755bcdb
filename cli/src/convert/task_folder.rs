//! Few-shot task folders.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

use anolis::image::Label;
use anolis::session::TaskKind;
use anolis::session::file::{Examples, SavedImage, SavedTask, SessionFile};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use serde_json::{Value, json};

use super::{Gathered, classes, one};
use crate::eval::format::TaskFile;
use crate::{Result, output};

/// Sizes of the support sets that are written, as far as examples are left to ask for.
const SHOTS: [usize; 3] = [1, 5, 10];

/// Quality of pictures that are not JPEGs of the labels' size already.
const QUALITY: u8 = 95;

/// # Errors
/// When the folder is no task folder, or has no such split.
pub fn read(folder: &Path, shots: Option<(&str, u64)>) -> Result<SessionFile> {
    let file = TaskFile::read(folder)?;
    let names = match shots {
        None => TaskFile::names(folder)?,
        Some((shots, seed)) => {
            let split = file.splits.iter().find(|split| split.seed == seed);
            let names = split.and_then(|split| split.support.get(shots));
            names.ok_or_else(|| format!("no split of seed {seed} has {shots} examples"))?.clone()
        }
    };
    let mut gathered = Gathered::new(&file.name);
    let (mut labels, mut said) = (Vec::new(), Vec::new());
    for name in &names {
        let (id, picture) = gathered.add(&one(&folder.join(format!("images/{name}.jpg")))?)?;
        if file.has_tags() {
            said.push((id, file.tags(folder, name)?.into_iter().map(Some).collect()));
        } else {
            labels.push((id, file.label(folder, name, &picture)?));
        }
    }
    let (id, examples) = match file.kind() {
        Some(kind) => (kind.name(), Examples::Dense { kind, labels }),
        None => ("tags", Examples::Tags(said)),
    };
    Ok(gathered.finish(id, file.channels, examples))
}

/// # Errors
/// When the format has no such labels, or a file cannot be written.
pub fn write(session: &SessionFile, task: &SavedTask, folder: &Path) -> Result<()> {
    let mut names = Vec::new();
    for (image, ending, label) in labels(session, task)? {
        output::write(&folder.join(format!("images/{}.jpg", image.id)), &jpeg(image)?)?;
        output::write(&folder.join(format!("labels/{}.{ending}", image.id)), &label)?;
        names.push(image.id.as_str());
    }
    let most = SHOTS.into_iter().filter(|&shots| shots < names.len()).max();
    let support: BTreeMap<_, _> = SHOTS
        .iter()
        .filter(|&&shots| Some(shots) <= most)
        .map(|&n| (n.to_string(), &names[..n]))
        .collect();
    let kind = if task.kind() == "density" { "points" } else { task.kind() };
    let description = json!({
        "name": session.name, "kind": kind, "channels": task.channels,
        "zero_is_unknown": kind == "map",
        "splits": [{ "seed": 0, "support": support, "query": &names[most.unwrap_or(0)..] }],
    });
    let text = serde_json::to_string_pretty(&description)? + "\n";
    output::write(&folder.join("task.json"), text.as_bytes())
}

/// An image, the ending of its label's file, and the file.
type Labelled<'a> = (&'a SavedImage, &'static str, Vec<u8>);

fn labels<'a>(session: &'a SessionFile, task: &'a SavedTask) -> Result<Vec<Labelled<'a>>> {
    let image = |id: &String| session.image(id).ok_or("a label without a picture");
    let json = |value: Value| value.to_string().into_bytes();
    match &task.examples {
        Examples::Dense { kind: TaskKind::Mask, .. } => {
            let masks = classes(session, task)?.into_iter();
            let png = |(image, ids): (&'a SavedImage, _)| {
                Ok((image, "png", output::grey(ids, (image.width, image.height))?))
            };
            masks.map(png).collect()
        }
        Examples::Tags(said) => {
            let tags = said.iter().map(|(id, said)| {
                let there = task.channels.iter().zip(said).filter(|(_, said)| **said == Some(true));
                let there: Vec<_> = there.map(|(name, _)| name).collect();
                Ok((image(id)?, "json", json(json!({ "tags": there }))))
            });
            tags.collect()
        }
        Examples::Dense { labels, .. } => {
            let label = |(id, label): &'a (String, Label)| -> Result<Labelled<'a>> {
                let image = image(id)?;
                match label {
                    Label::Keypoints(points) => {
                        let point = |point: &Option<[f32; 2]>| match point {
                            Some([x, y]) => json!([x, y, 1]),
                            None => json!([0, 0, 0]),
                        };
                        let points: Vec<_> = points.iter().map(point).collect();
                        Ok((image, "json", json(json!({ "points": points }))))
                    }
                    Label::Dots(dots) if task.channels.len() == 1 => {
                        let points: Vec<_> = dots.iter().map(|dot| dot.point).collect();
                        Ok((image, "json", json(json!({ "points": points }))))
                    }
                    Label::Map { values, width, height } if task.channels.len() == 1 => {
                        // 0 is unknown.
                        let known = |value: f32| value.max(1.0 / 65535.0);
                        let values: Vec<_> = values
                            .iter()
                            .map(|&v| if v.is_nan() { 0.0 } else { known(v) })
                            .collect();
                        Ok((image, "png", output::deep_grey(&values, (*width, *height))?))
                    }
                    _ => Err(format!(
                        "task folders have no labels such as those of task '{}'",
                        task.id
                    )
                    .into()),
                }
            };
            labels.iter().map(label).collect()
        }
    }
}

/// The picture as a JPEG of its labels' size.
fn jpeg(image: &SavedImage) -> Result<Vec<u8>> {
    let bytes = super::bytes_of(image)?;
    let picture = image::load_from_memory(bytes)?;
    let same = (picture.width() as usize, picture.height() as usize) == (image.width, image.height);
    if same && image.files[0].extension.starts_with("jp") {
        return Ok(bytes.to_vec());
    }
    let picture =
        picture.resize_exact(image.width as u32, image.height as u32, FilterType::Triangle);
    let mut file = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut file, QUALITY).encode_image(&picture.into_rgb8())?;
    Ok(file.into_inner())
}
