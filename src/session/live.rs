//! Answers for the frames of a video, which stay on the device from the picture to the answer.

use burn::tensor::Tensor;

use super::kind::TaskKind;
use super::{Session, find_task, seen};
use crate::error::{ErrorKind, Result};
use crate::model::{LiveReadOut, Matched};

/// What frames are answered with, until the task's examples or its parameters change.
#[derive(Clone)]
pub struct LiveParts {
    readout: LiveReadOut,
    /// All examples as one; `None` where the decoder has not learnt the kind.
    support: Option<Matched>,
}

/// What is said of one frame.
#[derive(Clone, Debug)]
pub struct LiveAnswer {
    pub kind: TaskKind,
    /// What the values come from, of the same shape.
    pub logits: Tensor<4>,
    /// Probabilities, heats, values or amounts of the square's cells, as [`Prediction::probability`] reads them:
    /// `[channel, 1, cells, cells]`.
    ///
    /// [`Prediction::probability`]: super::Prediction::probability
    pub values: Tensor<4>,
}

impl Session {
    /// Answers a frame `[1, 3, side, side]`, RGB in `[0, 1]`, fitted as [`Picture::fit`](crate::image::Picture::fit) does with [`TaskKind::aspect`], from the task's examples as they
    /// are now: the read-out at one scale, and unless it shall be `quick` the network that refines it. Nothing is read back.
    ///
    /// It is what [`Session::predict`] answers without the refined read-out; a trunk of the task's own is not asked.
    ///
    /// # Errors
    /// `not-found`, `empty-support`; `image-count` when the task sees several pictures at a time.
    pub fn live(&mut self, task: u32, rgb: Tensor<4>, quick: bool) -> Result<LiveAnswer> {
        let task = find_task(&mut self.tasks, task)?;
        if task.images() != 1 {
            return Err(ErrorKind::ImagesOfTask { found: 1, wanted: task.images() }.into());
        }
        let network = &self.network;
        let pictures = seen(&self.pictures, &self.encodings, task.kind().aspect());
        let parts = task.live_parts(network, pictures, self.side, &self.device)?;
        let (kind, channels) = (task.kind(), task.channels());
        let features = network.trunk.forward(rgb);
        let mut logits = kind.quantity().live_logits(parts.readout.values(&features));
        let [all, _, cells, _] = logits.dims();
        let background = (all > channels).then(|| logits.clone().narrow(0, channels, 1));
        if background.is_some() {
            logits = logits.narrow(0, 0, channels);
        }
        if let (false, Some(support)) = (quick, parts.support) {
            let network = task.own_network().unwrap_or(network);
            let query = network.encoding(features);
            logits = network.predict(&query, &[support], logits);
        }
        if let Some(background) = background {
            logits = (logits - background.expand([channels, 1, cells, cells])) / 2.0;
        }
        let values = kind.quantity().live_answers(logits.clone());
        Ok(LiveAnswer { kind, logits, values })
    }
}

impl LiveParts {
    pub fn new(readout: LiveReadOut, support: Option<Matched>) -> Self {
        Self { readout, support }
    }
}
