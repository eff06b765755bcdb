//! Points as Gaussian bumps.

use crate::image::Fit;

/// A bump ends at this many standard deviations.
const REACH: f32 = 3.0;

/// A Gaussian of height 1 around `centre` (pixels of the square), seen by squares of `stride` pixels: index and value of
/// each square that holds the picture and that the bump reaches.
pub fn bump(fit: &Fit, stride: usize, [x, y]: [f32; 2], sigma: f32) -> Vec<(usize, f32)> {
    let (columns, rows) = fit.cells(stride);
    let (centre_x, centre_y, sigma) =
        (x / stride as f32 - 0.5, y / stride as f32 - 0.5, sigma / stride as f32);
    let reach = |centre: f32, count: usize| {
        let low = (centre - REACH * sigma).ceil().clamp(0.0, count as f32) as usize;
        low..((centre + REACH * sigma).floor() + 1.0).clamp(low as f32, count as f32) as usize
    };
    let profile = |i: usize, centre: f32| (-0.5 * ((i as f32 - centre) / sigma).powi(2)).exp();
    let mut values = Vec::new();
    for row in reach(centre_y, rows) {
        let height = profile(row, centre_y);
        values.extend(reach(centre_x, columns).map(|column| {
            (row * (fit.side / stride) + column, height * profile(column, centre_x))
        }));
    }
    values
}
