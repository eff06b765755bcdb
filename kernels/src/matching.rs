//! Attention over the tokens of several examples.

use crate::lanes::{Lanes, vectorised};
use crate::parallel;
use crate::tile::{TALL, VECTORS, WIDE, multiply, pack, store};

/// Keys and values of an example.
#[derive(Clone, Copy)]
pub struct Example<'a> {
    /// `[tokens, dim]`
    pub keys: &'a [f32],
    /// `[channel, tokens, dim]`
    pub values: &'a [f32],
}

/// `softmax(scale q kT) v` per head and channel, over the tokens of all examples: of queries `[tokens, dim]` with contiguous slices
/// as heads, `[channel, tokens, dim]`.
///
/// An example is looked at by all queries before the next one (Milakov and Gimelshein 2018): its scores are computed once for all
/// channels and never leave the cache, and examples are read where they lie.
///
/// # Panics
/// When shapes do not agree, or there is no example.
pub fn matching(
    queries: &[f32],
    dim: usize,
    examples: &[Example],
    heads: usize,
    scale: f32,
) -> Vec<f32> {
    let tokens = queries.len() / dim;
    assert!(queries.len() == tokens * dim && dim.is_multiple_of(heads), "whole heads");
    let channels = examples[0].values.len() / examples[0].keys.len();
    for Example { keys, values } in examples {
        assert!(!keys.is_empty() && keys.len().is_multiple_of(dim), "whole tokens");
        assert!(values.len() == channels * keys.len(), "values for every key and channel");
    }
    let width = dim / heads;
    let channel = width.next_multiple_of(TALL);
    let rows = channels * channel;
    let panels = tokens.div_ceil(WIDE);
    // By head and panel of queries: values before the division, those of all channels below each other.
    let mut found = vec![0.0; heads * panels * rows * WIDE];
    parallel::chunks(&mut found, panels * rows * WIDE, |head, found| {
        let slice = Slice { first: head * width, width, dim };
        let mut queries = slice.packed::<WIDE>(queries);
        queries.iter_mut().for_each(|value| *value *= scale * std::f32::consts::LOG2_E);
        let mut seen: Vec<_> = found.chunks_exact_mut(rows * WIDE).map(Seen::new).collect();
        for example in examples {
            let (keys, values) = (slice.packed::<TALL>(example.keys), slice.values(example));
            let mut scores = vec![0.0; keys.len() / width * WIDE];
            let tokens = example.keys.len() / dim;
            for (queries, seen) in queries.chunks_exact(width * WIDE).zip(&mut seen) {
                vectorised(
                    #[inline(always)]
                    || seen.look(queries, &keys, &values, &mut scores, tokens),
                );
            }
        }
        seen.into_iter().for_each(Seen::divide);
    });
    let mut output = vec![0.0; channels * tokens * dim];
    for (i, output) in output.chunks_exact_mut(tokens * dim).enumerate() {
        for (query, output) in output.chunks_exact_mut(dim).enumerate() {
            for (head, output) in output.chunks_exact_mut(width).enumerate() {
                let first = (head * panels + query / WIDE) * rows + i * channel;
                let column = found[first * WIDE + query % WIDE..].iter().step_by(WIDE);
                output.iter_mut().zip(column).for_each(|(to, value)| *to = *value);
            }
        }
    }
    output
}

/// A head's part of each token.
#[derive(Clone, Copy)]
struct Slice {
    first: usize,
    width: usize,
    dim: usize,
}

impl Slice {
    /// By `COUNT` tokens side by side.
    fn packed<const COUNT: usize>(self, tokens: &[f32]) -> Vec<f32> {
        let Self { first, width, dim } = self;
        pack::<COUNT>(tokens.len() / dim, width, |token| &tokens[token * dim + first..])
    }

    /// Groups of `TALL` values token by token, channel after channel; what is missing in a channel's last group is zero.
    fn values(self, example: &Example) -> Vec<f32> {
        let Self { first, width, dim } = self;
        let tokens = example.keys.len() / dim;
        let channel = width.next_multiple_of(TALL) * tokens;
        let mut packed = vec![0.0; example.values.len() / (tokens * dim) * channel];
        for (to, values) in
            packed.chunks_exact_mut(channel).zip(example.values.chunks_exact(tokens * dim))
        {
            for (token, values) in values.chunks_exact(dim).enumerate() {
                for (group, values) in values[first..][..width].chunks(TALL).enumerate() {
                    let to = &mut to[(group * tokens + token) * TALL..];
                    to.iter_mut().zip(values).for_each(|(to, value)| *to = *value);
                }
            }
        }
        packed
    }
}

/// What `WIDE` queries have seen so far.
struct Seen<'a> {
    /// Sums of values by their weights, `[row, WIDE]`.
    values: &'a mut [f32],
    /// Of the weights.
    sums: [Lanes; VECTORS],
    /// The highest scores, which have weight 1.
    highest: [Lanes; VECTORS],
}

impl<'a> Seen<'a> {
    fn new(values: &'a mut [f32]) -> Self {
        let [sums, highest] = [0.0, f32::MIN].map(|value| [Lanes::splat(value); VECTORS]);
        Self { values, sums, highest }
    }

    /// Adds what the queries see in an example; `weights`, `[token, WIDE]`, is room for so many tokens and a group's rest.
    #[inline(always)]
    fn look(
        &mut self,
        queries: &[f32],
        keys: &[f32],
        values: &[f32],
        weights: &mut [f32],
        tokens: usize,
    ) {
        let inner = queries.len() / WIDE;
        let groups = weights.chunks_exact_mut(TALL * WIDE);
        for (keys, scores) in keys.chunks_exact(TALL * inner).zip(groups) {
            let tile = multiply(keys, queries);
            tile.into_iter()
                .zip(scores.chunks_exact_mut(WIDE))
                .for_each(|(row, to)| store(row, to));
        }
        let weights = &mut weights[..tokens * WIDE];
        let faded = self.weigh(weights);
        let groups = self.values.chunks_exact_mut(TALL * WIDE);
        for (seen, values) in groups.zip(values.chunks_exact(TALL * tokens)) {
            let tile = multiply(values, weights);
            for (row, seen) in tile.into_iter().zip(seen.chunks_exact_mut(WIDE)) {
                for ((sums, faded), seen) in
                    row.into_iter().zip(faded).zip(seen.chunks_exact_mut(Lanes::COUNT))
                {
                    sums.plus_product(Lanes::load(seen), faded).store(seen);
                }
            }
        }
    }

    /// Makes weights of scores, and returns what weights so far are to be multiplied with.
    #[inline(always)]
    fn weigh(&mut self, scores: &mut [f32]) -> [Lanes; VECTORS] {
        let mut faded = self.highest;
        for (v, faded) in faded.iter_mut().enumerate() {
            let (mut highest, mut sum) = (self.highest[v], self.sums[v]);
            for row in scores.chunks_exact(WIDE) {
                highest = highest.max(Lanes::load(&row[v * Lanes::COUNT..]));
            }
            *faded = exp2(faded.minus(highest));
            sum = sum.times(*faded);
            for row in scores.chunks_exact_mut(WIDE) {
                let to = &mut row[v * Lanes::COUNT..];
                let weight = exp2(Lanes::load(to).minus(highest));
                sum = sum.plus(weight);
                weight.store(to);
            }
            (self.highest[v], self.sums[v]) = (highest, sum);
        }
        faded
    }

    /// Weighted sums become means.
    fn divide(self) {
        let mut sums = [0.0; WIDE];
        store(self.sums, &mut sums);
        for row in self.values.chunks_exact_mut(WIDE) {
            row.iter_mut().zip(&sums).for_each(|(value, sum)| *value /= sum);
        }
    }
}

/// `2^x` for `x <= 0`, 2^-126 below -126; relative error 2e-7 (Cephes' polynomial).
#[inline(always)]
fn exp2(x: Lanes) -> Lanes {
    /// Adding it leaves the nearest whole number in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let x = x.max(Lanes::splat(-126.0));
    let shifted = x.plus(Lanes::splat(ROUND));
    let rest = x.minus(shifted.minus(Lanes::splat(ROUND)));
    let mut p = Lanes::splat(1.535_336_2e-4);
    for coefficient in
        [1.339_887_4e-3, 9.618_437e-3, 5.550_332_5e-2, 0.240_226_48, std::f32::consts::LN_2, 1.0]
    {
        p = Lanes::splat(coefficient).plus_product(p, rest);
    }
    p.times(shifted.powers())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| ((i + seed) * 7919 % 1009) as f32 / 200.0 - 2.5).collect()
    }

    proptest! {
        #[test]
        fn matching_is_a_weighted_mean_of_values(
            queries in 1..40_usize, tokens in prop::collection::vec(1..50_usize, 1..4), channels in 1..4_usize,
            heads in 1..4_usize, width in 1..7_usize, scale in 0.1..2.0_f32,
        ) {
            let dim = heads * width;
            let query = values(queries * dim, 1);
            let examples: Vec<_> = tokens.iter().enumerate().map(|(i, tokens)| {
                (values(tokens * dim, 2 + i), values(channels * tokens * dim, 9 + i))
            }).collect();
            let slices: Vec<_> =
                examples.iter().map(|(keys, values)| Example { keys, values }).collect();
            let found = matching(&query, dim, &slices, heads, scale);
            for (i, &found) in found.iter().enumerate() {
                let (channel, q, at) = (i / (queries * dim), i / dim % queries, i % dim);
                let head = at / width * width;
                let (mut sum, mut total) = (0.0, 0.0);
                for (keys, values) in &examples {
                    let count = keys.len() / dim;
                    for k in 0..count {
                        let dot: f64 = (head..head + width).map(|d| {
                            f64::from(query[q * dim + d]) * f64::from(keys[k * dim + d])
                        }).sum();
                        let weight = (f64::from(scale) * dot).exp();
                        sum += weight * f64::from(values[(channel * count + k) * dim + at]);
                        total += weight;
                    }
                }
                prop_assert!((f64::from(found) - sum / total).abs() < 1e-4, "{} {}", found, sum / total);
            }
        }
    }

    #[test]
    fn the_power_of_two_is_that_of_the_standard_library() {
        for i in 0..1260 {
            let x = -i as f32 / 10.0;
            let mut found = [0.0; Lanes::COUNT];
            exp2(Lanes::splat(x)).store(&mut found);
            let expected = f64::from(x).exp2();
            assert!((f64::from(found[0]) / expected - 1.0).abs() < 3e-7, "{x}: {}", found[0]);
        }
    }
}
