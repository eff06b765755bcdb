//! Labels of scenes as the network takes them, and how they are thinned to what a hurried person marks.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::scenes::UNKNOWN;

/// Keeps only what a few strokes of a brush cover; everything else becomes unknown.
///
/// Half of the strokes start on the object, so that both sides are marked. `label` is `[side, side]`.
pub fn scribble(label: &[f32], side: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let mut out = vec![UNKNOWN; label.len()];
    let object: Vec<_> = (0..label.len()).filter(|&i| label[i] > 0.5).collect();
    for stroke in 0..rng.random_range(4..12) {
        let start = match object.len() {
            0 => rng.random_range(0..label.len()),
            n if stroke % 2 == 0 => object[rng.random_range(0..n)],
            _ => rng.random_range(0..label.len()),
        };
        let (mut x, mut y) = ((start % side) as f32, (start / side) as f32);
        let mut angle = rng.random_range(0.0..std::f32::consts::TAU);
        let radius = rng.random_range(1..4i64);
        for _ in 0..rng.random_range(4..24) {
            stamp(&mut out, label, side, (x as i64, y as i64), radius);
            angle += rng.random_range(-0.5..0.5f32);
            x += 2.0 * angle.cos();
            y += 2.0 * angle.sin();
        }
    }
    out
}

fn stamp(out: &mut [f32], label: &[f32], side: usize, (cx, cy): (i64, i64), radius: i64) {
    let limit = side as i64 - 1;
    for y in (cy - radius).max(0)..=(cy + radius).min(limit) {
        for x in (cx - radius).max(0)..=(cx + radius).min(limit) {
            if (x - cx).pow(2) + (y - cy).pow(2) <= radius * radius {
                let i = y as usize * side + x as usize;
                out[i] = label[i];
            }
        }
    }
}

/// The read-out's cells `[side / 2, side / 2]`: the first known of four pixels.
pub fn cells(label: &[f32], side: usize) -> Vec<f32> {
    let half = side / 2;
    let first = |cell: usize| {
        let corner = cell / half * 2 * side + cell % half * 2;
        let pixels = [corner, corner + 1, corner + side, corner + side + 1];
        pixels.map(|i| label[i]).into_iter().find(|&v| v != UNKNOWN).unwrap_or(UNKNOWN)
    };
    (0..half * half).map(first).collect()
}

/// The target at stride 2: the mean of the known pixels of a cell.
pub fn target(label: &[f32], side: usize) -> Vec<f32> {
    let half = side / 2;
    let mean = |cell: usize| {
        let corner = cell / half * 2 * side + cell % half * 2;
        let pixels = [corner, corner + 1, corner + side, corner + side + 1].map(|i| label[i]);
        let known = pixels.iter().filter(|&&v| v != UNKNOWN);
        let (sum, count) = known.fold((0.0, 0), |(s, n), v| (s + v, n + 1));
        if count > 0 { sum / count as f32 } else { UNKNOWN }
    };
    (0..half * half).map(mean).collect()
}
