//! What is predicted for one picture.

use crate::image::Fit;

/// Logits of every channel in the network's square, to be read at any size.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// `[channel, cells, cells]` at stride 2; where there are several channels the background follows.
    logits: Vec<f32>,
    channels: usize,
    fit: Fit,
}

impl Prediction {
    pub(super) fn new(logits: Vec<f32>, channels: usize, fit: Fit) -> Self {
        Self { logits, channels, fit }
    }

    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Probability of one channel for every pixel of a picture of `width x height`: `[height, width]` in `[0, 1]`.
    pub fn probability(&self, channel: usize, width: usize, height: usize) -> Vec<f32> {
        let probabilities: Vec<_> =
            self.logits(channel).iter().map(|logit| 1.0 / (1.0 + (-logit).exp())).collect();
        self.fit.unfit(&probabilities, self.fit.side / 2, width, height)
    }

    /// Class ids `[height, width]`: 1 + the channel of the largest logit, 0 where the background's is as large.
    pub fn mask(&self, width: usize, height: usize) -> Vec<u8> {
        let cells = self.fit.side / 2;
        let read = |logits: &[f32]| self.fit.unfit(logits, cells, width, height);
        let mut ids = vec![0u8; width * height];
        let mut best = match self.channels {
            1 => vec![0.0; width * height],
            channels => read(self.logits(channels)),
        };
        for channel in 0..self.channels {
            for ((id, best), logit) in ids.iter_mut().zip(&mut best).zip(read(self.logits(channel)))
            {
                if logit > *best {
                    (*id, *best) = (channel as u8 + 1, logit);
                }
            }
        }
        ids
    }

    fn logits(&self, channel: usize) -> &[f32] {
        let size = (self.fit.side / 2).pow(2);
        &self.logits[channel * size..][..size]
    }
}
