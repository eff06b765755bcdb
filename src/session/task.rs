//! A task: its examples, the read-out's sums and the matching's cache.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};

use super::held_out::{HeldOut, Solving};
use super::kind::TaskKind;
use super::picture::EncodedPicture;
use super::refined::Refined;
use super::uncertainty::Calibration;
use crate::error::{ErrorKind, Result};
use crate::image::FittedLabel;
use crate::model::{CellLabels, FeatureMaps, Matched, Network, ReadOut, ReadOutWeights, Trunk};

pub struct Task {
    kind: TaskKind,
    channels: usize,
    examples: BTreeMap<u32, Example>,
    sums: ReadOut,
    /// Solved from `sums` when first asked for after a change.
    weights: Option<Vec<ReadOutWeights>>,
    refined: Refined,
    held_out: HeldOut,
    /// What `refined`'s trunk differs in from the network's.
    adapter: Option<Vec<u8>>,
}

struct Example {
    label: FittedLabel,
    /// Made when first asked for after a change.
    matched: Option<Matched>,
}

impl Task {
    pub fn new(kind: TaskKind, channels: Vec<String>, trunk: &Trunk) -> Result<Self> {
        let names: std::collections::BTreeSet<_> =
            channels.iter().map(|name| name.trim()).collect();
        if !(1..=253).contains(&channels.len())
            || names.len() != channels.len()
            || names.contains("")
        {
            return Err(ErrorKind::Channels.into());
        }
        let background = usize::from(kind.has_background(channels.len()));
        let all = channels.len() + background;
        Ok(Self {
            kind,
            channels: channels.len(),
            examples: BTreeMap::new(),
            sums: ReadOut::new(trunk.readout_channels(), all),
            weights: None,
            refined: Refined::new(kind, all, trunk.clone(), false),
            held_out: HeldOut::default(),
            adapter: None,
        })
    }

    pub fn kind(&self) -> TaskKind {
        self.kind
    }

    pub fn channels(&self) -> usize {
        self.channels
    }

    pub fn set_label(&mut self, picture: u32, encoded: &EncodedPicture, label: FittedLabel) {
        let before = self.examples.get(&picture);
        if before.is_some_and(|before| before.label == label) {
            return;
        }
        self.sums.change(
            &encoded.maps,
            before.map(|example| &example.label.cells),
            Some(&label.cells),
        );
        self.weights = None;
        self.examples.insert(picture, Example { label, matched: None });
    }

    pub fn remove_label(&mut self, picture: u32, encoded: &EncodedPicture) {
        if let Some(example) = self.examples.remove(&picture) {
            self.sums.change(&encoded.maps, Some(&example.label.cells), None);
            self.weights = None;
        }
    }

    /// The read-out's logits at stride 2: `[channel, cells, cells]`, the background last where the kind has one.
    pub fn readout_logits(&mut self, maps: &FeatureMaps) -> Result<Vec<f32>> {
        if self.sums.is_empty() {
            return Err(ErrorKind::EmptySupport.into());
        }
        let lambda = self.kind.lambda(self.examples.len());
        let balance = self.kind.balance(self.unpainted());
        let sums = &self.sums;
        let solve =
            || (0..sums.channels()).map(|channel| sums.solve(channel, lambda, balance)).collect();
        let weights = self.weights.get_or_insert_with(solve);
        Ok(weights
            .iter()
            .flat_map(|weights| weights.apply(maps))
            .map(|value| self.kind.quantity().logit(value))
            .collect())
    }

    /// The refined read-out's logits, in the layout of [`Task::readout_logits`].
    pub async fn refined_logits(
        &mut self,
        id: u32,
        pictures: &BTreeMap<u32, EncodedPicture>,
        side: usize,
        device: &Device,
    ) -> Result<Vec<f32>> {
        if self.sums.is_empty() {
            return Err(ErrorKind::EmptySupport.into());
        }
        let unpainted = self.unpainted();
        let labels = self.examples.iter().map(|(&id, example)| (id, &example.label.cells));
        self.refined.update(&labels.collect(), pictures, side, device).await?;
        let values = self.refined.values(id, &pictures[&id], unpainted, side, device).await?;
        Ok(values.into_iter().map(|value| self.kind.quantity().logit(value)).collect())
    }

    /// What answers are worth, by the examples as they are now.
    pub fn calibration(&mut self, pictures: &BTreeMap<u32, EncodedPicture>) -> Calibration {
        let balance = self.kind.balance(self.unpainted());
        let solving = Solving { kind: self.kind, channels: self.channels, balance };
        let labels: Vec<_> =
            self.examples.iter().map(|(&id, example)| (id, &example.label.cells)).collect();
        self.held_out.calibration(solving, &labels, pictures)
    }

    /// What answers were worth when a full one was last asked for, so that a stroke does not wait.
    pub fn last_calibration(&mut self, pictures: &BTreeMap<u32, EncodedPicture>) -> Calibration {
        self.held_out.last().unwrap_or_else(|| self.calibration(pictures))
    }

    /// Whether the picture is an example.
    pub fn has(&self, picture: u32) -> bool {
        self.examples.contains_key(&picture)
    }

    pub fn adapter(&self) -> Option<&[u8]> {
        self.adapter.as_deref()
    }

    /// From now on the refined read-out sees pictures through `trunk`, which `adapter` makes of the network's.
    pub fn tune(&mut self, trunk: Trunk, adapter: Option<Vec<u8>>) {
        let tuned = adapter.is_some();
        self.refined = Refined::new(self.kind, self.sums.channels(), trunk, tuned);
        self.adapter = adapter;
    }

    /// The read-out's labels by picture.
    pub fn labels(&self) -> Vec<(u32, &CellLabels)> {
        self.examples.iter().map(|(&id, example)| (id, &example.label.cells)).collect()
    }

    /// Whether some of the background is only what nobody painted.
    pub fn unpainted(&self) -> bool {
        self.examples.values().any(|example| example.label.unpainted)
    }

    /// What the matching needs of every example; only changed ones are computed.
    pub fn support(
        &mut self,
        network: &Network,
        pictures: &BTreeMap<u32, EncodedPicture>,
        side: usize,
        device: &Device,
    ) -> Vec<Matched> {
        let channels = self.channels;
        let examples = self.examples.iter_mut();
        let matched = examples.map(|(picture, example)| {
            let make = || {
                let raster =
                    TensorData::new(example.label.raster.clone(), [channels, 1, side, side]);
                network.support(&pictures[picture].encoding, Tensor::from_data(raster, device))
            };
            example.matched.get_or_insert_with(make).clone()
        });
        matched.collect()
    }
}
