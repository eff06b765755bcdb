//! Network beside read-out on fixed episodes that no step draws.

use std::path::PathBuf;

use anolis::model::{Network, NetworkConfig, Trunk};
use anolis::weights::NamedTensors;
use burn::tensor::Device;

use crate::Result;
use crate::checkpoint::Progress;
use crate::episodes;
use crate::learner::answers;
use crate::log::Log;
use crate::prepared::Prepared;

/// Episodes of one source and support size, encoded once.
pub struct ValidationSet {
    pub source: &'static str,
    pub shots: usize,
    episodes: Vec<Prepared>,
}

/// Mean IoU over the queries of a set.
#[derive(Clone, Copy, Debug)]
pub struct Scores {
    pub network: f32,
    pub readout: f32,
}

impl ValidationSet {
    /// Draws and encodes `count` episodes of each source and support size.
    ///
    /// # Errors
    /// When a picture cannot be read.
    pub fn prepare(data: &[PathBuf], side: usize, count: u64, trunk: &Trunk) -> Result<Vec<Self>> {
        Ok(Self::encode(&episodes::Validation::draw(data, side, count)?, trunk))
    }

    /// Encodes sets that were drawn.
    pub fn encode(drawn: &[episodes::Validation], trunk: &Trunk) -> Vec<Self> {
        let sets = drawn.iter().map(|set| Self {
            source: set.source,
            shots: set.shots,
            episodes: set.episodes.iter().map(|episode| Prepared::new(episode, trunk)).collect(),
        });
        sets.collect()
    }

    /// Scores parameters.
    ///
    /// # Errors
    /// When a parameter is missing.
    pub fn score(&self, parameters: &NamedTensors) -> Result<Scores> {
        let device = Device::flex();
        let network = parameters.apply(Network::new(&NetworkConfig::xs(), &device), "")?;
        let (mut ours, mut floor, mut count) = (0.0, 0.0, 0.0);
        for episode in &self.episodes {
            let answers = answers(&network, episode, &device).into_data();
            let answers = answers.try_into_vec_as::<f32>()?;
            let cells = answers.len() / episode.questions.len();
            for (logits, question) in answers.chunks_exact(cells).zip(&episode.questions) {
                ours += iou(logits, &question.target);
                floor += iou(&question.readout, &question.target);
                count += 1.0;
            }
        }
        Ok(Scores { network: ours / count, readout: floor / count })
    }
}

/// Scores every set and writes it down; one line a set.
///
/// # Errors
/// As [`ValidationSet::score`], and when the file cannot be written.
pub fn validate(
    sets: &[ValidationSet],
    parameters: &NamedTensors,
    progress: &Progress,
    log: &Log,
) -> Result<Vec<String>> {
    sets.iter()
        .map(|set| log.scores(progress, set.source, set.shots, &set.score(parameters)?))
        .collect()
}

/// Intersection over union of what is above one half, where the target is known; 1 where neither shows anything.
fn iou(logits: &[f32], target: &[f32]) -> f32 {
    let (mut both, mut either) = (0, 0);
    for (logit, t) in logits.iter().zip(target).filter(|(_, t)| **t >= 0.0) {
        both += usize::from(*logit > 0.0 && *t > 0.5);
        either += usize::from(*logit > 0.0 || *t > 0.5);
    }
    if either == 0 { 1.0 } else { both as f32 / either as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_cells_do_not_count() {
        assert_eq!(iou(&[1.0, 1.0, -1.0, 1.0], &[1.0, 0.0, 1.0, -1.0]), 1.0 / 3.0);
        assert_eq!(iou(&[-1.0], &[0.0]), 1.0);
    }

    #[test]
    fn an_untrained_decoder_scores_as_the_read_out() {
        let network = Network::new(&NetworkConfig::xs(), &Device::flex());
        let sets = ValidationSet::prepare(&[], 64, 1, &network.trunk).unwrap();
        let scores = sets[1].score(&NamedTensors::of(&network)).unwrap();
        assert_eq!((sets[1].source, sets[1].shots), ("procedural", 5));
        assert_eq!(scores.network, scores.readout);
    }
}
