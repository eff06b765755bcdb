//! Attention with a bias.

use crate::lanes::vectorised;
use crate::parallel;
use crate::pointwise::softmax_numerators;
use crate::product::{Matrix, Right, Start, product};
use crate::tile::TALL;

/// Heads, tokens and what scores are multiplied with.
#[derive(Clone, Copy)]
pub struct Attention<'a> {
    pub heads: usize,
    pub scale: f32,
    /// `[heads, tokens, tokens]`
    pub bias: &'a [f32],
}

/// Queries whose scores are in the cache at once.
const QUERIES: usize = 64;

/// `softmax(scale q kT + bias) v` per head, of tokens `[tokens, 3 dim]` that are `[q | k | v]` side by side, heads being contiguous
/// slices: `[tokens, dim]`.
///
/// # Panics
/// When shapes do not agree.
pub fn attention(qkv: &[f32], dim: usize, attention: Attention) -> Vec<f32> {
    let Attention { heads, scale, bias } = attention;
    let tokens = qkv.len() / (3 * dim);
    assert!(qkv.len() == tokens * 3 * dim && dim.is_multiple_of(heads) && tokens > 0);
    assert!(bias.len() == heads * tokens * tokens, "a bias a head, query and key");
    let width = dim / heads;
    let part = |head: usize, i: usize, from: usize, count: usize| {
        let start = from * 3 * dim + i * dim + head * width;
        Matrix::strided(&qkv[start..], count, width, 3 * dim)
    };
    let sides = parallel::map(heads, |head| {
        let keys = Right::new(part(head, 1, 0, tokens).transposed());
        (keys, Right::new(part(head, 2, 0, tokens)))
    });
    let mut output = vec![0.0; tokens * dim];
    let queries = tokens.div_ceil(parallel::threads()).next_multiple_of(TALL).min(QUERIES);
    parallel::chunks(&mut output, queries * dim, |i, output| {
        let (from, count) = (i * queries, output.len() / dim);
        let mut scores = vec![0.0; count * tokens];
        for (head, (keys, values)) in sides.iter().enumerate() {
            product(&mut scores, tokens, part(head, 0, from, count), keys, Start::Zero);
            let mut sums = [0.0; QUERIES];
            let bias = &bias[(head * tokens + from) * tokens..][..count * tokens];
            vectorised(
                #[inline(always)]
                || {
                    let rows = scores.chunks_exact_mut(tokens).zip(bias.chunks_exact(tokens));
                    for ((scores, bias), sum) in rows.zip(&mut sums) {
                        *sum = softmax_numerators(scores, scale, bias);
                    }
                },
            );
            let to = &mut output[head * width..];
            product(to, dim, Matrix::new(&scores, count, tokens), values, Start::Zero);
            for (row, sum) in to.chunks_mut(dim).zip(&sums[..count]) {
                row[..width].iter_mut().for_each(|value| *value /= sum);
            }
        }
    });
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attention_is_a_weighted_mean_of_values() {
        let (tokens, dim, heads) = (70, 12, 3);
        let values = |count: usize, seed: usize| -> Vec<f32> {
            (0..count).map(|i| ((i + seed) * 7919 % 1009) as f32 / 200.0 - 2.5).collect()
        };
        let (qkv, bias) = (values(tokens * 3 * dim, 1), values(heads * tokens * tokens, 2));
        let seen = Attention { heads, scale: 0.7, bias: &bias };
        let found = parallel::with_threads(3, || attention(&qkv, dim, seen));
        let width = dim / heads;
        let part = |i: usize, token: usize, head: usize| {
            &qkv[token * 3 * dim + i * dim + head * width..][..width]
        };
        for head in 0..heads {
            for query in 0..tokens {
                let weight = |key: usize| {
                    let pairs = part(0, query, head).iter().zip(part(1, key, head));
                    let dot: f64 = pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                    (0.7 * dot + f64::from(bias[(head * tokens + query) * tokens + key])).exp()
                };
                let weights: Vec<f64> = (0..tokens).map(weight).collect();
                for i in 0..width {
                    let sum = |of: &dyn Fn(usize) -> f64| (0..tokens).map(of).sum::<f64>();
                    let expected = sum(&|key| weights[key] * f64::from(part(2, key, head)[i]))
                        / sum(&|key| weights[key]);
                    let found = f64::from(found[query * dim + head * width + i]);
                    assert!((found - expected).abs() < 1e-4, "{found} {expected}");
                }
            }
        }
    }
}
