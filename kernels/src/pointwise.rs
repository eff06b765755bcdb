//! What is computed value by value, or row by row.

use crate::lanes::vectorised;
use crate::parallel;

/// Values that are worth a thread's while.
const PART: usize = 1 << 14;

/// `x / 2 (1 + erf(x / sqrt 2))` in place, to 1e-6.
pub fn gelu(values: &mut [f32]) {
    parallel::chunks(values, PART, |_, values| {
        vectorised(
            #[inline(always)]
            || {
                for value in values {
                    *value = 0.5 * *value * (1.0 + erf(*value * std::f32::consts::FRAC_1_SQRT_2));
                }
            },
        );
    });
}

/// `max(x, 0)` in place.
pub fn relu(values: &mut [f32]) {
    parallel::chunks(values, PART, |_, values| {
        vectorised(
            #[inline(always)]
            || {
                for value in values {
                    *value = if *value > 0.0 { *value } else { 0.0 };
                }
            },
        );
    });
}

/// LayerNorm of each row of `gamma.len()` values (biased variance): `(x - mean) / sqrt(variance + epsilon) gamma + beta`.
pub fn layer_norm(rows: &[f32], gamma: &[f32], beta: &[f32], epsilon: f32) -> Vec<f32> {
    let dim = gamma.len();
    let mut normed = vec![0.0; rows.len()];
    vectorised(
        #[inline(always)]
        || {
            for (row, to) in rows.chunks_exact(dim).zip(normed.chunks_exact_mut(dim)) {
                let mean = sum(row, |x| x) / dim as f32;
                let variance = sum(row, |x| (x - mean) * (x - mean)) / dim as f32;
                let scale = (variance + epsilon).sqrt().recip();
                for (((to, x), gamma), beta) in to.iter_mut().zip(row).zip(gamma).zip(beta) {
                    *to = (x - mean) * scale * gamma + beta;
                }
            }
        },
    );
    normed
}

/// By eight at a time: a sum in order is one addition after the other.
#[inline(always)]
fn sum(values: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0; 8];
    let chunks = values.chunks_exact(8);
    let rest: f32 = chunks.remainder().iter().map(|&x| of(x)).sum();
    for chunk in chunks {
        for (sum, &x) in sums.iter_mut().zip(chunk) {
            *sum += of(x);
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// The error function by a quotient of polynomials; error 3e-7 (Eigen's coefficients).
#[inline(always)]
fn erf(x: f32) -> f32 {
    let x = if x > -4.0 { x } else { -4.0 };
    let x = if x < 4.0 { x } else { 4.0 };
    let square = x * x;
    let mut p = -2.726_142_4e-10;
    for coefficient in [
        2.770_681_4e-8,
        -2.101_024e-6,
        -5.692_506_3e-5,
        -7.349_906_5e-4,
        -2.954_6e-3,
        -1.609_603_3e-2,
    ] {
        p = p * square + coefficient;
    }
    let mut q = -1.456_607_2e-5;
    for coefficient in [-2.133_740_6e-4, -1.682_827e-3, -7.373_329e-3, -1.426_473_9e-2] {
        q = q * square + coefficient;
    }
    x * p / q
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error function by its series, in f64.
    fn erf_of(x: f64) -> f64 {
        if x.abs() > 4.0 {
            return x.signum();
        }
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * std::f64::consts::FRAC_2_SQRT_PI
    }

    #[test]
    fn gelu_is_that_of_the_error_function() {
        let inputs: Vec<f32> = (-2000..=2000).map(|i| i as f32 / 200.0).collect();
        let mut found = inputs.clone();
        gelu(&mut found);
        for (x, found) in inputs.into_iter().zip(found) {
            let x = f64::from(x);
            let expected = 0.5 * x * (1.0 + erf_of(x / 2f64.sqrt()));
            assert!((f64::from(found) - expected).abs() < 2e-6, "{x}: {found} {expected}");
        }
    }

    #[test]
    fn a_normed_row_has_mean_zero_and_variance_one() {
        let rows: Vec<f32> = (0..39).map(|i| ((i * 7) % 13) as f32).collect();
        let normed = layer_norm(&rows, &[2.0; 13], &[3.0; 13], 1e-5);
        for row in normed.chunks_exact(13) {
            let mean = row.iter().sum::<f32>() / 13.0;
            let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 13.0;
            assert!((mean - 3.0).abs() < 1e-5 && (variance - 4.0).abs() < 1e-4);
        }
    }
}
