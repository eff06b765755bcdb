//! Predictions on pictures of any size, tile by tile.

use super::{Point, Prediction, Session, TaskKind, find_task};
use crate::error::{ErrorKind, Result};
use crate::image::{Blend, Picture, Span};

/// Shortest side of tiles: smaller ones show the network nothing.
pub const LEAST_TILE: usize = 64;

/// Most that tiles have in common, as a share of their side.
const MOST_OVERLAP: f32 = 0.5;

/// How a picture is cut up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TileOptions {
    /// Side of a tile in pixels of the picture, at least [`LEAST_TILE`]. By default about as long as the examples' pictures
    /// are, so that things are seen at the size at which they were learnt.
    pub tile: Option<usize>,
    /// Share of a tile that it has in common with the next one at least, from 0 to 0.5.
    pub overlap: f32,
}

impl Default for TileOptions {
    fn default() -> Self {
        Self { tile: None, overlap: 0.25 }
    }
}

/// What a task predicts on a big picture, tile by tile.
#[derive(Clone, Debug, PartialEq)]
pub struct TiledPrediction {
    pub answer: TiledAnswer,
    /// As [`Prediction::image_uncertainty`]: of tiles the mean, of keypoints by the surest tile of each.
    pub image_uncertainty: f32,
}

/// What tiles say together; values and places are those of the picture.
#[derive(Clone, Debug, PartialEq)]
pub enum TiledAnswer {
    /// As [`Prediction::mask`].
    Mask(Vec<u8>),
    /// As [`Prediction::layers`], one a channel.
    Layers(Vec<Vec<u8>>),
    /// As [`Prediction::map`], one a component.
    Map(Vec<Vec<f32>>),
    /// As [`Prediction::keypoints`]: the surest of all tiles.
    Keypoints(Vec<Point>),
    /// As [`Prediction::count`] and [`Prediction::peaks`], one a channel.
    Density { counts: Vec<f32>, points: Vec<Vec<Point>> },
}

impl Session {
    /// Predicts a task on a picture of any size, or on two that are seen together: tiles overlap and are blended, so that no
    /// seams show. Beside the picture and the answer only the values of one row of tiles are in memory.
    ///
    /// `on_tile` is told after each tile how many are done, and how many there are.
    ///
    /// # Errors
    /// `tiles` for options out of range, `answer-kind` for tags, which are of whole pictures; else as
    /// [`Session::add_pictures`] and [`Session::predict`].
    pub async fn predict_tiles(
        &mut self,
        task: u32,
        pictures: &[Picture],
        options: TileOptions,
        mut on_tile: impl FnMut(usize, usize),
    ) -> Result<TiledPrediction> {
        if self.tag_tasks.contains_key(&task) {
            let answer = "answer in tiles";
            return Err(ErrorKind::AnswerKind { kind: "tags", answer }.into());
        }
        let usual = self.usual_tile(task)?;
        let TileOptions { tile, overlap } = options;
        let tile = tile.unwrap_or(usual);
        if tile < LEAST_TILE || !(0.0..=MOST_OVERLAP).contains(&overlap) {
            return Err(ErrorKind::Tiles { tile, overlap }.into());
        }
        let first = pictures.first().ok_or(ErrorKind::ImageCount(0))?;
        let (width, height) = (first.width(), first.height());
        let spans = |side| Span::along(side, tile, (tile as f32 * overlap).round() as usize);
        let (columns, rows) = (spans(width), spans(height));
        let (kind, channels) =
            (self.task_kind(task)?, find_task(&mut self.tasks, task)?.channels());
        let mut collected = Collected::new(kind, channels, (width, height), rows[0].length());
        for (i, down) in rows.iter().enumerate() {
            for (j, across) in columns.iter().enumerate() {
                let part = |picture| cut(picture, (width, height), across, down);
                let parts = pictures.iter().map(part).collect::<Result<Vec<_>>>()?;
                let picture = self.add_pictures(&parts).await?;
                let prediction = self.predict(task, picture).await;
                self.remove_picture(picture)?;
                collected.add(&prediction?, across, down)?;
                on_tile(i * columns.len() + j + 1, rows.len() * columns.len());
            }
            collected.finish(rows.get(i + 1).map_or(height, |next| next.from));
        }
        Ok(collected.together())
    }

    /// The side of tiles that show things about as large as the examples' pictures show them.
    fn usual_tile(&mut self, task: u32) -> Result<usize> {
        let task = find_task(&mut self.tasks, task)?;
        let side = |(picture, _): &(u32, _)| {
            let (width, height) = self.pictures[picture].size;
            width.max(height)
        };
        let sides: Vec<_> = task.labels().iter().map(side).collect();
        if sides.is_empty() {
            return Err(ErrorKind::EmptySupport.into());
        }
        let mean = sides.iter().sum::<usize>() as f32 / sides.len() as f32;
        Ok((mean.round() as usize).max(LEAST_TILE))
    }
}

/// The part of a picture where a tile of one of `whole` (width, height) pixels lies, to the next pixel of its own.
fn cut(picture: &Picture, whole: (usize, usize), across: &Span, down: &Span) -> Result<Picture> {
    let scaled = |span: &Span, own: usize, whole: usize| {
        let scale = |pixels: usize| (pixels as f64 * own as f64 / whole as f64).round() as usize;
        (scale(span.from), scale(span.length()))
    };
    let (x, width) = scaled(across, picture.width(), whole.0);
    let (y, height) = scaled(down, picture.height(), whole.1);
    picture.part(x, y, width, height)
}

/// What tiles have said so far.
struct Collected {
    kind: TaskKind,
    width: usize,
    height: usize,
    blend: Blend,
    /// One of exclusive masks, one a channel of overlapping ones.
    masks: Vec<Vec<u8>>,
    /// One a component of maps.
    maps: Vec<Vec<f32>>,
    /// By channel.
    counts: Vec<f64>,
    points: Vec<Vec<Point>>,
    /// The highest heat of each keypoint.
    heights: Vec<f32>,
    /// Uncertainties times the pixels that they stand for.
    doubt: f64,
}

impl Collected {
    /// For a picture of `size` (width, height) pixels whose tiles have `rows` rows.
    fn new(kind: TaskKind, channels: usize, size: (usize, usize), rows: usize) -> Self {
        let (width, height) = size;
        let masks = match kind {
            TaskKind::Mask => 1,
            TaskKind::OverlappingMask => channels,
            _ => 0,
        };
        let maps = if kind == TaskKind::Map { channels } else { 0 };
        // Of keypoints only the surest of each is kept, so nothing is blended.
        let blended = if kind == TaskKind::Keypoints { 0 } else { channels };
        Self {
            kind,
            width,
            height,
            blend: Blend::new(width, blended, rows),
            masks: vec![vec![0; width * height]; masks],
            maps: vec![vec![0.0; width * height]; maps],
            counts: vec![0.0; channels],
            points: vec![Vec::new(); channels],
            heights: vec![0.0; channels],
            doubt: 0.0,
        }
    }

    fn add(&mut self, prediction: &Prediction, across: &Span, down: &Span) -> Result<()> {
        let (width, height) = (across.length(), down.length());
        let moved = |point: Point| Point {
            x: point.x + across.from as f32,
            y: point.y + down.from as f32,
            ..point
        };
        let area = (across.core[1] - across.core[0]) * (down.core[1] - down.core[0]);
        self.doubt += f64::from(area * prediction.image_uncertainty());
        match self.kind {
            TaskKind::Keypoints => {
                let found = prediction.keypoints(width, height)?.into_iter().map(moved);
                for (point, best) in found.zip(&mut self.points) {
                    if best.first().is_none_or(|best| point.score > best.score) {
                        *best = vec![point];
                    }
                }
                for (height, best) in prediction.heights().into_iter().zip(&mut self.heights) {
                    *best = best.max(height);
                }
            }
            TaskKind::Density => {
                for (channel, points) in self.points.iter_mut().enumerate() {
                    self.blend.add(
                        channel,
                        &prediction.density(channel, width, height)?,
                        across,
                        down,
                    );
                    let found = prediction.peaks(channel, width, height)?.into_iter().map(moved);
                    // Every object is found by the tile that sees most around it.
                    points.extend(found.filter(|p| across.is_core(p.x) && down.is_core(p.y)));
                }
            }
            TaskKind::Mask | TaskKind::OverlappingMask | TaskKind::Map => {
                for channel in 0..self.counts.len() {
                    let values = prediction.probability(channel, width, height);
                    self.blend.add(channel, &values, across, down);
                }
            }
        }
        Ok(())
    }

    /// No further tile begins above row `y`.
    fn finish(&mut self, y: usize) {
        let Self { kind, width, blend, masks, maps, counts, .. } = self;
        blend.finish(y, |y, values| {
            let here = y * *width..(y + 1) * *width;
            let rows = values.chunks_exact(*width);
            match kind {
                TaskKind::Mask => most_probable(&mut masks[0][here], rows),
                TaskKind::OverlappingMask => {
                    for (mask, row) in masks.iter_mut().zip(rows) {
                        let ids = mask[here.clone()].iter_mut().zip(row);
                        ids.for_each(|(id, &p)| *id = u8::from(p >= 0.5));
                    }
                }
                TaskKind::Map => {
                    for (map, row) in maps.iter_mut().zip(rows) {
                        map[here.clone()].copy_from_slice(row);
                    }
                }
                TaskKind::Density => {
                    for (count, row) in counts.iter_mut().zip(rows) {
                        *count += row.iter().copied().map(f64::from).sum::<f64>();
                    }
                }
                TaskKind::Keypoints => {}
            }
        });
    }

    fn together(mut self) -> TiledPrediction {
        let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
        let image_uncertainty = match self.kind {
            TaskKind::Keypoints => 1.0 - mean(&self.heights),
            _ => (self.doubt / (self.width * self.height) as f64) as f32,
        };
        let answer = match self.kind {
            TaskKind::Mask => TiledAnswer::Mask(self.masks.swap_remove(0)),
            TaskKind::OverlappingMask => TiledAnswer::Layers(self.masks),
            TaskKind::Map => TiledAnswer::Map(self.maps),
            TaskKind::Keypoints => TiledAnswer::Keypoints(self.points.concat()),
            TaskKind::Density => {
                let counts = self.counts.iter().map(|&count| count.max(0.0) as f32).collect();
                let surest_first = |a: &Point, b: &Point| b.score.total_cmp(&a.score);
                self.points.iter_mut().for_each(|points| points.sort_by(surest_first));
                TiledAnswer::Density { counts, points: self.points }
            }
        };
        TiledPrediction { answer, image_uncertainty }
    }
}

/// One row of a mask from the probabilities of each channel: 1 + the most probable one of at least one half, else 0.
fn most_probable<'a>(ids: &mut [u8], channels: impl Iterator<Item = &'a [f32]>) {
    let mut best = vec![0.5; ids.len()];
    for (channel, row) in channels.enumerate() {
        for ((id, best), &p) in ids.iter_mut().zip(&mut best).zip(row) {
            if p > *best || p == *best && *id == 0 {
                (*id, *best) = (channel as u8 + 1, p);
            }
        }
    }
}
