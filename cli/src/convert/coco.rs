//! COCO JSON: polygons and run lengths of objects, one category a channel.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anolis::image::Label;
use anolis::session::TaskKind;
use anolis::session::file::{Examples, SavedTask, SessionFile};
use serde::{Deserialize, Serialize};

use super::{Gathered, classes, is_class, one, scaled, write_files};
use crate::{Result, output};

#[derive(Serialize, Deserialize)]
struct Dataset {
    images: Vec<Image>,
    annotations: Vec<Annotation>,
    categories: Vec<Category>,
}

#[derive(Serialize, Deserialize)]
struct Image {
    id: u64,
    file_name: String,
    width: usize,
    height: usize,
}

#[derive(Serialize, Deserialize)]
struct Category {
    id: u64,
    name: String,
}

#[derive(Serialize, Deserialize)]
struct Annotation {
    #[serde(default)]
    id: u64,
    image_id: u64,
    category_id: u64,
    segmentation: Segmentation,
    #[serde(default)]
    bbox: [f64; 4],
    #[serde(default)]
    area: f64,
    #[serde(default)]
    iscrowd: u8,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Segmentation {
    Polygons(Vec<Vec<f64>>),
    Runs { counts: Counts, size: [usize; 2] },
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Counts {
    Plain(Vec<usize>),
    Packed(String),
}

/// # Errors
/// When the file is none, or a picture is missing.
pub fn read(file: &Path, folder: &Path, overlap: bool) -> Result<SessionFile> {
    let json =
        fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let broken = |error| format!("{} is no COCO file: {error}", file.display());
    let Dataset { images, annotations, categories } =
        serde_json::from_slice(&json).map_err(broken)?;
    let channels: BTreeMap<_, _> =
        categories.iter().enumerate().map(|(i, category)| (category.id, i)).collect();
    let mut gathered = Gathered::new(&file.file_stem().unwrap_or_default().to_string_lossy());
    let mut labels = Vec::new();
    for image in images {
        let (id, picture) = gathered.add(&one(&folder.join(&image.file_name))?)?;
        let objects = annotations.iter().filter(|object| object.image_id == image.id);
        let (from, to) = ((image.width, image.height), (picture.width(), picture.height()));
        let (width, height) = to;
        let mut layers =
            vec![vec![0u8; width * height]; if overlap { categories.len() } else { 1 }];
        let mut labelled = false;
        for object in objects {
            let channel = channels.get(&object.category_id);
            let &channel =
                channel.ok_or_else(|| format!("category {} is not listed", object.category_id))?;
            let (layer, value) = if overlap { (channel, 1) } else { (0, channel as u8 + 1) };
            let covered = scaled(object.segmentation.covered(from)?, from, to)?;
            for (pixel, _) in
                layers[layer].iter_mut().zip(&covered).filter(|(_, covered)| **covered > 0)
            {
                *pixel = value;
            }
            labelled = true;
        }
        // Nothing tells a picture without objects from one that nobody looked at.
        if labelled {
            let label = match overlap {
                true => Label::Layers { layers: layers.concat(), width, height },
                false => Label::Classes { ids: layers.concat(), width, height },
            };
            labels.push((id, label));
        }
    }
    let kind = if overlap { TaskKind::OverlappingMask } else { TaskKind::Mask };
    let names = categories.into_iter().map(|category| category.name).collect();
    Ok(gathered.finish("mask", names, Examples::Dense { kind, labels }))
}

/// Every connected piece of a class is an object.
///
/// # Errors
/// When the task has no exclusive masks, or a file cannot be written.
pub fn write(session: &SessionFile, task: &SavedTask, file: &Path) -> Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let (mut images, mut annotations) = (Vec::new(), Vec::new());
    for (image, ids) in classes(session, task)? {
        let name = write_files(image, folder)?;
        let (width, height) = (image.width, image.height);
        let image_id = images.len() as u64 + 1;
        for (class, pixels) in pieces(&ids, width) {
            let (columns, rows) =
                (pixels.iter().map(|i| i % width), pixels.iter().map(|i| i / width));
            let span = |places: &mut dyn Iterator<Item = usize>| {
                places.fold((usize::MAX, 0), |(low, high), at| (low.min(at), high.max(at)))
            };
            let (left, right) = span(&mut columns.into_iter());
            let (top, bottom) = span(&mut rows.into_iter());
            annotations.push(Annotation {
                id: annotations.len() as u64 + 1,
                image_id,
                category_id: class.into(),
                bbox: [left, top, right + 1 - left, bottom + 1 - top].map(|length| length as f64),
                area: pixels.len() as f64,
                iscrowd: 0,
                segmentation: Segmentation::Runs {
                    counts: Counts::Plain(runs(&pixels, width, height)),
                    size: [height, width],
                },
            });
        }
        images.push(Image { id: image_id, file_name: format!("images/{name}"), width, height });
    }
    let category = |(i, name): (usize, &String)| Category { id: i as u64 + 1, name: name.clone() };
    let categories = task.channels.iter().enumerate().map(category).collect();
    output::write(file, &serde_json::to_vec(&Dataset { images, annotations, categories })?)
}

impl Segmentation {
    /// 1 where the object is, `[height, width]`.
    fn covered(&self, (width, height): (usize, usize)) -> Result<Vec<u8>> {
        let mut covered = vec![0; width * height];
        match self {
            Self::Polygons(polygons) => {
                polygons.iter().for_each(|polygon| fill(&mut covered, width, polygon));
            }
            Self::Runs { counts, size } => {
                if *size != [height, width] {
                    return Err(
                        format!("an object of {size:?} in a picture of {width}x{height}").into()
                    );
                }
                let counts = match counts {
                    Counts::Plain(counts) => counts.clone(),
                    Counts::Packed(text) => unpacked(text),
                };
                let mut at = 0usize;
                for (i, count) in counts.into_iter().enumerate() {
                    let end = at.saturating_add(count);
                    if end > covered.len() {
                        return Err("run lengths that leave their picture".into());
                    }
                    if i % 2 == 1 {
                        // Column by column.
                        (at..end).for_each(|j| covered[j % height * width + j / height] = 1);
                    }
                    at = end;
                }
            }
        }
        Ok(covered)
    }
}

/// Run lengths of COCO's own text: six bits less 48 a letter, the difference to the run before the last from the third on.
fn unpacked(text: &str) -> Vec<usize> {
    let mut counts: Vec<i64> = Vec::new();
    let mut letters = text.bytes();
    while let Some(first) = letters.next() {
        let (mut value, mut shift, mut letter) = (0i64, 0, i64::from(first) - 48);
        loop {
            value |= (letter & 0x1f) << shift;
            shift += 5;
            let more = letter & 0x20 != 0 && shift < 60;
            if !more {
                break;
            }
            let Some(next) = letters.next() else { break };
            letter = i64::from(next) - 48;
        }
        if letter & 0x10 != 0 {
            value |= -1 << shift;
        }
        if counts.len() > 2 {
            value = value.saturating_add(counts[counts.len() - 2]);
        }
        counts.push(value);
    }
    counts.into_iter().map(|count| usize::try_from(count).unwrap_or(usize::MAX)).collect()
}

/// Marks the pixels whose centres lie in a polygon `[x, y, x, y, ...]`.
fn fill(covered: &mut [u8], width: usize, polygon: &[f64]) {
    let points: Vec<_> = polygon.chunks_exact(2).map(|point| (point[0], point[1])).collect();
    for (row, pixels) in covered.chunks_exact_mut(width).enumerate() {
        let y = row as f64 + 0.5;
        let edges = points.iter().zip(points.iter().cycle().skip(1));
        let crossing = |(a, b): (&(f64, f64), &(f64, f64))| {
            ((a.1 <= y) != (b.1 <= y)).then(|| a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0))
        };
        let mut crossings: Vec<f64> = edges.filter_map(crossing).collect();
        crossings.sort_by(f64::total_cmp);
        for pair in crossings.chunks_exact(2) {
            let column = |x: f64| ((x - 0.5).ceil().max(0.0) as usize).min(width);
            pixels[column(pair[0])..column(pair[1]).max(column(pair[0]))].fill(1);
        }
    }
}

/// The connected pieces of every class, as pixels.
fn pieces(ids: &[u8], width: usize) -> Vec<(u8, Vec<usize>)> {
    let height = ids.len() / width;
    let mut seen = vec![false; ids.len()];
    let mut pieces = Vec::new();
    for start in 0..ids.len() {
        if seen[start] || !is_class(ids[start]) {
            continue;
        }
        seen[start] = true;
        let mut piece = vec![start];
        let mut next = 0;
        while let Some(&pixel) = piece.get(next) {
            next += 1;
            let (x, y) = (pixel % width, pixel / width);
            for y in y.saturating_sub(1)..=(y + 1).min(height - 1) {
                for x in x.saturating_sub(1)..=(x + 1).min(width - 1) {
                    let other = y * width + x;
                    if !seen[other] && ids[other] == ids[start] {
                        seen[other] = true;
                        piece.push(other);
                    }
                }
            }
        }
        pieces.push((ids[start], piece));
    }
    pieces
}

/// Lengths of what is outside and inside in turn, column by column.
fn runs(pixels: &[usize], width: usize, height: usize) -> Vec<usize> {
    let mut places: Vec<_> = pixels.iter().map(|i| i % width * height + i / width).collect();
    places.sort_unstable();
    let (mut counts, mut end) = (Vec::new(), 0);
    for place in places {
        if place > end || counts.is_empty() {
            counts.extend([place - end, 0]);
        }
        if let Some(last) = counts.last_mut() {
            *last += 1;
        }
        end = place + 1;
    }
    counts.push(width * height - end);
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_cover_what_they_were_made_of() {
        let pixels = [0, 1, 5, 6, 11];
        let counts = Counts::Plain(runs(&pixels, 4, 3));
        let covered = Segmentation::Runs { counts, size: [3, 4] }.covered((4, 3)).unwrap();
        let found: Vec<_> = (0..12).filter(|&i| covered[i] == 1).collect();
        assert_eq!(found, pixels);
    }

    #[test]
    fn packed_runs_are_those_of_the_coco_api() {
        // A square of 4 x 4 pixels at (3, 2) in a picture 10 high and 12 wide, after rleToString of its source.
        assert_eq!(unpacked("P14600000`1"), [32, 4, 6, 4, 6, 4, 6, 4, 54]);
    }

    #[test]
    fn polygons_cover_pixels_whose_centres_they_hold() {
        let square = Segmentation::Polygons(vec![vec![1.0, 1.0, 3.0, 1.0, 3.0, 2.0, 1.0, 2.0]]);
        let covered = square.covered((4, 3)).unwrap();
        assert_eq!(covered, [0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
    }
}
