//! Labels as files, and back.

use std::collections::BTreeMap;
use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, Encoder};
use serde::{Deserialize, Serialize};

use super::damaged;
use crate::error::{ErrorKind, Result};
use crate::image::ClassLabel;
use crate::image::label::{
    Dot, DotLabel, KeypointLabel, Label, LayerLabel, MapLabel, paint_classes, paint_layers,
};
use crate::laso::Said;
use crate::session::TaskKind;

/// Steps of a map's values; 0 is unknown.
const STEPS: f32 = 65534.0;

/// A label's file in the archive: its ending and its bytes.
type File = (&'static str, Vec<u8>);

#[derive(Serialize, Deserialize)]
struct Keypoints {
    points: Vec<Option<[f32; 2]>>,
}

#[derive(Serialize, Deserialize)]
struct Dots {
    points: Vec<(f32, f32, usize)>,
}

#[derive(Serialize, Deserialize)]
struct Tags {
    tags: BTreeMap<String, bool>,
}

/// What the task would say of the label of a picture of `size` (width, height) pixels.
///
/// # Errors
/// `label-kind`, and what the label's type says.
pub fn check(label: &Label, kind: TaskKind, channels: usize, size: (usize, usize)) -> Result<()> {
    match (kind, label) {
        (TaskKind::Mask, Label::Classes { ids, width, height }) => {
            ClassLabel::new(ids.clone(), *width, *height, size, channels).map(drop)
        }
        (TaskKind::Mask, Label::Marks(marks)) => paint_classes(marks, size, channels).map(drop),
        (TaskKind::OverlappingMask, Label::Layers { layers, width, height }) => {
            LayerLabel::new(layers, *width, *height, size, channels).map(drop)
        }
        (TaskKind::OverlappingMask, Label::Marks(marks)) => {
            paint_layers(marks, size, channels).map(drop)
        }
        (TaskKind::Map, Label::Map { values, width, height }) => {
            MapLabel::new(values.clone(), *width, *height, size, channels).map(drop)
        }
        (TaskKind::Keypoints, Label::Keypoints(points)) => {
            KeypointLabel::new(points.clone(), size, channels).map(drop)
        }
        (TaskKind::Density, Label::Dots(dots)) => {
            DotLabel::new(dots.clone(), size, channels).map(drop)
        }
        (kind, label) => Err(kind.refuse(label)),
    }
}

/// The label's files; marks become what they paint.
///
/// # Errors
/// As [`check`].
pub fn write(
    label: &Label,
    kind: TaskKind,
    channels: usize,
    size: (usize, usize),
) -> Result<Vec<File>> {
    let layers = |bytes: &[u8], depth: BitDepth| {
        let layer = size.0 * size.1 * if depth == BitDepth::Sixteen { 2 } else { 1 };
        let png = |layer| Ok(("png", write_grey(layer, size, depth)?));
        bytes.chunks_exact(layer).map(png).collect()
    };
    let json = |value: serde_json::Result<Vec<u8>>| {
        Ok(vec![("json", value.map_err(|error| damaged(error.to_string()))?)])
    };
    match label {
        Label::Classes { ids, .. } => layers(ids, BitDepth::Eight),
        Label::Layers { layers: all, .. } => layers(all, BitDepth::Eight),
        Label::Marks(marks) if kind == TaskKind::OverlappingMask => {
            layers(&paint_layers(marks, size, channels)?, BitDepth::Eight)
        }
        Label::Marks(marks) => layers(&paint_classes(marks, size, channels)?, BitDepth::Eight),
        Label::Map { values, .. } => {
            let level = |&v: &f32| if v.is_nan() { 0 } else { 1 + (v * STEPS).round() as u16 };
            let bytes: Vec<u8> = values.iter().flat_map(|v| level(v).to_be_bytes()).collect();
            layers(&bytes, BitDepth::Sixteen)
        }
        Label::Keypoints(points) => json(serde_json::to_vec(&Keypoints { points: points.clone() })),
        Label::Dots(dots) => {
            let points = dots.iter().map(|dot| (dot.point[0], dot.point[1], dot.channel));
            json(serde_json::to_vec(&Dots { points: points.collect() }))
        }
    }
}

/// The label that `files` hold, for a picture of `size` (width, height) pixels.
///
/// # Errors
/// `session-file` when there are too many or too few, or one is not what this kind has.
pub fn read(
    files: &[Vec<u8>],
    kind: TaskKind,
    channels: usize,
    size: (usize, usize),
) -> Result<Label> {
    let (width, height) = size;
    let wanted = match kind {
        TaskKind::OverlappingMask | TaskKind::Map => channels,
        TaskKind::Mask | TaskKind::Keypoints | TaskKind::Density => 1,
    };
    if files.len() != wanted {
        return Err(damaged(format!("a label has {} files instead of {wanted}", files.len())));
    }
    let grey = |depth| -> Result<Vec<u8>> {
        let layers = files.iter().map(|file| read_grey(file, size, depth));
        Ok(layers.collect::<Result<Vec<_>>>()?.concat())
    };
    match kind {
        TaskKind::Mask => Ok(Label::Classes { ids: grey(BitDepth::Eight)?, width, height }),
        TaskKind::OverlappingMask => {
            Ok(Label::Layers { layers: grey(BitDepth::Eight)?, width, height })
        }
        TaskKind::Map => {
            let value = |pair: &[u8]| match u16::from_be_bytes([pair[0], pair[1]]) {
                0 => f32::NAN,
                level => f32::from(level - 1) / STEPS,
            };
            let values = grey(BitDepth::Sixteen)?.chunks_exact(2).map(value).collect();
            Ok(Label::Map { values, width, height })
        }
        TaskKind::Keypoints => {
            let Keypoints { points } = parse(&files[0])?;
            Ok(Label::Keypoints(points))
        }
        TaskKind::Density => {
            let Dots { points } = parse(&files[0])?;
            let dot = |(x, y, channel)| Dot { point: [x, y], channel };
            Ok(Label::Dots(points.into_iter().map(dot).collect()))
        }
    }
}

/// # Errors
/// `session-file` when a tag is said that the task does not have.
pub fn write_tags(said: &Said, channels: &[String]) -> Result<Vec<u8>> {
    let tags = channels.iter().zip(said);
    let tags = tags.filter_map(|(name, said)| Some((name.clone(), (*said)?))).collect();
    serde_json::to_vec(&Tags { tags }).map_err(|error| damaged(error.to_string()))
}

/// # Errors
/// As [`write_tags`].
pub fn read_tags(files: &[Vec<u8>], channels: &[String]) -> Result<Said> {
    let [file] = files else {
        return Err(damaged(format!("tags have {} files instead of 1", files.len())));
    };
    let Tags { mut tags } = parse(file)?;
    let said = channels.iter().map(|name| tags.remove(name)).collect();
    match tags.into_keys().next() {
        Some(name) => Err(damaged(format!("a picture has the unknown tag '{name}'"))),
        None => Ok(said),
    }
}

fn parse<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T> {
    serde_json::from_slice(json).map_err(|error| damaged(format!("a label: {error}")))
}

/// A grey PNG of `[height, width]` values, most significant byte first.
fn write_grey(bytes: &[u8], (width, height): (usize, usize), depth: BitDepth) -> Result<Vec<u8>> {
    let broken = |error: png::EncodingError| damaged(error.to_string());
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width as u32, height as u32);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(depth);
    let mut writer = encoder.write_header().map_err(broken)?;
    writer.write_image_data(bytes).map_err(broken)?;
    writer.finish().map_err(broken)?;
    Ok(file)
}

/// The values of a grey PNG that must have this size and depth.
fn read_grey(file: &[u8], (width, height): (usize, usize), depth: BitDepth) -> Result<Vec<u8>> {
    let broken = |error: png::DecodingError| damaged(format!("a label: {error}"));
    let mut reader = Decoder::new(Cursor::new(file)).read_info().map_err(broken)?;
    let info = reader.info();
    let (label_width, label_height) = (info.width as usize, info.height as usize);
    // Before anything is unpacked.
    if (label_width, label_height) != (width, height) {
        let size = ErrorKind::LabelSize { label_width, label_height, width, height };
        return Err(damaged(size.to_string()));
    }
    if (info.color_type, info.bit_depth) != (ColorType::Grayscale, depth) {
        return Err(damaged(format!("a label is not grey of {} bits", depth as u8)));
    }
    let mut bytes = vec![0; reader.output_buffer_size().unwrap_or(0)];
    reader.next_frame(&mut bytes).map_err(broken)?;
    Ok(bytes)
}
