//! Answers as files; docs/cli.md lists them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use anolis::session::file::{Examples, SavedTask};
use anolis::session::{Point, Prediction, Tag, TaskKind};
use image::{DynamicImage, GrayImage, ImageBuffer, ImageFormat, Luma};
use serde_json::json;

use crate::Result;

/// What is written of an answer: files by the ends of their names, and numbers for the summary.
pub struct Answer {
    pub files: Vec<(String, Vec<u8>)>,
    pub numbers: Vec<f32>,
}

/// The ends of the names of the files that a task's answers have.
pub fn ends(task: &SavedTask) -> Vec<String> {
    match task.examples {
        Examples::Dense { kind: TaskKind::Mask, .. } => layer_ends(1, "png"),
        Examples::Dense { kind: TaskKind::OverlappingMask | TaskKind::Map, .. } => {
            layer_ends(task.channels.len(), "png")
        }
        _ => layer_ends(1, "json"),
    }
}

/// What the numbers of a task's answers are, channel by channel.
pub fn columns(task: &SavedTask) -> Vec<String> {
    let each = |ends: &[&str]| -> Vec<String> {
        let names = task.channels.iter();
        names.flat_map(|name| ends.iter().map(move |end| format!("{name}{end}"))).collect()
    };
    match task.examples {
        Examples::Dense { kind: TaskKind::Mask | TaskKind::OverlappingMask, .. } => {
            each(&[" share"])
        }
        Examples::Dense { kind: TaskKind::Keypoints, .. } => each(&[" x", " y", " score"]),
        Examples::Dense { kind: TaskKind::Map, .. } => each(&[" mean"]),
        Examples::Dense { kind: TaskKind::Density, .. } => each(&[" count"]),
        _ => each(&[" probability"]),
    }
}

fn layer_ends(layers: usize, extension: &str) -> Vec<String> {
    match layers {
        1 => vec![format!(".{extension}")],
        _ => (1..=layers).map(|layer| format!(".{layer}.{extension}")).collect(),
    }
}

/// What a prediction says of a picture of `size` (width, height) pixels.
///
/// # Errors
/// What the prediction says.
pub fn answer(prediction: &Prediction, size: (usize, usize)) -> Result<Answer> {
    let (width, height) = size;
    let channels = prediction.channels();
    let share = |values: &[u8], wanted: u8| {
        let found = values.iter().filter(|&&value| value == wanted).count();
        found as f32 / values.len() as f32
    };
    let named = |ends: Vec<String>, files: Vec<Vec<u8>>| ends.into_iter().zip(files).collect();
    match prediction.kind() {
        TaskKind::Mask => {
            let ids = prediction.mask(width, height)?;
            let numbers = (1..=channels).map(|channel| share(&ids, channel as u8)).collect();
            Ok(Answer { files: named(layer_ends(1, "png"), vec![grey(ids, size)?]), numbers })
        }
        TaskKind::OverlappingMask => {
            let layers = prediction.layers(width, height)?;
            let layers: Vec<_> = layers.chunks_exact(width * height).collect();
            let numbers = layers.iter().map(|layer| share(layer, 1)).collect();
            let files = layers.iter().map(|layer| grey(layer.to_vec(), size));
            let files = files.collect::<Result<_>>()?;
            Ok(Answer { files: named(layer_ends(channels, "png"), files), numbers })
        }
        TaskKind::Map => {
            let (mut files, mut numbers) = (Vec::new(), Vec::new());
            for component in 0..channels {
                let values = prediction.map(component, width, height)?;
                numbers.push(values.iter().sum::<f32>() / values.len() as f32);
                files.push(deep_grey(&values, size)?);
            }
            Ok(Answer { files: named(layer_ends(channels, "png"), files), numbers })
        }
        TaskKind::Keypoints => {
            let points = prediction.keypoints(width, height)?;
            let points: Vec<_> =
                points.into_iter().map(|Point { x, y, score }| [x, y, score]).collect();
            let json = json!({ "points": points }).to_string().into_bytes();
            Ok(Answer { files: vec![(".json".into(), json)], numbers: points.concat() })
        }
        TaskKind::Density => {
            let (mut points, mut numbers) = (Vec::new(), Vec::new());
            for channel in 0..channels {
                numbers.push(prediction.count(channel)?);
                let peaks = prediction.peaks(channel, width, height)?.into_iter();
                points.extend(peaks.map(|Point { x, y, score }| json!([x, y, channel, score])));
            }
            let count: f32 = numbers.iter().sum();
            let json = json!({ "count": count, "counts": numbers, "points": points }).to_string();
            Ok(Answer { files: vec![(".json".into(), json.into_bytes())], numbers })
        }
        kind => Err(format!("answers of kind '{}' have no file", kind.name()).into()),
    }
}

/// What is known of each of the tags `names` of a picture.
pub fn tags(names: &[String], tags: &[Tag]) -> Answer {
    let numbers: Vec<f32> = tags.iter().map(|tag| tag.answer.probability).collect();
    let scores: BTreeMap<_, _> = names.iter().zip(&numbers).collect();
    let json = json!({ "scores": scores }).to_string().into_bytes();
    Answer { files: vec![(".json".into(), json)], numbers }
}

/// An 8-bit grey PNG.
pub fn grey(values: Vec<u8>, (width, height): (usize, usize)) -> Result<Vec<u8>> {
    let picture = GrayImage::from_raw(width as u32, height as u32, values);
    png(picture.ok_or("a mask's size and ids disagree")?.into())
}

/// A 16-bit grey PNG of values from 0 to 1.
pub fn deep_grey(values: &[f32], (width, height): (usize, usize)) -> Result<Vec<u8>> {
    let levels = values.iter().map(|value| (value * 65535.0).round() as u16).collect();
    let picture: Option<ImageBuffer<Luma<u16>, Vec<u16>>> =
        ImageBuffer::from_raw(width as u32, height as u32, levels);
    png(picture.ok_or("a map's size and values disagree")?.into())
}

fn png(picture: DynamicImage) -> Result<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

/// Writes a file whole or not at all, with its folder.
///
/// # Errors
/// With the file's name.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = folder.join(format!(".{name}.{}.tmp", std::process::id()));
        fs::write(&temporary, bytes)?;
        fs::rename(&temporary, path)
    };
    write().map_err(|error| format!("cannot write {}: {error}", path.display()).into())
}
