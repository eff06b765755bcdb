//! The read-out as good as it gets without gradients, or on a trunk that was tuned for the task.

use std::collections::{BTreeMap, VecDeque};

use burn::tensor::Device;

use super::kind::TaskKind;
use super::picture::EncodedPicture;
use super::views::Views;
use crate::error::Result;
use crate::model::{CellLabels, ReadOut, ReadOutWeights, Trunk};

/// Pictures without a label whose features are kept: about 11 MB each.
const RECENT: usize = 16;

/// Sums over all views of the support, kept up to date label by label.
pub struct Refined {
    kind: TaskKind,
    trunk: Trunk,
    /// Whether the trunk is not the network's.
    tuned: bool,
    sums: ReadOut,
    /// Solved when first asked for after a change, and whether some background was unpainted then: that changes the
    /// balance, but no cell.
    weights: Option<(bool, Vec<ReadOutWeights>)>,
    examples: BTreeMap<u32, Summed>,
    recent: VecDeque<(u32, Views)>,
}

/// An example as it is part of the sums.
struct Summed {
    views: Views,
    cells: CellLabels,
}

impl Refined {
    /// Empty sums of `channels` label channels on features of `trunk`.
    pub fn new(kind: TaskKind, channels: usize, trunk: Trunk, tuned: bool) -> Self {
        let features = Views::features(&trunk, kind.global());
        Self {
            kind,
            trunk,
            tuned,
            sums: ReadOut::new(features, channels),
            weights: None,
            examples: BTreeMap::new(),
            recent: VecDeque::new(),
        }
    }

    /// Sums what differs between the given labels and those that are part of the sums.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn update(
        &mut self,
        labels: &BTreeMap<u32, &CellLabels>,
        pictures: &BTreeMap<u32, EncodedPicture>,
        side: usize,
        device: &Device,
    ) -> Result<()> {
        let gone = self.examples.extract_if(.., |picture, _| !labels.contains_key(picture));
        for (_, example) in gone.collect::<Vec<_>>() {
            self.change(&example.views, Some(&example.cells), None);
        }
        for (picture, &cells) in labels {
            if self.examples.get(picture).is_some_and(|example| example.cells == *cells) {
                continue;
            }
            let (views, before) = match self.examples.remove(picture) {
                Some(Summed { views, cells }) => (views, Some(cells)),
                None => (self.views(*picture, &pictures[picture], side, device).await?, None),
            };
            self.change(&views, before.as_ref(), Some(cells));
            self.examples.insert(*picture, Summed { views, cells: cells.clone() });
        }
        Ok(())
    }

    /// Values at stride 2 for one picture: `[channel, cells, cells]`.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn values(
        &mut self,
        id: u32,
        picture: &EncodedPicture,
        unpainted: bool,
        side: usize,
        device: &Device,
    ) -> Result<Vec<f32>> {
        let views = self.views(id, picture, side, device).await?.maps(self.kind.global());
        let (kind, sums) = (self.kind, &self.sums);
        let solve = || {
            let (lambda, balance) =
                (kind.refined_lambda(self.examples.len()), kind.balance(unpainted));
            let solve = |channel| sums.solve(channel, lambda, balance);
            (unpainted, (0..sums.channels()).map(solve).collect())
        };
        self.weights.take_if(|(solved, _)| *solved != unpainted);
        let (_, weights) = self.weights.get_or_insert_with(solve);
        let value = |weights: &ReadOutWeights| {
            Views::mean(views.each_ref().map(|maps| weights.apply(maps)))
        };
        Ok(weights.iter().flat_map(value).collect())
    }

    fn change(&mut self, views: &Views, before: Option<&CellLabels>, after: Option<&CellLabels>) {
        let [before, after] = [before, after].map(|cells| cells.map(Views::labels));
        for (view, maps) in views.maps(self.kind.global()).iter().enumerate() {
            let [before, after] = [&before, &after].map(|l| l.as_ref().map(|l| &l[view]));
            self.sums.change(maps, before, after);
        }
        self.weights = None;
    }

    async fn views(
        &mut self,
        id: u32,
        picture: &EncodedPicture,
        side: usize,
        device: &Device,
    ) -> Result<Views> {
        if let Some(example) = self.examples.get(&id) {
            return Ok(example.views.clone());
        }
        if let Some((_, views)) = self.recent.iter().find(|(recent, _)| *recent == id) {
            return Ok(views.clone());
        }
        let views = Views::new(&self.trunk, self.tuned, picture, side, device).await?;
        self.recent.truncate(RECENT - 1);
        self.recent.push_front((id, views.clone()));
        Ok(views)
    }
}
