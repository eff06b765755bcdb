//! The read-out as good as it gets without gradients, or on a trunk that was tuned for the task.

use std::collections::BTreeMap;

use super::kind::TaskKind;
use super::left_out::{LeftOut, loss};
use super::totals::{Errors, Totals, rescale};
use super::views::{Viewer, Views};
use crate::error::Result;
use crate::model::{CellLabels, ReadOut, ReadOutWeights, Ridge, Trunk};

/// Examples that are left out, one at a time, to choose what the read-out sees; fewer than three choose nothing.
const LEFT_OUT: std::ops::RangeInclusive<usize> = 3..=5;

/// Most channels of a task that leaves examples out, which takes a copy of the sums; fewer by the square of the pictures
/// that are seen at a time, as the sums are larger by it.
const MOST_LEFT_OUT: usize = 32;

/// What a refined read-out sees, as the penalties of its features.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sight {
    /// Of what is where in the enlarged picture.
    pub enlarged: f64,
    /// The same at the picture's own size.
    pub plain: f64,
    /// Of what the whole picture is like; `None` leaves it out.
    pub global: Option<f64>,
}

impl Sight {
    /// What is where, at both scales alike.
    pub fn local(penalty: f64) -> Self {
        Self { enlarged: penalty, plain: penalty, global: None }
    }
}

/// Sums over all views of the support, kept up to date label by label.
pub struct Refined {
    kind: TaskKind,
    /// The task's, without the background.
    channels: usize,
    /// Pictures that are seen at a time.
    images: usize,
    trunk: Trunk,
    /// A number of the trunk's own where it is not the network's.
    tuned: Option<u32>,
    sums: ReadOut,
    /// For kinds whose answer is a sum.
    totals: Option<Totals>,
    solved: Option<Solved>,
    /// The labels that are part of the sums.
    examples: BTreeMap<u32, CellLabels>,
}

/// Solved when first asked for after a change.
struct Solved {
    /// Whether some background was unpainted: that changes the balance, but no label.
    unpainted: bool,
    global: bool,
    weights: Vec<ReadOutWeights>,
    totals: Option<Vec<ReadOutWeights>>,
    left_out: Vec<LeftOut>,
}

/// What examples that are left out say.
struct Choice {
    sight: Sight,
    totals: Errors,
    left_out: Vec<LeftOut>,
}

impl Refined {
    /// Empty sums for a task of `channels` channels on features of `images` pictures at a time that `trunk` sees.
    pub fn new(
        kind: TaskKind,
        channels: usize,
        images: usize,
        trunk: Trunk,
        tuned: Option<u32>,
    ) -> Self {
        Self {
            kind,
            channels,
            images,
            sums: empty(kind, channels, images, &trunk),
            totals: totals(kind, channels, images, &trunk),
            trunk,
            tuned,
            solved: None,
            examples: BTreeMap::new(),
        }
    }

    /// Sums what differs between the given labels and those that are part of the sums.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn update(
        &mut self,
        labels: &BTreeMap<u32, &CellLabels>,
        viewer: &mut Viewer<'_>,
    ) -> Result<()> {
        let gone = self.examples.keys().filter(|picture| !labels.contains_key(picture));
        let gone: Vec<u32> = gone.copied().collect();
        if gone.iter().any(|picture| !viewer.pictures.contains(*picture)) {
            // What its features were is forgotten.
            self.sums = empty(self.kind, self.channels, self.images, &self.trunk);
            self.totals = totals(self.kind, self.channels, self.images, &self.trunk);
            self.examples.clear();
            self.solved = None;
        }
        for picture in gone {
            if self.examples.contains_key(&picture) {
                let views = self.views(picture, viewer).await?;
                let before = self.examples.remove(&picture);
                self.change(&views, before.as_ref(), None);
            }
        }
        for (&picture, &after) in labels {
            let before = self.examples.get(&picture);
            if before == Some(after) {
                continue;
            }
            let views = self.views(picture, viewer).await?;
            let before = self.examples.insert(picture, after.clone());
            self.change(&views, before.as_ref(), Some(after));
        }
        Ok(())
    }

    /// Values for every pixel of one picture's square: `[channel, side, side]`.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn values(
        &mut self,
        picture: u32,
        unpainted: bool,
        viewer: &mut Viewer<'_>,
    ) -> Result<Vec<f32>> {
        let views = self.views(picture, viewer).await?;
        let solved = self.solved(unpainted, viewer).await?;
        let maps = views.maps(solved.global);
        let value = |weights: &ReadOutWeights| {
            Views::mean(&maps.iter().map(|maps| weights.apply(maps)).collect::<Vec<_>>())
        };
        let mut values: Vec<f32> = solved.weights.iter().flat_map(value).collect();
        if let Some(totals) = &solved.totals {
            let seen = viewer.pictures;
            let fit = seen.pictures[&picture].fit(seen.aspect);
            rescale(&mut values, totals, &views, &fit);
        }
        Ok(values)
    }

    /// Whether the examples are too few for one to be left out.
    pub fn few(&self) -> bool {
        self.examples.len() < *LEFT_OUT.start()
    }

    /// Whether the task has so few channels that examples can be left out, or the decoder asked unseen.
    pub fn affordable(&self) -> bool {
        self.channels * self.images.pow(2) <= MOST_LEFT_OUT
    }

    /// What each example that is left out is answered from the others; empty where they are too few, or the channels too many.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn left_out(
        &mut self,
        unpainted: bool,
        viewer: &mut Viewer<'_>,
    ) -> Result<Vec<LeftOut>> {
        Ok(self.solved(unpainted, viewer).await?.left_out.clone())
    }

    async fn solved(&mut self, unpainted: bool, viewer: &mut Viewer<'_>) -> Result<&Solved> {
        let solved = match self.solved.take() {
            Some(solved) if solved.unpainted == unpainted => solved,
            _ => {
                let Choice { sight, totals, left_out } = self.choose(unpainted, viewer).await?;
                let weights = self.solve(&self.sums, sight, unpainted);
                let solve = |of: &Totals| of.solve(self.examples.len(), totals);
                let totals = self.totals.as_ref().and_then(solve);
                Solved { unpainted, global: sight.global.is_some(), weights, totals, left_out }
            }
        };
        Ok(self.solved.insert(solved))
    }

    /// The sight that answers best for examples that are left out, one at a time, and its answers.
    async fn choose(&mut self, unpainted: bool, viewer: &mut Viewer<'_>) -> Result<Choice> {
        let count = self.examples.len();
        let sights = self.kind.sights(self.channels, self.images, count);
        if !self.affordable() || self.few() {
            let (totals, left_out) = Default::default();
            return Ok(Choice { sight: sights[0], totals, left_out });
        }
        let left_out = count.min(*LEFT_OUT.end());
        let examples = (0..left_out).map(|i| i * count / left_out);
        let examples: Vec<u32> =
            examples.map(|i| *self.examples.keys().nth(i).expect("an example")).collect();
        let mut totals = Errors::default();
        let mut tried = sights.map(|sight| (0.0, sight, Vec::new()));
        for picture in examples {
            let views = self.views(picture, viewer).await?;
            let label = &self.examples[&picture];
            if let Some(mut others) = self.totals.clone() {
                others.change(&views, Some(label), None);
                let errors = others.errors(&views, label);
                totals.iter_mut().zip(errors).for_each(|(sum, error)| *sum += error);
            }
            let mut others = self.sums.clone();
            sum(&mut others, &views, Some(label), None);
            for (total, sight, answers) in &mut tried {
                let weights = self.solve(&others, *sight, unpainted);
                let maps = &views.maps(sight.global.is_some())[0];
                let logits = self.kind.quantity().logits(&weights, maps);
                *total +=
                    loss(self.kind, self.channels, logits.clone(), label, viewer.device).await?;
                answers.push(LeftOut { picture, logits });
            }
        }
        let best = tried.into_iter().min_by(|(a, ..), (b, ..)| a.total_cmp(b));
        let (_, sight, left_out) = best.expect("several sights");
        Ok(Choice { sight, totals, left_out })
    }

    fn solve(&self, sums: &ReadOut, sight: Sight, unpainted: bool) -> Vec<ReadOutWeights> {
        let (local, global) = Views::features(&self.trunk, self.images);
        let mut penalties = vec![sight.enlarged; local / 2];
        penalties.resize(local, sight.plain);
        if let Some(penalty) = sight.global {
            penalties.resize(local + global, penalty);
        }
        let ridge = Ridge { penalties, balance: self.kind.balance(unpainted) };
        match self.kind.has_background(self.channels) {
            true => sums.solve_exclusive(&ridge),
            false => sums.solve_each(&ridge),
        }
    }

    fn change(&mut self, views: &Views, before: Option<&CellLabels>, after: Option<&CellLabels>) {
        sum(&mut self.sums, views, before, after);
        if let Some(totals) = &mut self.totals {
            totals.change(views, before, after);
        }
        self.solved = None;
    }

    async fn views(&self, picture: u32, viewer: &mut Viewer<'_>) -> Result<Views> {
        viewer.views(picture, &self.trunk, self.tuned, self.kind.mirror(self.channels)).await
    }
}

/// Sums of nothing, on the features that the task may see.
fn empty(kind: TaskKind, channels: usize, images: usize, trunk: &Trunk) -> ReadOut {
    let (local, global) = Views::features(trunk, images);
    let global = if kind.sees_whole(channels, images) { global } else { 0 };
    ReadOut::new(local + global, channels + usize::from(kind.has_background(channels)))
}

/// The same on blocks, where the answer is a sum.
fn totals(kind: TaskKind, channels: usize, images: usize, trunk: &Trunk) -> Option<Totals> {
    let (local, _) = Views::features(trunk, images);
    (kind == TaskKind::Density).then(|| Totals::new(local, channels))
}

/// Sums what differs between two labels of a picture.
fn sum(sums: &mut ReadOut, views: &Views, before: Option<&CellLabels>, after: Option<&CellLabels>) {
    let [local, whole] = [false, true].map(|global| views.maps(global));
    let maps = if sums.features() == local[0].channels() { local } else { whole };
    let labels = |label: Option<&CellLabels>| label.map(|label| Views::labels(label, maps.len()));
    let (before, after) = (labels(before), labels(after));
    for (view, maps) in maps.iter().enumerate() {
        let [before, after] = [&before, &after].map(|l| l.as_ref().map(|l| &l[view]));
        sums.change(maps, before, after);
    }
}
