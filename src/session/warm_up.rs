//! Runs each part of the network once, so that the first real call compiles nothing.

use burn::tensor::Tensor;

use super::Session;
use crate::error::Result;
use crate::model::{FeatureMaps, read};

/// A part of the network that is warmed up on its own, for progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Encode,
    Support,
    Predict,
}

/// All stages in order.
pub const WARM_UP: [Stage; 3] = [Stage::Encode, Stage::Support, Stage::Predict];

impl Session {
    /// Runs one stage on an empty picture, with the shapes of every later call.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn warm_up(&self, stage: Stage) -> Result<()> {
        let (side, cells) = (self.side, self.side / 2);
        let zeros = |shape: [usize; 4]| Tensor::<4>::zeros(shape, &self.device);
        let encoding = self.network.encode(zeros([1, 3, side, side]), &self.biases[0]);
        if stage == Stage::Encode {
            read(encoding.taps[3].clone()).await?;
            FeatureMaps::read(&encoding.features).await?;
            return Ok(());
        }
        let support = self.network.support(&encoding, zeros([1, 1, side, side]));
        if stage == Stage::Support {
            read(support.values[3].clone()).await?;
            return Ok(());
        }
        let logits = self.network.predict(&encoding, &[support], zeros([1, 1, cells, cells]));
        read(logits).await.map(|_| ())
    }
}
