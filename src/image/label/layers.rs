//! Masks whose channels may overlap.

use super::classes::ClassLabel;
use super::fitted::{FittedLabel, check_layers};
use crate::error::{ErrorKind, Result};
use crate::image::{Fit, UNPAINTED_CLASS};

/// A mask label whose channels are questions of their own: `[channel, height, width]` of 0 no, 1 yes, 254 probably no
/// (nobody painted there), 255 unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerLabel {
    layers: Vec<ClassLabel>,
}

impl LayerLabel {
    /// A label for a picture of `picture` (width, height) pixels with `channels` channels.
    ///
    /// # Errors
    /// `label-size` when the sizes differ or there is not one layer a channel, `label-value` when a value
    /// is none of the four.
    pub fn new(
        layers: &[u8],
        width: usize,
        height: usize,
        picture: (usize, usize),
        channels: usize,
    ) -> Result<Self> {
        check_layers(layers.len(), channels, (width, height), picture)?;
        if let Some(&value) = layers.iter().find(|&&v| v > 1 && v < UNPAINTED_CLASS) {
            return Err(ErrorKind::LabelValue { value, channels: 1 }.into());
        }
        let layer = |ids: &[u8]| ClassLabel::new(ids.to_vec(), width, height, picture, 1);
        Ok(Self { layers: layers.chunks_exact(width * height).map(layer).collect::<Result<_>>()? })
    }

    /// Brings the label to the network's square; padding is unknown.
    pub fn fit(&self, fit: &Fit) -> FittedLabel {
        // A layer is a class label of one channel.
        FittedLabel::stack(self.layers.iter().map(|layer| layer.fit(fit, 1)))
    }
}
