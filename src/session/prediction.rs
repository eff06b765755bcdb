//! What is predicted for one picture.

use std::sync::OnceLock;

use super::kind::TaskKind;
use super::uncertainty::{Calibration, Decision};
use crate::error::{ErrorKind, Result};
use crate::image::label::{DENSITY_MASS, DENSITY_PEAK, DENSITY_SIGMA, KEYPOINT_SIGMA};
use crate::image::{Fit, Grid, Peak};

/// Share of a lone object's density from which a maximum is an object.
pub const LEAST_PEAK: f32 = 0.5;

/// Widest spread of one object's density, as a share of the square's side.
const WIDEST: f32 = 0.125;

/// A point that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Pixels of the picture from its top left corner, finer than its pixels; never outside it.
    pub x: f32,
    pub y: f32,
    /// 0 to 1, higher is surer; comparable within a task.
    pub score: f32,
}

/// Logits of every channel in the network's square, to be read at any size.
///
/// They are as fine as the answer: two pixels a cell from the plain read-out, one from the refined one.
#[derive(Clone, Debug)]
pub struct Prediction {
    kind: TaskKind,
    /// `[channel, cells, cells]`
    logits: Vec<f32>,
    channels: usize,
    /// Cells along a side of the square.
    width: usize,
    fit: Fit,
    calibration: Calibration,
    /// Computed when first asked for.
    doubts: OnceLock<Vec<f32>>,
}

impl Prediction {
    /// `logits` of all channels; where there are several exclusive ones the background's follow, and each channel is held
    /// against it.
    pub(super) fn new(kind: TaskKind, mut logits: Vec<f32>, channels: usize, fit: Fit) -> Self {
        kind.against_background(&mut logits, channels);
        let cells = logits.len() / channels;
        let calibration = Calibration::assumed(kind);
        let (width, doubts) = (cells.isqrt(), OnceLock::new());
        Self { kind, logits, channels, width, fit, calibration, doubts }
    }

    /// The same answer, with what it is known to be worth.
    pub(super) fn calibrated(self, calibration: Calibration) -> Self {
        Self { calibration, doubts: OnceLock::new(), ..self }
    }

    pub fn kind(&self) -> TaskKind {
        self.kind
    }

    pub fn channels(&self) -> usize {
        self.channels
    }

    /// One channel's answer for every pixel of a picture of `width x height`: `[height, width]`.
    ///
    /// For masks the probability of the channel against the background, for keypoints the heat, for maps the value, each
    /// from 0 to 1; for densities the amount, [`DENSITY_PEAK`] at a lone object.
    pub fn probability(&self, channel: usize, width: usize, height: usize) -> Vec<f32> {
        self.fit.unfit(&self.values(channel), self.width, width, height)
    }

    /// Class ids `[height, width]`: 1 + the most probable channel where it is above one half, else 0.
    ///
    /// # Errors
    /// `answer-kind` unless the task is an exclusive mask.
    pub fn mask(&self, width: usize, height: usize) -> Result<Vec<u8>> {
        self.expect(&[TaskKind::Mask], "mask")?;
        let mut ids = vec![0u8; width * height];
        let mut best = vec![0.5f32; width * height];
        for channel in 0..self.channels {
            let probability = self.probability(channel, width, height);
            for ((id, best), p) in ids.iter_mut().zip(&mut best).zip(probability) {
                if p > *best {
                    (*id, *best) = (channel as u8 + 1, p);
                }
            }
        }
        Ok(ids)
    }

    /// Layers `[channel, height, width]`: 1 where the channel's probability is above one half, else 0.
    ///
    /// # Errors
    /// `answer-kind` unless the task is a mask.
    pub fn layers(&self, width: usize, height: usize) -> Result<Vec<u8>> {
        self.expect(&[TaskKind::Mask, TaskKind::OverlappingMask], "layers")?;
        let layer = |channel| self.probability(channel, width, height);
        Ok((0..self.channels).flat_map(layer).map(|p| u8::from(p > 0.5)).collect())
    }

    /// One component's values `[height, width]` in `[0, 1]`.
    ///
    /// # Errors
    /// `answer-kind` unless the task is a map.
    pub fn map(&self, component: usize, width: usize, height: usize) -> Result<Vec<f32>> {
        self.expect(&[TaskKind::Map], "map")?;
        Ok(self.probability(component, width, height))
    }

    /// The most probable place of every channel's keypoint in a picture of `width x height`.
    ///
    /// Its score is how far the heat there stands above the picture's mean heat: 0 where a channel says nothing.
    ///
    /// # Errors
    /// `answer-kind` unless the task has keypoints.
    pub fn keypoints(&self, width: usize, height: usize) -> Result<Vec<Point>> {
        self.expect(&[TaskKind::Keypoints], "keypoints")?;
        let (columns, rows) = self.fit.cells(self.stride());
        let keypoint = |channel| {
            // A bump of the size that was learnt is worth more than a single hot cell (matched filter).
            let logits = &self.logits[channel * self.cells()..][..self.cells()];
            let heat = self.grid(logits).blurred(KEYPOINT_SIGMA / self.stride() as f32);
            let mean = self.sum(&heat) / (columns * rows) as f32;
            let point = self.point(self.grid(&heat).highest(), (width, height));
            Point { score: (self.answer(point.score) - self.answer(mean)).max(0.0), ..point }
        };
        Ok((0..self.channels).map(keypoint).collect())
    }

    /// How many objects of a channel there are: the sum of its density over the picture, a fraction, at least 0.
    ///
    /// # Errors
    /// `answer-kind` unless the task is a density.
    pub fn count(&self, channel: usize) -> Result<f32> {
        self.expect(&[TaskKind::Density], "count")?;
        Ok((self.sum(&self.values(channel)) / self.mass()).max(0.0))
    }

    /// Objects a pixel of a picture of `width x height`: `[height, width]`, whose sum is about [`Prediction::count`]. Noise
    /// may bring it below 0.
    ///
    /// # Errors
    /// `answer-kind` unless the task is a density.
    pub fn density(&self, channel: usize, width: usize, height: usize) -> Result<Vec<f32>> {
        self.expect(&[TaskKind::Density], "density")?;
        let share = self.share(width, height);
        let values = self.probability(channel, width, height);
        Ok(values.into_iter().map(|value| value * share).collect())
    }

    /// The objects of a channel in a picture of `width x height`, the surest first: maxima of the density. Objects that
    /// touch share a maximum, so there may be fewer than [`Prediction::count`] says. Where objects are so much larger than the
    /// bump of a dot that no maximum is high, the widest bumps are taken, at most as many as are counted.
    ///
    /// # Errors
    /// `answer-kind` unless the task is a density.
    pub fn peaks(&self, channel: usize, width: usize, height: usize) -> Result<Vec<Point>> {
        self.expect(&[TaskKind::Density], "points")?;
        let values = self.values(channel);
        let highest = self.grid(&values).highest().value;
        let peaks = if highest < LEAST_PEAK * DENSITY_PEAK {
            self.wide_peaks(&values, highest, self.count(channel)?.round() as usize)
        } else {
            self.grid(&values).peaks(LEAST_PEAK * DENSITY_PEAK, self.reach(DENSITY_SIGMA))
        };
        let points = peaks.into_iter().map(|peak| self.point(peak, (width, height)));
        Ok(points
            .map(|point| Point { score: (point.score / DENSITY_PEAK).min(1.0), ..point })
            .collect())
    }

    /// The `most` highest maxima of a density that is low and wide: the lower the bump of one object, the wider it is.
    fn wide_peaks(&self, values: &[f32], highest: f32, most: usize) -> Vec<Peak> {
        if highest <= 0.0 || most == 0 {
            return Vec::new();
        }
        let spread = DENSITY_SIGMA * (DENSITY_PEAK / highest).sqrt();
        let spread = spread.min(self.fit.side as f32 * WIDEST);
        let smooth = self.grid(values).blurred(0.5 * spread / self.stride() as f32);
        let grid = self.grid(&smooth);
        let mut peaks = grid.peaks(LEAST_PEAK * grid.highest().value, self.reach(spread));
        peaks.truncate(most);
        peaks
    }

    /// A length in pixels of the square, in whole cells.
    fn reach(&self, pixels: f32) -> usize {
        (pixels / self.stride() as f32).round() as usize
    }

    /// How far each pixel of a picture of `width x height` can be trusted: `[height, width]`, 0 is sure.
    ///
    /// For exclusive masks the probability that the pixel's class is wrong, for overlapping ones that of its least sure class;
    /// else the expected absolute error, averaged over the channels, in the unit of [`Prediction::probability`] or, for
    /// densities, of [`Prediction::density`]. It is learnt from examples that are predicted from the others.
    pub fn uncertainty(&self, width: usize, height: usize) -> Vec<f32> {
        let scale = if self.kind == TaskKind::Density { self.share(width, height) } else { 1.0 };
        let doubts = self.fit.unfit(self.doubts(), self.width, width, height);
        doubts.into_iter().map(|doubt| doubt * scale).collect()
    }

    /// One number that ranks the pictures of a task, from 0, where the answer is sure, to 1: the mean of
    /// [`Prediction::uncertainty`], for keypoints by how much their heat falls short of 1 on average.
    pub fn image_uncertainty(&self) -> f32 {
        if self.kind == TaskKind::Keypoints {
            return 1.0 - self.heights().iter().sum::<f32>() / self.channels as f32;
        }
        let (columns, rows) = self.fit.cells(self.stride());
        self.sum(self.doubts()) / (columns * rows) as f32
    }

    /// The highest heat of each keypoint, from 0 to 1.
    pub(super) fn heights(&self) -> Vec<f32> {
        let height = |channel| self.grid(&self.values(channel)).highest().value.clamp(0.0, 1.0);
        (0..self.channels).map(height).collect()
    }

    /// Uncertainty of every cell: `[cells, cells]`.
    fn doubts(&self) -> &[f32] {
        let cells = self.cells();
        let doubt = |cell: usize| {
            let logits = (0..self.channels).map(|channel| self.logits[channel * cells + cell]);
            match self.kind {
                TaskKind::Mask => self.calibration.doubt(Decision::among(logits).lead),
                TaskKind::OverlappingMask => {
                    let doubts = logits.map(|logit| self.calibration.doubt(logit.abs()));
                    doubts.fold(0.0, f32::max)
                }
                TaskKind::Keypoints | TaskKind::Map | TaskKind::Density => {
                    let errors = logits.map(|logit| self.calibration.error(self.answer(logit)));
                    errors.sum::<f32>() / self.channels as f32
                }
            }
        };
        self.doubts.get_or_init(|| (0..cells).map(doubt).collect())
    }

    fn answer(&self, logit: f32) -> f32 {
        self.kind.quantity().answer(logit)
    }

    /// Objects a pixel of a picture of `width x height` for a density of 1.
    fn share(&self, width: usize, height: usize) -> f32 {
        let area = (self.fit.width * self.fit.height) as f32 / self.stride().pow(2) as f32;
        area / (width * height) as f32 / self.mass()
    }

    fn cells(&self) -> usize {
        self.width.pow(2)
    }

    /// Pixels of the square a side of a cell.
    fn stride(&self) -> usize {
        self.fit.side / self.width
    }

    /// What one object adds to the sum of the density.
    fn mass(&self) -> f32 {
        DENSITY_MASS / self.stride().pow(2) as f32
    }

    /// What one channel's logits answer: `[cells, cells]`.
    fn values(&self, channel: usize) -> Vec<f32> {
        let logits = &self.logits[channel * self.cells()..][..self.cells()];
        logits.iter().map(|&logit| self.answer(logit)).collect()
    }

    /// Sum over the cells that hold the picture.
    fn sum(&self, values: &[f32]) -> f32 {
        let (columns, rows) = self.fit.cells(self.stride());
        let row = |y: usize| values[y * self.width..][..columns].iter().sum::<f32>();
        (0..rows).map(row).sum()
    }

    fn grid<'a>(&self, map: &'a [f32]) -> Grid<'a> {
        let (columns, rows) = self.fit.cells(self.stride());
        Grid { map, width: self.width, columns, rows }
    }

    /// A peak in cells as a point of a picture of `picture` (width, height) pixels.
    fn point(&self, peak: Peak, picture: (usize, usize)) -> Point {
        let place = [peak.x, peak.y].map(|cell| (cell + 0.5) * self.stride() as f32);
        let [x, y] = self.fit.unplace(place, picture);
        Point { x, y, score: peak.value }
    }

    fn expect(&self, kinds: &[TaskKind], answer: &'static str) -> Result<()> {
        if kinds.contains(&self.kind) {
            return Ok(());
        }
        Err(ErrorKind::AnswerKind { kind: self.kind.name(), answer }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Aspect;

    const SIDE: usize = 256;
    const CELLS: usize = 128;

    /// Densities of objects at `centres`, in pixels, spread by `sigma` pixels, each with a `share` of one object's mass.
    fn prediction(centres: &[[f32; 2]], sigma: f32, share: f32) -> Prediction {
        let stride = (SIDE / CELLS) as f32;
        let height = share * DENSITY_PEAK * (DENSITY_SIGMA / sigma).powi(2);
        let logit = |i: usize| {
            let [x, y] = [i % CELLS, i / CELLS].map(|cell| (cell as f32 + 0.5) * stride);
            let bump = |c: &[f32; 2]| {
                (-0.5 * ((x - c[0]).powi(2) + (y - c[1]).powi(2)) / sigma.powi(2)).exp()
            };
            let amount = height * centres.iter().map(bump).sum::<f32>();
            TaskKind::Density.quantity().logit(amount)
        };
        let logits = (0..CELLS * CELLS).map(logit).collect();
        Prediction::new(TaskKind::Density, logits, 1, Fit::new(SIDE, SIDE, SIDE, Aspect::Kept))
    }

    fn found(centres: &[[f32; 2]], sigma: f32) -> usize {
        let peaks = prediction(centres, sigma, 1.0).peaks(0, SIDE, SIDE).unwrap();
        let near = |c: &&[f32; 2]| peaks.iter().any(|p| (p.x - c[0]).hypot(p.y - c[1]) < 4.0);
        assert_eq!(centres.iter().filter(near).count(), centres.len(), "{peaks:?}");
        peaks.len()
    }

    #[test]
    fn small_and_large_objects_are_found_where_they_are() {
        let centres = [[60.0, 60.0], [190.0, 70.0], [60.0, 180.0], [180.0, 190.0]];
        for sigma in [DENSITY_SIGMA, 10.0, 20.0, 28.0] {
            assert_eq!(found(&centres, sigma), centres.len(), "{sigma}");
        }
    }

    #[test]
    fn where_nothing_is_counted_nothing_is_found() {
        assert_eq!(found(&[], 20.0), 0);
        let faint = prediction(&[[128.0, 128.0]], 20.0, 0.4);
        assert_eq!(faint.peaks(0, SIDE, SIDE).unwrap(), []);
    }
}
