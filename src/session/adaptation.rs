//! Adapting a task to its examples, step by step, so that a caller can show progress and stop.

use std::collections::BTreeSet;

use super::views::ENLARGEMENT;
use super::{Session, TaskKind, find_task};
use crate::adapt::{Example, Guard, HeldOut, Labelled, Level, Plan, Tuning};
use crate::error::{Error, ErrorKind, Result};
use crate::model::Network;
use crate::weights::NamedTensors;

/// Steps between two looks at the held-out part.
const CHECK: usize = 40;

/// Share by which the held-out loss must fall before what was tuned is used.
const LEAST_GAIN: f32 = 0.02;

/// Seconds of a step by level on one core, roughly (docs/adaptation.md).
const MATCHING_SECONDS: f64 = 0.1;
const TRUNK_SECONDS: f64 = 0.7;
const WHOLE_SECONDS: f64 = 1.2;

/// Side of the crops in pixels.
const CROP: usize = 160;

/// Steps of [`AdaptOptions::default`].
const STEPS: usize = 120;

impl Level {
    /// The level for a task with so many examples when nobody chooses: the trunk's weights, which gain most
    /// (docs/adaptation.md); none for keypoints, which lose, where there is no example, or where `seconds` do not suffice for
    /// a first look at the held-out part.
    pub fn auto(kind: TaskKind, examples: usize, seconds: f64) -> Self {
        let affordable = Self::Trunk.steps_within(seconds) >= CHECK;
        if examples > 0 && affordable && kind != TaskKind::Keypoints {
            Self::Trunk.for_kind(kind)
        } else {
            Self::None
        }
    }

    /// The level as it is for a kind: those without a decoder of their own ([`TaskKind::uses_decoder`]) take
    /// [`Level::Matching`] as [`Level::None`] and [`Level::Whole`] as [`Level::Trunk`].
    pub fn for_kind(self, kind: TaskKind) -> Self {
        if kind.uses_decoder() { self } else { self.without_network() }
    }

    /// Steps that a device as fast as one core of the machine of docs/adaptation.md makes in so many seconds.
    pub fn steps_within(self, seconds: f64) -> usize {
        let step = match self {
            Self::None => return 0,
            Self::Matching => MATCHING_SECONDS,
            Self::Trunk => TRUNK_SECONDS,
            Self::Biases | Self::Whole => WHOLE_SECONDS,
        };
        (seconds / step) as usize
    }
}

/// How a task is adapted.
#[derive(Clone, Copy, Debug)]
pub struct AdaptOptions {
    /// What is tuned, by the task's kind ([`Level::for_kind`]).
    pub level: Level,
    /// Gradient steps; more help where the task is far from photographs.
    pub steps: usize,
    /// Decides every random choice.
    pub seed: u64,
    /// Whether the steps start from the task's adapter, where it has one, and are compared with it; not from the weights as
    /// they are shipped.
    pub resume: bool,
}

impl Default for AdaptOptions {
    fn default() -> Self {
        Self { level: Level::Trunk, steps: STEPS, seed: 0, resume: false }
    }
}

/// What a step found.
#[derive(Clone, Copy, Debug)]
pub struct AdaptStep {
    /// Steps made, from 1 to the number asked for.
    pub step: usize,
    /// Loss on the step's pseudo-query.
    pub loss: f32,
    /// Loss on the held-out part of the support, where this step looked.
    pub held_out: Option<f32>,
}

/// What came of an adaptation.
#[derive(Clone, Copy, Debug)]
pub struct AdaptReport {
    /// Whether the held-out part confirmed a gain, so that what was tuned is used.
    pub used: bool,
    /// Held-out loss before the first step and at the best one.
    pub before: f32,
    pub after: f32,
}

/// A running adaptation; it has copies of all it needs, so the session stays usable. Dropping it
/// cancels it; kept, it goes on with its next step as if it had not been stopped.
pub struct Adaptation {
    task: u32,
    level: Level,
    steps: usize,
    guard: Guard,
    tuning: Tuning,
    before: f32,
    best: Option<(f32, Network)>,
    /// Parameters of the adapter that it started from.
    kept: BTreeSet<String>,
}

impl Adaptation {
    /// What is tuned.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Steps it has in all.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Makes one step; after the last one there is nothing left to do and `None` is returned.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn step(&mut self) -> Result<Option<AdaptStep>> {
        if self.tuning.done() >= self.steps {
            return Ok(None);
        }
        let loss = self.tuning.step(&self.guard.parts.train).await?;
        let step = self.tuning.done();
        let mut held_out = None;
        if step.is_multiple_of(CHECK) || step == self.steps {
            let network = self.tuning.network();
            let found = self.guard.loss(&network).await?;
            held_out = Some(found);
            let limit = self.best.as_ref().map_or(self.before * (1.0 - LEAST_GAIN), |best| best.0);
            if found < limit {
                self.best = Some((found, network));
            }
        }
        Ok(Some(AdaptStep { step, loss, held_out }))
    }
}

impl Session {
    /// Begins to adapt a task to its examples; predictions stay as they are until [`Session::finish_adaptation`].
    ///
    /// # Errors
    /// `not-found`; `empty-support` when the examples say too little for a part of them to be held out.
    pub async fn begin_adaptation(&self, task: u32, options: AdaptOptions) -> Result<Adaptation> {
        let found = self.tasks.get(&task).ok_or(ErrorKind::NotFound { what: "task", id: task })?;
        let kind = found.kind();
        let level = options.level.for_kind(kind);
        let examples = found.labels().into_iter().map(|(picture, label)| {
            let picture = &self.pictures[&picture];
            let at = |side, cells| Labelled { rgb: picture.rgb(side), cells, side };
            let plain = at(self.side, label.cells.clone());
            Example([plain, at(ENLARGEMENT * self.side, label.pixels.clone())])
        });
        let parts = HeldOut::new(examples.collect())?;
        let plan = Plan {
            level,
            network: kind.uses_decoder() && level.tunes_network(),
            channels: found.channels(),
            images: found.images(),
            loss: kind.loss(found.channels()),
            quantity: kind.quantity(),
            lambda: kind.lambda(parts.train.len()),
            refined_lambda: kind.sights(found.channels(), found.images(), parts.train.len())[0]
                .plain,
            balance: kind.balance(found.unpainted()),
            mirror: kind.mirror(found.channels()),
            steps: options.steps,
            side: CROP,
            seed: options.seed,
        };
        let (start, kept) = match found.adapter().filter(|_| options.resume) {
            Some(adapter) => self.adapted(adapter)?,
            None => (self.network.clone(), BTreeSet::new()),
        };
        let mut guard = Guard::new(parts, &self.network.trunk, plan, &self.device);
        let before = guard.loss(&start).await?;
        let tuning = Tuning::new(&start, &self.network.trunk, plan, &self.device);
        let steps = if level == Level::None { 0 } else { options.steps };
        Ok(Adaptation { task, level, steps, guard, tuning, before, best: None, kept })
    }

    /// [`Level::auto`] for a task.
    ///
    /// # Errors
    /// `not-found`.
    pub fn auto_level(&self, task: u32, seconds: f64) -> Result<Level> {
        let found = self.tasks.get(&task).ok_or(ErrorKind::NotFound { what: "task", id: task })?;
        Ok(Level::auto(found.kind(), found.labels().len(), seconds))
    }

    /// Takes over what an adaptation learnt, if the held-out part confirms it; the former state stays otherwise. It need not
    /// have made all its steps.
    ///
    /// # Errors
    /// `not-found` when the task was removed meanwhile, `device-lost`.
    pub async fn finish_adaptation(&mut self, adaptation: Adaptation) -> Result<AdaptReport> {
        let Adaptation { task, level, before, best, kept, .. } = adaptation;
        find_task(&mut self.tasks, task)?;
        let Some((after, network)) = best else {
            return Ok(AdaptReport { used: false, before, after: before });
        };
        let mut tuned = NamedTensors::of_async(&network).await?;
        tuned.0.retain(|name, _| level.tunes(name) || kept.contains(name));
        self.set_adapter(task, Some(&tuned.write_f16()?))?;
        Ok(AdaptReport { used: true, before, after })
    }

    /// What adaptation tuned: the parameters, named as in docs/network.md, as a safetensors file of f16; docs/adaptation.md
    /// has the sizes.
    ///
    /// # Errors
    /// `not-found`.
    pub fn adapter(&self, task: u32) -> Result<Option<&[u8]>> {
        let found = self.tasks.get(&task).ok_or(ErrorKind::NotFound { what: "task", id: task })?;
        Ok(found.adapter())
    }

    /// Gives a task an adapter that was made with the same weights, or takes it away; the former one stays on an error.
    ///
    /// # Errors
    /// `not-found`, `adapter` when the file is damaged or of another network.
    pub fn set_adapter(&mut self, task: u32, adapter: Option<&[u8]>) -> Result<()> {
        find_task(&mut self.tasks, task)?;
        let adapted = adapter.map(|bytes| self.adapted(bytes)).transpose()?;
        let task = find_task(&mut self.tasks, task)?;
        task.forget_adapter(&self.network.trunk);
        if let (Some((network, names)), Some(bytes)) = (adapted, adapter) {
            task.set_adapter(network, &names, bytes.to_vec(), self.side);
        }
        Ok(())
    }

    /// The network with an adapter's parameters, and their names.
    fn adapted(&self, adapter: &[u8]) -> Result<(Network, BTreeSet<String>)> {
        let misfit = |error: Error| Error::from(ErrorKind::Adapter(error.to_string()));
        let mut tensors = NamedTensors::default();
        tensors.read(adapter).map_err(misfit)?;
        let network = tensors.apply_some(self.network.clone()).map_err(misfit)?;
        Ok((network, tensors.0.into_keys().collect()))
    }
}
