//! What every label becomes, whatever its kind.

use crate::error::{ErrorKind, Result};
use crate::image::Fit;
use crate::model::{CellLabels, UNKNOWN};

/// Pixels of the square a side of a read-out's cell.
pub const STRIDE: usize = 2;

/// A label in the network's square.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedLabel {
    /// The label encoder's input `[channel, side, side]` in `[0, 1]`: for masks the share of the channel among a pixel's
    /// known source pixels. [`UNKNOWN`] where there is none; what nobody painted is unknown here too.
    pub raster: Vec<f32>,
    /// The read-out's labels at stride 2; one more channel, the background, where a task has several exclusive ones.
    pub cells: CellLabels,
    /// The refined read-out's labels: the same channels, every pixel of the square.
    pub pixels: CellLabels,
    /// Whether some of the background is only what nobody painted.
    pub unpainted: bool,
}

impl FittedLabel {
    /// Channels that were fitted on their own, one after another.
    pub fn stack(channels: impl IntoIterator<Item = Self>) -> Self {
        let (raster, cells, pixels) = Default::default();
        let mut stacked = Self { raster, cells, pixels, unpainted: false };
        for channel in channels {
            stacked.raster.extend(channel.raster);
            stacked.cells.extend(channel.cells);
            stacked.pixels.extend(channel.pixels);
            stacked.unpainted |= channel.unpainted;
        }
        stacked
    }
}

/// Squares of `stride` pixels: 0 where the picture is, [`UNKNOWN`] in the padding.
pub fn empty(fit: &Fit, stride: usize) -> Vec<f32> {
    let (columns, rows) = fit.cells(stride);
    let width = fit.side / stride;
    let value = |i: usize| if i % width < columns && i / width < rows { 0.0 } else { UNKNOWN };
    (0..width * width).map(value).collect()
}

/// The pixels of the picture in square `(x, y)` of `stride` pixels, in reading order.
pub fn pixels(
    x: usize,
    y: usize,
    stride: usize,
    fit: &Fit,
) -> impl Iterator<Item = (usize, usize)> {
    let within = |i: usize, end: usize| i * stride..((i + 1) * stride).min(end);
    let (columns, rows) = (within(x, fit.width), within(y, fit.height));
    rows.flat_map(move |y| columns.clone().map(move |x| (x, y)))
}

/// The source pixels under pixel `i` of an axis scaled from `from` to `to` pixels; never empty.
pub fn source_range(i: usize, to: usize, from: usize) -> std::ops::Range<usize> {
    let start = i * from / to;
    start..((i + 1) * from / to).clamp(start + 1, from)
}

/// Refuses `values` values that do not make `channels` layers of the picture's size.
pub fn check_layers(
    values: usize,
    channels: usize,
    (label_width, label_height): (usize, usize),
    (width, height): (usize, usize),
) -> Result<()> {
    if (label_width, label_height) != (width, height) {
        return Err(ErrorKind::LabelSize { label_width, label_height, width, height }.into());
    }
    if values != channels * width * height {
        return Err(ErrorKind::LabelLayers { values, channels, width, height }.into());
    }
    Ok(())
}

/// Refuses a point that is not a number or not in the picture.
pub fn check_point([x, y]: [f32; 2], (width, height): (usize, usize)) -> Result<()> {
    let inside = (0.0..=width as f32).contains(&x) && (0.0..=height as f32).contains(&y);
    if inside { Ok(()) } else { Err(ErrorKind::LabelPoint { x, y, width, height }.into()) }
}
