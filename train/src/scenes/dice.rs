//! Random draws that come out the same on every platform.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of draws; only integers leave the generator, so no platform's rounding enters.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream `stream` of `seed`; different streams of one seed are independent.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// A seed for something derived.
    pub fn seed(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Uniform in 0..1, 1 excluded.
    pub fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 / 16_777_216.0
    }

    /// Uniform in `lo..hi`.
    pub fn between(&mut self, lo: f32, hi: f32) -> f32 {
        lo + (hi - lo) * self.unit()
    }

    /// A factor between `1/most` and `most`, as likely to shrink as to grow.
    pub fn factor(&mut self, most: f32) -> f32 {
        let f = self.between(1.0, most);
        if self.chance(0.5) { f } else { 1.0 / f }
    }

    /// Uniform over whole turns, in radians.
    pub fn angle(&mut self) -> f32 {
        self.between(0.0, std::f32::consts::TAU)
    }

    /// Uniform in `0..n`; 0 if `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.0.next_u32()) * n as u64) >> 32) as usize
    }

    /// Uniform in `lo..=hi`.
    pub fn count(&mut self, lo: usize, hi: usize) -> usize {
        lo + self.below(hi - lo + 1)
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f32) -> bool {
        self.unit() < p
    }

    /// One of `items`, which must not be empty.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// `n` different ones of `items` (all of them if there are fewer), in random order.
    pub fn some<T: Copy>(&mut self, items: &[T], n: usize) -> Vec<T> {
        let mut left = items.to_vec();
        let n = n.min(left.len());
        (0..n).map(|_| left.swap_remove(self.below(left.len()))).collect()
    }

    /// Nearly normal, mean 0 and variance 1, never beyond 3.5: four uniform draws summed.
    pub fn normal(&mut self) -> f32 {
        let bits = self.0.next_u64();
        let sum: u32 = (0..4).map(|i| (bits >> (16 * i)) as u32 & 0xffff).sum();
        (sum as f32 - 131_070.0) / 37_837.2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_and_stream_give_the_same_draws() {
        let draws = |seed, stream| {
            let mut dice = Dice::new(seed, stream);
            [dice.unit(), dice.normal(), dice.between(2.0, 3.0)]
        };
        assert_eq!(draws(1, 2), draws(1, 2));
        assert_ne!(draws(1, 2), draws(1, 3));
        assert_ne!(draws(1, 2), draws(2, 2));
    }

    #[test]
    fn normal_has_mean_zero_and_variance_one() {
        let mut dice = Dice::new(5, 0);
        let draws: Vec<f32> = (0..20_000).map(|_| dice.normal()).collect();
        let mean = draws.iter().sum::<f32>() / draws.len() as f32;
        let variance = draws.iter().map(|d| d * d).sum::<f32>() / draws.len() as f32;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.03);
    }

    #[test]
    fn some_never_repeats() {
        let mut drawn = Dice::new(9, 0).some(&[1, 2, 3, 4, 5], 5);
        drawn.sort_unstable();
        assert_eq!(drawn, [1, 2, 3, 4, 5]);
    }
}
