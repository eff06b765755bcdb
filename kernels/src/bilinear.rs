//! Linear maps of features that are read between cells.

/// Low cell, high cell and fraction of fine index `i` on an axis of `length` cells that is `scale` times coarser (half-pixel
/// centres, ends clamped).
pub fn axis(i: usize, scale: f32, length: usize) -> (usize, usize, f32) {
    let position = ((i as f32 + 0.5) / scale - 0.5).clamp(0.0, (length - 1) as f32);
    let low = position as usize;
    (low, (low + 1).min(length - 1), position - low as f32)
}

/// The product of each row `[row, weights]` with the weights.
pub fn dots(rows: &[f32], weights: &[f32]) -> Vec<f32> {
    rows.chunks_exact(weights.len()).map(|row| dot(row, weights)).collect()
}

/// The sum of products.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    // Eight running sums, so that the compiler can use vector instructions.
    let mut sums = [0.0f32; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a8.remainder().iter().zip(b8.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a8.zip(b8) {
        for i in 0..8 {
            sums[i] += x[i] * y[i];
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// Adds a map `[height, width]`, read bilinearly, to one of rows of `wide` cells.
pub fn add_resized(map: &[f32], [height, width]: [usize; 2], to: &mut [f32], wide: usize) {
    let scale = wide as f32 / width as f32;
    if width == wide {
        return to.iter_mut().zip(map).for_each(|(to, value)| *to += value);
    }
    let columns: Vec<_> = (0..wide).map(|x| axis(x, scale, width)).collect();
    let mut between = vec![0.0; width];
    for (y, row) in to.chunks_exact_mut(wide).enumerate() {
        let (y0, y1, part) = axis(y, scale, height);
        let (upper, lower) = (&map[y0 * width..][..width], &map[y1 * width..][..width]);
        for ((to, upper), lower) in between.iter_mut().zip(upper).zip(lower) {
            *to = upper + part * (lower - upper);
        }
        for (value, &(x0, x1, part)) in row.iter_mut().zip(&columns) {
            *value += between[x0] + part * (between[x1] - between[x0]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_map_is_read_between_its_cells(height in 1..9_usize, width in 1..9_usize, times in 1..5_usize) {
            let map: Vec<f32> = (0..height * width).map(|i| (i * 7919 % 101) as f32 / 50.0).collect();
            let mut found = vec![1.0; height * width * times * times];
            add_resized(&map, [height, width], &mut found, width * times);
            for (i, found) in found.into_iter().enumerate() {
                let [y, x] = [i / (width * times), i % (width * times)];
                let place = |i: usize, length: usize| {
                    ((i as f32 + 0.5) / times as f32 - 0.5).clamp(0.0, (length - 1) as f32)
                };
                let (py, px) = (place(y, height), place(x, width));
                let near = |a: f32, b: usize| (1.0 - (a - b as f32).abs()).max(0.0);
                let sum: f32 = (0..height * width)
                    .map(|j| map[j] * near(py, j / width) * near(px, j % width))
                    .sum();
                prop_assert!((found - 1.0 - sum).abs() < 1e-4, "{found} {sum}");
            }
        }

        #[test]
        fn a_dot_is_a_sum_of_products(values in prop::collection::vec(-2.0..2.0_f32, 1..40)) {
            let expected: f32 = values.iter().map(|value| value * (1.0 - value)).sum();
            let other: Vec<f32> = values.iter().map(|value| 1.0 - value).collect();
            prop_assert!((dot(&values, &other) - expected).abs() < 1e-3);
            prop_assert_eq!(dots(&values, &other), [dot(&values, &other)]);
        }
    }
}
