//! What JPEG does to a picture, without the file: colour at half size, blocks of quantised cosines.

use std::f32::consts::PI;

use super::vectors::{Vec3, vec3};

/// Quantisation steps for brightness at quality 50 (ITU T.81, annex K).
const STEPS: [f32; 64] = [
    16., 11., 10., 16., 24., 40., 51., 61., 12., 12., 14., 19., 26., 58., 60., 55., //
    14., 13., 16., 24., 40., 57., 69., 56., 14., 17., 22., 29., 51., 87., 80., 62., //
    18., 22., 37., 56., 68., 109., 103., 77., 24., 35., 55., 64., 81., 104., 113., 92., //
    49., 64., 78., 87., 103., 121., 120., 101., 72., 92., 95., 98., 112., 100., 103., 99.,
];

/// Compresses displayed colours (0..1) in place at `quality` 1..100.
pub fn compress(pixels: &mut [Vec3], width: usize, height: usize, quality: f32) {
    let scale = if quality < 50.0 { 50.0 / quality } else { 2.0 - quality / 50.0 };
    let channel = |row: Vec3| pixels.iter().map(|p| p.dot(row)).collect::<Vec<f32>>();
    let mut bright = channel(vec3(0.299, 0.587, 0.114));
    let blue = channel(vec3(-0.168_7, -0.331_3, 0.5));
    let red = channel(vec3(0.5, -0.418_7, -0.081_3));
    let basis = basis();
    quantise(&mut bright, width, height, scale, &basis);
    let small = |plane: Vec<f32>| {
        let (mut half, w, h) = halve(&plane, width, height);
        // Colour is quantised more coarsely than brightness.
        quantise(&mut half, w, h, 1.3 * scale, &basis);
        (half, w)
    };
    let ((blue, half), (red, _)) = (small(blue), small(red));
    for (at, pixel) in pixels.iter_mut().enumerate() {
        let (x, y) = (at % width, at / width);
        let (l, b, r) = (bright[at], blue[y / 2 * half + x / 2], red[y / 2 * half + x / 2]);
        *pixel = vec3(l + 1.402 * r, l - 0.344_1 * b - 0.714_1 * r, l + 1.772 * b);
    }
}

/// A plane at half size and its width and height.
fn halve(plane: &[f32], width: usize, height: usize) -> (Vec<f32>, usize, usize) {
    let (w, h) = (width.div_ceil(2), height.div_ceil(2));
    let mean = |at: usize| {
        let (x, y) = (at % w * 2, at / w * 2);
        let (x1, y1) = ((x + 1).min(width - 1), (y + 1).min(height - 1));
        let sum = plane[y * width + x] + plane[y * width + x1] + plane[y1 * width + x];
        (sum + plane[y1 * width + x1]) / 4.0
    };
    ((0..w * h).map(mean).collect(), w, h)
}

/// The cosines of an 8-point transform, `[frequency, position]`, orthonormal.
fn basis() -> [[f32; 8]; 8] {
    std::array::from_fn(|k| {
        let norm = if k == 0 { 0.125_f32.sqrt() } else { 0.5 };
        std::array::from_fn(|i| norm * ((2 * i + 1) as f32 * k as f32 * PI / 16.0).cos())
    })
}

/// Rounds every 8 x 8 block's cosine amplitudes to multiples of their steps.
fn quantise(plane: &mut [f32], width: usize, height: usize, scale: f32, basis: &[[f32; 8]; 8]) {
    for top in (0..height).step_by(8) {
        for left in (0..width).step_by(8) {
            let mut block = [[0.0; 8]; 8];
            for (y, row) in block.iter_mut().enumerate() {
                let from = (top + y).min(height - 1) * width;
                for (x, value) in row.iter_mut().enumerate() {
                    *value = plane[from + (left + x).min(width - 1)] * 255.0;
                }
            }
            let mut waves = transform(&transform(&block, basis, false), basis, false);
            for (i, wave) in waves.as_flattened_mut().iter_mut().enumerate() {
                // The two transforms leave the block transposed; the table is close to symmetric.
                let step = (STEPS[i] * scale).max(1.0);
                *wave = (*wave / step).round() * step;
            }
            let block = transform(&transform(&waves, basis, true), basis, true);
            for (y, row) in block.iter().enumerate().take(height - top) {
                for (x, value) in row.iter().enumerate().take(width - left) {
                    plane[(top + y) * width + left + x] = value / 255.0;
                }
            }
        }
    }
}

/// One-dimensional transform of every row, transposed; `back` inverts it.
fn transform(block: &[[f32; 8]; 8], basis: &[[f32; 8]; 8], back: bool) -> [[f32; 8]; 8] {
    let mut out = [[0.0; 8]; 8];
    for (y, row) in block.iter().enumerate() {
        for k in 0..8 {
            out[k][y] = (0..8).map(|i| row[i] * if back { basis[i][k] } else { basis[k][i] }).sum();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn high_quality_changes_little_and_low_quality_more() {
        let picture: Vec<Vec3> = (0..30 * 21)
            .map(|i| Vec3::all((i % 30) as f32 / 60.0 + (i % 7) as f32 * 0.05))
            .collect();
        let loss = |quality| {
            let mut pixels = picture.clone();
            compress(&mut pixels, 30, 21, quality);
            let gaps = pixels.iter().zip(&picture).map(|(a, b)| (*a - *b).length());
            gaps.sum::<f32>() / pixels.len() as f32
        };
        assert!(loss(98.0) < 0.01, "{}", loss(98.0));
        assert!(loss(20.0) > 2.0 * loss(98.0));
    }
}
