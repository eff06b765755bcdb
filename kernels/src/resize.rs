//! Maps of twice and of a part of the size.

use crate::lanes::vectorised;
use crate::parallel;

/// Twice the height and width, bilinear with half-pixel centres, edges clamped.
pub fn double(map: &[f32], [height, width]: [usize; 2]) -> Vec<f32> {
    let mut doubled = vec![0.0; 4 * map.len()];
    parallel::chunks(&mut doubled, 4 * height * width, |i, to| {
        let plane = &map[i * height * width..][..height * width];
        let mut mixed = vec![0.0; width];
        vectorised(
            #[inline(always)]
            || {
                for (y, to) in to.chunks_exact_mut(2 * width).enumerate() {
                    let [near, far] = sources(y, height).map(|y| &plane[y * width..][..width]);
                    for ((mixed, near), far) in mixed.iter_mut().zip(near).zip(far) {
                        *mixed = 0.75 * near + 0.25 * far;
                    }
                    for (x, to) in to.chunks_exact_mut(2).enumerate() {
                        let far = [sources(2 * x, width)[1], sources(2 * x + 1, width)[1]];
                        to[0] = 0.75 * mixed[x] + 0.25 * mixed[far[0]];
                        to[1] = 0.75 * mixed[x] + 0.25 * mixed[far[1]];
                    }
                }
            },
        );
    });
    doubled
}

/// The cell that a fine one lies in, which counts three quarters, and the other one that is near.
#[inline(always)]
fn sources(fine: usize, length: usize) -> [usize; 2] {
    let near = fine / 2;
    let far =
        if fine.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(length - 1) };
    [near, far]
}

/// The mean over `cell x cell` squares; height and width are multiples of `cell`.
pub fn pool(map: &[f32], width: usize, cell: usize) -> Vec<f32> {
    let mean = |rows: &[f32], column: usize| {
        let sums =
            rows.chunks_exact(width).map(|row| row[column * cell..][..cell].iter().sum::<f32>());
        sums.sum::<f32>() / (cell * cell) as f32
    };
    let rows = map.chunks_exact(width * cell);
    rows.flat_map(|rows| (0..width / cell).map(move |column| mean(rows, column))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubled_ramp_is_a_finer_ramp_with_flat_ends() {
        let map: Vec<f32> = (0..12).map(|i| (i % 4 + 10 * (i / 4)) as f32).collect();
        let doubled = double(&map, [3, 4]);
        for (i, found) in doubled.into_iter().enumerate() {
            let at = |fine: usize, last: f32| (fine as f32 / 2.0 - 0.25).clamp(0.0, last);
            let expected = at(i % 8, 3.0) + 10.0 * at(i / 8, 2.0);
            assert!((found - expected).abs() < 1e-5, "{i}: {found} {expected}");
        }
    }

    #[test]
    fn a_pooled_map_has_the_means_of_squares() {
        let map: Vec<f32> = (0..32).map(|i| i as f32).collect();
        assert_eq!(pool(&map, 8, 2), [4.5, 6.5, 8.5, 10.5, 20.5, 22.5, 24.5, 26.5]);
        assert_eq!(pool(&map, 8, 4), [13.5, 17.5]);
    }
}
