//! What is predicted for one picture.

use crate::image::Fit;

/// Logits of every channel in the network's square, to be read at any size.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// `[channel, cells, cells]` at stride 2.
    logits: Vec<f32>,
    channels: usize,
    fit: Fit,
}

impl Prediction {
    /// `logits` of all channels; where there are several the background's follow, and each channel is held against it.
    pub(super) fn new(mut logits: Vec<f32>, channels: usize, fit: Fit) -> Self {
        let background = logits.split_off(channels * (fit.side / 2).pow(2));
        if !background.is_empty() {
            for channel in logits.chunks_exact_mut(background.len()) {
                for (logit, background) in channel.iter_mut().zip(&background) {
                    *logit = (*logit - background) / 2.0;
                }
            }
        }
        Self { logits, channels, fit }
    }

    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Probability of one channel against the background for every pixel of a picture of `width x height`:
    /// `[height, width]` in `[0, 1]`.
    pub fn probability(&self, channel: usize, width: usize, height: usize) -> Vec<f32> {
        let cells = self.fit.side / 2;
        let logits = &self.logits[channel * cells * cells..][..cells * cells];
        let probabilities: Vec<_> =
            logits.iter().map(|logit| 1.0 / (1.0 + (-logit).exp())).collect();
        self.fit.unfit(&probabilities, cells, width, height)
    }

    /// Class ids `[height, width]`: 1 + the most probable channel where it is above one half, else 0.
    pub fn mask(&self, width: usize, height: usize) -> Vec<u8> {
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
        ids
    }
}
