//! Partial labels: scribbles, boxes and clicks, painted where they are and unknown everywhere else.

use super::classes::UNKNOWN_CLASS;
use super::fitted::check_point;
use crate::error::{ErrorKind, Result};

/// Thinnest brush: the radius at which a line has no gaps.
const LEAST_RADIUS: f32 = std::f32::consts::FRAC_1_SQRT_2;

/// Something drawn on a picture, of class 0 (background, no channel) or 1 to n (the channels in order).
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub class: u8,
    pub shape: Shape,
}

/// What is drawn, in pixels of the picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A line through points with a brush of `width` pixels; one point is a dab.
    Scribble { points: Vec<[f32; 2]>, width: f32 },
    /// Everything between two opposite corners is of the class.
    Box { corners: [[f32; 2]; 2] },
    /// A disc.
    Click { point: [f32; 2], radius: f32 },
}

impl Shape {
    /// The pixels that are covered, in any order; some may come twice.
    fn pixels(&self, picture: (usize, usize)) -> Result<Vec<usize>> {
        match self {
            Self::Scribble { points, width } => {
                points.iter().try_for_each(|&point| check_point(point, picture))?;
                let radius = brush(width / 2.0)?;
                let dab = points.first().map(|&point| capsule(point, point, radius, picture));
                let segments = points.windows(2).map(|p| capsule(p[0], p[1], radius, picture));
                Ok(dab.into_iter().chain(segments).flatten().collect())
            }
            Self::Click { point, radius } => {
                check_point(*point, picture)?;
                Ok(capsule(*point, *point, brush(*radius)?, picture))
            }
            Self::Box { corners: [a, b] } => {
                check_point(*a, picture)?;
                check_point(*b, picture)?;
                let columns = span(a[0], b[0], picture.0);
                let rows = span(a[1], b[1], picture.1);
                Ok(rows.flat_map(|y| columns.clone().map(move |x| y * picture.0 + x)).collect())
            }
        }
    }
}

/// Exclusive class ids `[height, width]` of a picture of `picture` (width, height) pixels; later marks cover earlier ones.
///
/// # Errors
/// `label-point` when a coordinate is no number or outside the picture, `label-brush` when a width or radius is no positive
/// number, `label-value` when a class is no channel.
pub fn paint_classes(marks: &[Mark], picture: (usize, usize), channels: usize) -> Result<Vec<u8>> {
    let mut ids = vec![UNKNOWN_CLASS; picture.0 * picture.1];
    for mark in marks {
        check_class(mark.class, channels)?;
        for pixel in mark.shape.pixels(picture)? {
            ids[pixel] = mark.class;
        }
    }
    Ok(ids)
}

/// Layers `[channel, height, width]` of a picture of `picture` (width, height) pixels: a mark of a class says yes to its
/// channel and nothing about the others, a mark of class 0 says no to all.
///
/// # Errors
/// As [`paint_classes`].
pub fn paint_layers(marks: &[Mark], picture: (usize, usize), channels: usize) -> Result<Vec<u8>> {
    let size = picture.0 * picture.1;
    let mut layers = vec![UNKNOWN_CLASS; channels * size];
    for mark in marks {
        check_class(mark.class, channels)?;
        let pixels = mark.shape.pixels(picture)?;
        let (touched, value) = match usize::from(mark.class) {
            0 => (0..channels, 0),
            class => (class - 1..class, 1),
        };
        for channel in touched {
            for &pixel in &pixels {
                layers[channel * size + pixel] = value;
            }
        }
    }
    Ok(layers)
}

fn check_class(value: u8, channels: usize) -> Result<()> {
    if usize::from(value) > channels {
        return Err(ErrorKind::LabelValue { value, channels }.into());
    }
    Ok(())
}

fn brush(radius: f32) -> Result<f32> {
    if radius.is_finite() && radius > 0.0 {
        Ok(radius.max(LEAST_RADIUS))
    } else {
        Err(ErrorKind::LabelBrush.into())
    }
}

/// Pixels whose centre is at most `radius` from the line from `a` to `b`.
fn capsule(a: [f32; 2], b: [f32; 2], radius: f32, (width, height): (usize, usize)) -> Vec<usize> {
    let columns = span(a[0].min(b[0]) - radius, a[0].max(b[0]) + radius, width);
    let rows = span(a[1].min(b[1]) - radius, a[1].max(b[1]) + radius, height);
    let along = [b[0] - a[0], b[1] - a[1]];
    let length = along[0] * along[0] + along[1] * along[1];
    let near = |x: usize, y: usize| {
        let from = [x as f32 + 0.5 - a[0], y as f32 + 0.5 - a[1]];
        let dot = from[0] * along[0] + from[1] * along[1];
        let t = if length > 0.0 { (dot / length).clamp(0.0, 1.0) } else { 0.0 };
        let (dx, dy) = (from[0] - t * along[0], from[1] - t * along[1]);
        dx * dx + dy * dy <= radius * radius
    };
    rows.flat_map(|y| columns.clone().map(move |x| (x, y)))
        .filter(|&(x, y)| near(x, y))
        .map(|(x, y)| y * width + x)
        .collect()
}

/// The pixels of an axis of `length` pixels that lie between two positions, at least one.
fn span(a: f32, b: f32, length: usize) -> std::ops::Range<usize> {
    let start = (a.min(b).floor().max(0.0) as usize).min(length - 1);
    start..(a.max(b).ceil().max(0.0) as usize).clamp(start + 1, length)
}
