//! A task as a picture, to be looked at: its examples above, then for each query the picture, the truth, the answer and how
//! sure the answer is.

use anolis::image::label::Label;
use anolis::session::{Prediction, TaskKind};
use image::{DynamicImage, GenericImage, Rgb, RgbImage};

use crate::Result;

/// Pixels of a tile and between tiles.
const TILE: u32 = 200;
const GAP: u32 = 4;

/// Most examples and queries on a sheet.
pub const EXAMPLES: usize = 5;
pub const QUERIES: usize = 6;

/// Colours of channels that colour-blind eyes tell apart (Okabe and Ito 2008), from the tenth channel on again.
const COLOURS: [[u8; 3]; 9] = [
    [230, 159, 0],
    [86, 180, 233],
    [0, 158, 115],
    [240, 228, 66],
    [0, 114, 178],
    [213, 94, 0],
    [204, 121, 167],
    [148, 103, 189],
    [255, 255, 255],
];

/// Rows of tiles.
#[derive(Default)]
pub struct Sheet {
    rows: Vec<Vec<RgbImage>>,
}

impl Sheet {
    /// Adds the examples as one row.
    pub fn support(&mut self, examples: &[(RgbImage, Label)]) {
        self.rows.push(examples.iter().map(|(picture, label)| labelled(picture, label)).collect());
    }

    /// Adds a query as a row.
    ///
    /// # Errors
    /// What the prediction says.
    pub fn query(&mut self, picture: &RgbImage, truth: &Label, found: &Prediction) -> Result<()> {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let answer = match found.kind() {
            TaskKind::Keypoints => {
                let points = found.keypoints(width, height)?;
                let points = points.iter().map(|point| Some([point.x, point.y])).collect();
                labelled(picture, &Label::Keypoints(points))
            }
            TaskKind::Map => {
                let values = found.map(0, width, height)?;
                labelled(picture, &Label::Map { values, width, height })
            }
            TaskKind::Density => {
                let heat = found.probability(0, width, height);
                grey(picture, |i| heat[i])
            }
            _ => {
                let ids = found.mask(width, height)?;
                labelled(picture, &Label::Classes { ids, width, height })
            }
        };
        let doubt = found.uncertainty(width, height);
        let most = doubt.iter().copied().fold(1e-6, f32::max);
        let doubt = grey(picture, |i| doubt[i] / most);
        self.rows.push(vec![picture.clone(), labelled(picture, truth), answer, doubt]);
        Ok(())
    }

    /// All rows as one picture; every tile keeps its proportions.
    pub fn draw(&self) -> Result<RgbImage> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0) as u32;
        let size = |count: u32| count * (TILE + GAP);
        let mut sheet =
            RgbImage::from_pixel(size(columns), size(self.rows.len() as u32), Rgb([255; 3]));
        for (y, row) in self.rows.iter().enumerate() {
            for (x, tile) in row.iter().enumerate() {
                let tile = DynamicImage::from(tile.clone()).thumbnail(TILE, TILE).into_rgb8();
                sheet.copy_from(&tile, size(x as u32), size(y as u32))?;
            }
        }
        Ok(sheet)
    }
}

/// A picture under its label.
fn labelled(picture: &RgbImage, label: &Label) -> RgbImage {
    let mut drawn = picture.clone();
    match label {
        Label::Classes { ids, .. } => {
            for (pixel, &id) in drawn.pixels_mut().zip(ids) {
                match id {
                    0 => {}
                    255 => pixel.0 = [128; 3],
                    id => pixel.0 = mixed(pixel.0, colour(usize::from(id) - 1)),
                }
            }
        }
        Label::Map { values, .. } => drawn = grey(picture, |i| values[i]),
        Label::Keypoints(points) => {
            for (channel, point) in points.iter().enumerate() {
                if let Some(point) = point {
                    dot(&mut drawn, *point, colour(channel));
                }
            }
        }
        Label::Dots(dots) => {
            dots.iter().for_each(|found| dot(&mut drawn, found.point, colour(found.channel)));
        }
        _ => {}
    }
    drawn
}

/// Values as grey, NaN as blue.
fn grey(like: &RgbImage, value: impl Fn(usize) -> f32) -> RgbImage {
    let mut drawn = like.clone();
    for (i, pixel) in drawn.pixels_mut().enumerate() {
        let value = value(i);
        pixel.0 =
            if value.is_nan() { [40, 40, 90] } else { [(255.0 * value.clamp(0.0, 1.0)) as u8; 3] };
    }
    drawn
}

fn colour(channel: usize) -> [u8; 3] {
    COLOURS[channel % COLOURS.len()]
}

fn mixed(a: [u8; 3], b: [u8; 3]) -> [u8; 3] {
    std::array::from_fn(|i| ((2 * u16::from(a[i]) + 3 * u16::from(b[i])) / 5) as u8)
}

fn dot(picture: &mut RgbImage, [x, y]: [f32; 2], colour: [u8; 3]) {
    const RADIUS: i64 = 2;
    for dy in -RADIUS..=RADIUS {
        for dx in -RADIUS..=RADIUS {
            let (x, y) = (x as i64 + dx, y as i64 + dy);
            let inside = (0..i64::from(picture.width())).contains(&x)
                && (0..i64::from(picture.height())).contains(&y);
            if inside {
                picture.put_pixel(x as u32, y as u32, Rgb(colour));
            }
        }
    }
}
