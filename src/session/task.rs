//! A task: its examples, the read-out's sums and the matching's cache.

use std::collections::{BTreeMap, BTreeSet};

use burn::tensor::{Device, Tensor, TensorData};

use super::finish::{Answer, Finish};
use super::held_out::{HeldOut, Solving};
use super::kind::TaskKind;
use super::left_out::LeftOut;
use super::live::LiveParts;
use super::picture::{EncodedPicture, KeptPicture, Seen};
use super::refined::Refined;
use super::uncertainty::Calibration;
use super::views::Viewer;
use crate::error::{ErrorKind, Result};
use crate::image::FittedLabel;
use crate::model::{
    Encoding, FeatureMaps, LiveReadOut, Matched, Network, ReadOut, ReadOutWeights, Trunk, groups,
    read,
};

pub struct Task {
    kind: TaskKind,
    channels: usize,
    /// Pictures that are seen at a time.
    images: usize,
    examples: BTreeMap<u32, Example>,
    sums: ReadOut,
    /// Solved from `sums` when first asked for after a change.
    weights: Option<Vec<ReadOutWeights>>,
    /// Made when a frame is first answered after a change.
    live: Option<LiveParts>,
    /// What matching needs of all examples; made when first asked for after a change.
    merged: Option<Matched>,
    /// On the shipped trunk, which no example was shown: only there what is left out says something of the rest.
    refined: Refined,
    /// On a trunk of the task's own, where it has one.
    tuned: Option<Refined>,
    held_out: HeldOut,
    /// Found when first asked for after a change.
    finish: Option<Finish>,
    /// What this task's parameters differ in from the network's.
    adapter: Option<Vec<u8>>,
    own: Option<OwnNetwork>,
}

/// The level of a picture's maps with a cell a token.
const TOKENS: usize = 3;

/// A network whose tokens, matching or decoder is the task's own. It sees what the shipped trunk sees.
struct OwnNetwork {
    network: Network,
    encodings: BTreeMap<u32, Encoding>,
}

impl OwnNetwork {
    fn encode(&mut self, id: u32, picture: &EncodedPicture) {
        self.encodings
            .entry(id)
            .or_insert_with(|| self.network.encoding(picture.encoding.features.clone()));
    }
}

struct Example {
    label: FittedLabel,
    /// Made when first asked for after a change.
    matched: Option<Matched>,
}

/// # Errors
/// `channels` when names are missing, empty, double or too many.
pub fn check_channels(channels: &[String]) -> Result<()> {
    let names: BTreeSet<_> = channels.iter().map(|name| name.trim()).collect();
    let different = names.len() == channels.len() && !names.contains("");
    if different && (1..=253).contains(&channels.len()) {
        return Ok(());
    }
    Err(ErrorKind::Channels.into())
}

impl Task {
    pub fn new(
        kind: TaskKind,
        channels: Vec<String>,
        images: usize,
        trunk: &Trunk,
    ) -> Result<Self> {
        check_channels(&channels)?;
        let background = usize::from(kind.has_background(channels.len()));
        let all = channels.len() + background;
        Ok(Self {
            kind,
            channels: channels.len(),
            images,
            examples: BTreeMap::new(),
            sums: ReadOut::new(images * trunk.readout_channels(), all),
            weights: None,
            live: None,
            merged: None,
            refined: Refined::new(kind, channels.len(), images, trunk.clone(), None),
            tuned: None,
            finish: None,
            held_out: HeldOut::default(),
            adapter: None,
            own: None,
        })
    }

    pub fn kind(&self) -> TaskKind {
        self.kind
    }

    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Pictures that are seen at a time.
    pub fn images(&self) -> usize {
        self.images
    }

    /// # Errors
    /// `image-count` unless as many pictures are seen together as the task sees.
    pub fn check(&self, picture: &KeptPicture) -> Result<()> {
        let (found, wanted) = (picture.images, self.images);
        if found == wanted {
            return Ok(());
        }
        Err(ErrorKind::ImagesOfTask { found, wanted }.into())
    }

    /// # Errors
    /// `empty-support` before anything is labelled.
    pub fn check_support(&self) -> Result<()> {
        if self.sums.is_empty() {
            return Err(ErrorKind::EmptySupport.into());
        }
        Ok(())
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
        self.forget_solved();
        self.examples.insert(picture, Example { label, matched: None });
    }

    pub fn remove_label(&mut self, picture: u32, pictures: Seen<'_>) {
        if let Some(own) = &mut self.own {
            own.encodings.remove(&picture);
        }
        if let Some(example) = self.examples.remove(&picture) {
            self.sums.change(&pictures[&picture].maps, Some(&example.label.cells), None);
            self.forget_solved();
        }
    }

    fn forget_solved(&mut self) {
        self.weights = None;
        self.finish = None;
        self.live = None;
        self.merged = None;
    }

    /// The read-out's logits at stride 2: `[channel, cells, cells]`, the background last where the kind has one.
    pub fn readout_logits(&mut self, maps: &FeatureMaps) -> Vec<f32> {
        let quantity = self.kind.quantity();
        quantity.logits(self.solved(), maps)
    }

    fn solved(&mut self) -> &[ReadOutWeights] {
        let lambda = self.kind.lambda(self.examples.len());
        let balance = self.kind.balance(self.unpainted());
        let sums = &self.sums;
        self.weights.get_or_insert_with(|| sums.solve_all(lambda, balance))
    }

    /// What frames are answered with.
    ///
    /// # Errors
    /// `empty-support`.
    pub fn live_parts(
        &mut self,
        network: &Network,
        pictures: Seen<'_>,
        side: usize,
        device: &Device,
    ) -> Result<LiveParts> {
        self.check_support()?;
        if let Some(parts) = &self.live {
            return Ok(parts.clone());
        }
        let widths = network.trunk.readout_widths();
        let readout = LiveReadOut::new(self.solved(), widths, device);
        let decodes = self.kind.uses_decoder();
        let support = decodes.then(|| self.whole_support(network, pictures, side, device));
        let parts = LiveParts::new(readout, support);
        self.live = Some(parts.clone());
        Ok(parts)
    }

    /// The task's own network, where it has one.
    pub fn own_network(&self) -> Option<&Network> {
        self.own.as_ref().map(|own| &own.network)
    }

    /// The refined read-out's logits for every pixel of the square: `[channel, side, side]`, the background last.
    pub async fn refined_logits(&mut self, id: u32, viewer: &mut Viewer<'_>) -> Result<Vec<f32>> {
        let unpainted = self.unpainted();
        let labels = self.examples.iter().map(|(&id, example)| (id, &example.label.pixels));
        let refined = self.tuned.as_mut().unwrap_or(&mut self.refined);
        refined.update(&labels.collect(), viewer).await?;
        let values = refined.values(id, unpainted, viewer).await?;
        Ok(values.into_iter().map(|value| self.kind.quantity().logit(value)).collect())
    }

    /// What answers are worth, by the examples as they are now.
    pub fn calibration(&mut self, pictures: Seen<'_>) -> Calibration {
        let balance = self.kind.balance(self.unpainted());
        let (kind, channels, images) = (self.kind, self.channels, self.images);
        let solving = Solving { kind, channels, images, balance };
        let labels: Vec<_> =
            self.examples.iter().map(|(&id, example)| (id, &example.label.cells)).collect();
        self.held_out.calibration(solving, &labels, pictures)
    }

    /// What answers were worth when a full one was last asked for, so that a stroke does not wait.
    pub fn last_calibration(&mut self, pictures: Seen<'_>) -> Calibration {
        self.held_out.last().unwrap_or_else(|| self.calibration(pictures))
    }

    /// Whether the picture is an example.
    pub fn has(&self, picture: u32) -> bool {
        self.examples.contains_key(&picture)
    }

    pub fn adapter(&self) -> Option<&[u8]> {
        self.adapter.as_deref()
    }

    /// From now on the task is answered with the parameters `names` of `network`, which `adapter` holds, in place of the
    /// shipped ones; `number` is the trunk's then.
    pub fn set_adapter<'a>(
        &mut self,
        network: Network,
        names: impl Iterator<Item = &'a String> + Clone,
        adapter: Vec<u8>,
        number: u32,
    ) {
        if names.clone().any(|name| name.starts_with("trunk.")) {
            let trunk = network.trunk.clone();
            let (kind, channels, images) = (self.kind, self.channels, self.images);
            self.tuned = Some(Refined::new(kind, channels, images, trunk, Some(number)));
        }
        if names.clone().any(|name| !name.starts_with("trunk.")) {
            self.own = Some(OwnNetwork { network, encodings: BTreeMap::new() });
        }
        self.adapter = Some(adapter);
        self.forget_matched();
    }

    /// Back to the shipped parameters.
    pub fn forget_adapter(&mut self) {
        if self.adapter.take().is_some() {
            self.tuned = None;
            self.own = None;
            self.forget_matched();
        }
    }

    fn forget_matched(&mut self) {
        self.finish = None;
        self.live = None;
        self.merged = None;
        self.examples.values_mut().for_each(|example| example.matched = None);
    }

    /// Labels by picture.
    pub fn labels(&self) -> Vec<(u32, &FittedLabel)> {
        self.examples.iter().map(|(&id, example)| (id, &example.label)).collect()
    }

    /// Whether some of the background is only what nobody painted.
    pub fn unpainted(&self) -> bool {
        self.examples.values().any(|example| example.label.unpainted)
    }

    /// What is made of the refined read-out's answer: what covers examples that are left out best. One or two examples know
    /// less than the decoder does, which is asked unseen.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn finish(&mut self, network: &Network, viewer: &mut Viewer<'_>) -> Result<Finish> {
        if let Some(finish) = self.finish {
            return Ok(finish);
        }
        let unpainted = self.unpainted();
        let labels = self.examples.iter().map(|(&id, example)| (id, &example.label.pixels));
        self.refined.update(&labels.collect(), viewer).await?;
        let left_out = self.refined.left_out(unpainted, viewer).await?;
        let Viewer { pictures, side, device, .. } = *viewer;
        let mut answers = Vec::new();
        for LeftOut { picture, logits: plain } in left_out {
            let decoded = match self.kind.uses_decoder() {
                true => {
                    self.decode(picture, plain.clone(), network, pictures, side, device).await?
                }
                false => Vec::new(),
            };
            answers.push((picture, plain, decoded));
        }
        let answers = answers.into_iter().map(|(id, plain, decoded)| {
            let (label, picture) = (&self.examples[&id].label.pixels, &pictures[&id]);
            Answer { plain, decoded, label, picture }
        });
        let answers: Vec<_> = answers.collect();
        let finish = if !self.kind.uses_decoder() {
            Finish::default()
        } else if answers.is_empty() {
            // A network of the task's own passed the adaptation's guard.
            let asked = self.own.is_some() || self.refined.few() && self.refined.affordable();
            Finish::decoded(f32::from(u8::from(asked)))
        } else {
            Finish::best(&answers, self.kind.has_background(self.channels), side)
        };
        let finish = finish.judged(&answers, self.kind, self.channels, side);
        Ok(*self.finish.insert(finish))
    }

    /// Logits of the channels as the decoder refines them by all other examples, what follows them as it is.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn decode(
        &mut self,
        id: u32,
        mut logits: Vec<f32>,
        network: &Network,
        pictures: Seen<'_>,
        side: usize,
        device: &Device,
    ) -> Result<Vec<f32>> {
        let channels = self.channels;
        let support = if self.has(id) && self.examples.len() > 1 {
            let others: Vec<u32> = self.examples.keys().copied().filter(|&it| it != id).collect();
            self.encode_own(&others, pictures);
            self.support(&others, network, pictures, side, device)
        } else {
            vec![self.whole_support(network, pictures, side, device)]
        };
        self.encode_own(&[id], pictures);
        let own = self.own.as_ref();
        let network = own.map_or(network, |own| &own.network);
        let query = own.map_or_else(|| &pictures[&id].encoding, |own| &own.encodings[&id]);
        let cells = logits.len() / self.sums.channels();
        let background = logits.split_off(channels * cells);
        let shape = [channels, 1, cells.isqrt(), cells.isqrt()];
        let readout = Tensor::from_data(TensorData::new(logits, shape), device);
        Ok([read(network.refine(query, &support, readout)).await?, background].concat())
    }

    /// Encodes pictures with a network of the task's own, where it has one.
    fn encode_own(&mut self, ids: &[u32], pictures: Seen<'_>) {
        if let Some(own) = &mut self.own {
            // They share their features with the session's, which would not be freed.
            own.encodings.retain(|&id, _| pictures.contains(id));
            ids.iter().for_each(|id| own.encode(*id, &pictures[id]));
        }
    }

    /// What matching needs of some examples; only those that changed are encoded again.
    fn support(
        &mut self,
        ids: &[u32],
        network: &Network,
        pictures: Seen<'_>,
        side: usize,
        device: &Device,
    ) -> Vec<Matched> {
        let (own, channels) = (self.own.as_ref(), self.channels);
        let network = own.map_or(network, |own| &own.network);
        let encoding =
            |id: u32| own.map_or_else(|| &pictures[&id].encoding, |own| &own.encodings[&id]);
        let examples = self.examples.iter_mut().filter(|(picture, _)| ids.contains(picture));
        let support = examples.map(|(&picture, example)| {
            let make = || {
                let raster =
                    TensorData::new(example.label.raster.clone(), [channels, 1, side, side]);
                network.support(encoding(picture), Tensor::from_data(raster, device))
            };
            example.matched.get_or_insert_with(make).clone()
        });
        support.collect()
    }

    /// What matching needs of all examples. Their tokens are merged to as many as one has, so that an answer takes as long
    /// whatever their number: what is matched are a few dozen kinds of tokens, and scores stay the same (docs/quality.md).
    fn whole_support(
        &mut self,
        network: &Network,
        pictures: Seen<'_>,
        side: usize,
        device: &Device,
    ) -> Matched {
        if let Some(merged) = &self.merged {
            return merged.clone();
        }
        let ids: Vec<u32> = self.examples.keys().copied().collect();
        self.encode_own(&ids, pictures);
        let all = Matched::all(&self.support(&ids, network, pictures, side, device));
        let merged = if ids.len() == 1 {
            all
        } else {
            let looks: Vec<_> = ids.iter().map(|id| &pictures[id].maps.levels[TOKENS]).collect();
            let rows: Vec<f32> = looks.iter().flat_map(|look| &look.data).copied().collect();
            all.merged(&groups(&rows, looks[0].channels, ids.len()), ids.len())
        };
        self.merged.insert(merged).clone()
    }
}
