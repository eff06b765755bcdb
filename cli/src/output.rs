//! Answers as files; docs/cli.md lists them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use anolis::image::Picture;
use anolis::session::file::{Examples, SavedTask};
use anolis::session::{Point, Prediction, Tag, TaskKind, TiledAnswer};
use image::{DynamicImage, GrayImage, ImageBuffer, ImageFormat, Luma, RgbImage};
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
    match prediction.kind() {
        TaskKind::Mask => mask(prediction.mask(width, height)?, channels, size),
        TaskKind::OverlappingMask => {
            let all = prediction.layers(width, height)?;
            layers(all.chunks_exact(width * height).map(<[u8]>::to_vec), channels, size)
        }
        TaskKind::Map => {
            let component = |component| Ok(prediction.map(component, width, height)?);
            maps((0..channels).map(component), channels, size)
        }
        TaskKind::Keypoints => Ok(keypoints(prediction.keypoints(width, height)?)),
        TaskKind::Density => {
            let count = |channel| Ok(prediction.count(channel)?);
            let counts = (0..channels).map(count).collect::<Result<_>>()?;
            let points = |channel| Ok(prediction.peaks(channel, width, height)?);
            Ok(density(counts, (0..channels).map(points).collect::<Result<_>>()?))
        }
        kind => Err(format!("answers of kind '{}' have no file", kind.name()).into()),
    }
}

/// What tiles say of a picture of `size` (width, height) pixels.
///
/// # Errors
/// When a picture cannot be encoded.
pub fn tiled(answer: TiledAnswer, channels: usize, size: (usize, usize)) -> Result<Answer> {
    match answer {
        TiledAnswer::Mask(ids) => mask(ids, channels, size),
        TiledAnswer::Layers(all) => layers(all.into_iter(), channels, size),
        TiledAnswer::Map(all) => maps(all.into_iter().map(Ok), channels, size),
        TiledAnswer::Keypoints(points) => Ok(keypoints(points)),
        TiledAnswer::Density { counts, points } => Ok(density(counts, points)),
    }
}

fn mask(ids: Vec<u8>, channels: usize, size: (usize, usize)) -> Result<Answer> {
    let numbers = (1..=channels).map(|channel| share(&ids, channel as u8)).collect();
    Ok(Answer { files: named(layer_ends(1, "png"), vec![grey(ids, size)?]), numbers })
}

fn layers(
    layers: impl Iterator<Item = Vec<u8>>,
    channels: usize,
    size: (usize, usize),
) -> Result<Answer> {
    let (mut files, mut numbers) = (Vec::new(), Vec::new());
    for layer in layers {
        numbers.push(share(&layer, 1));
        files.push(grey(layer, size)?);
    }
    Ok(Answer { files: named(layer_ends(channels, "png"), files), numbers })
}

/// Components come one by one, since each may be large.
fn maps(
    components: impl Iterator<Item = Result<Vec<f32>>>,
    channels: usize,
    size: (usize, usize),
) -> Result<Answer> {
    let (mut files, mut numbers) = (Vec::new(), Vec::new());
    for values in components {
        let values = values?;
        numbers.push(values.iter().sum::<f32>() / values.len() as f32);
        files.push(deep_grey(&values, size)?);
    }
    Ok(Answer { files: named(layer_ends(channels, "png"), files), numbers })
}

fn keypoints(points: Vec<Point>) -> Answer {
    let points: Vec<_> = points.into_iter().map(|Point { x, y, score }| [x, y, score]).collect();
    let json = json!({ "points": points }).to_string().into_bytes();
    Answer { files: vec![(".json".into(), json)], numbers: points.concat() }
}

/// Counts and points by channel.
fn density(counts: Vec<f32>, points: Vec<Vec<Point>>) -> Answer {
    let of = |(channel, points): (usize, Vec<Point>)| {
        let point = move |Point { x, y, score }: Point| json!([x, y, channel, score]);
        points.into_iter().map(point).collect::<Vec<_>>()
    };
    let points: Vec<_> = points.into_iter().enumerate().flat_map(of).collect();
    let count: f32 = counts.iter().sum();
    let json = json!({ "count": count, "counts": counts, "points": points }).to_string();
    Answer { files: vec![(".json".into(), json.into_bytes())], numbers: counts }
}

fn share(values: &[u8], wanted: u8) -> f32 {
    values.iter().filter(|&&value| value == wanted).count() as f32 / values.len() as f32
}

fn named(ends: Vec<String>, files: Vec<Vec<u8>>) -> Vec<(String, Vec<u8>)> {
    ends.into_iter().zip(files).collect()
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

/// A picture as a PNG.
pub fn rgb(picture: &Picture) -> Result<Vec<u8>> {
    let (width, height) = (picture.width() as u32, picture.height() as u32);
    let picture = RgbImage::from_raw(width, height, picture.rgb().to_vec());
    png(picture.ok_or("a picture's size and pixels disagree")?.into())
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
