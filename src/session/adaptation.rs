//! Adapting a task to its examples, step by step, so that a caller can show progress and stop.

use std::mem;

use burn::tensor::Device;

use super::views::ENLARGEMENT;
use super::{Session, TaskKind, find_task, seen};
use crate::adapt::{Example, Guard, Labelled, Level, Plan, Support, Tuning, mean, refuted};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Network, Trunk};
use crate::weights::NamedTensors;

/// How much of what was tuned is used: half forgets less, where steps lead too far (docs/adaptation.md).
const SHARE: f32 = 0.5;

/// Fewest steps that are worth beginning with.
const FEWEST: usize = 40;

/// Seconds of a step by level on one core, roughly (docs/adaptation.md).
const MATCHING_SECONDS: f64 = 0.07;
const BIASES_SECONDS: f64 = 0.3;
const TRUNK_SECONDS: f64 = 0.4;
const WHOLE_SECONDS: f64 = 0.65;

/// Side of the crops in pixels.
const CROP: usize = 160;

/// Steps of [`AdaptOptions::default`].
const STEPS: usize = 240;

impl Level {
    /// The level for a task with so many examples when nobody chooses: the trunk's weights, which gain most
    /// (docs/adaptation.md); none for other kinds than masks, which lose, where there is no example, or where `seconds` do not
    /// suffice for a few steps of every run.
    pub fn auto(kind: TaskKind, examples: usize, seconds: f64) -> Self {
        let affordable = Self::Trunk.steps_within(seconds) >= FEWEST;
        let gains = matches!(kind, TaskKind::Mask | TaskKind::OverlappingMask);
        if examples > 0 && affordable && gains { Self::Trunk } else { Self::None }
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
            Self::Biases => BIASES_SECONDS,
            Self::Trunk => TRUNK_SECONDS,
            Self::Whole => WHOLE_SECONDS,
        };
        (seconds / step) as usize
    }
}

/// How a task is adapted.
#[derive(Clone, Copy, Debug)]
pub struct AdaptOptions {
    /// What is tuned, by the task's kind ([`Level::for_kind`]); `None` takes [`Level::auto`].
    pub level: Option<Level>,
    /// Gradient steps, shared by the runs that hold out a part each; more help where the task is far from photographs.
    pub steps: usize,
    /// About how long the steps may take on one core; fewer are made where they would take longer.
    pub seconds: f64,
    /// Decides every random choice.
    pub seed: u64,
    /// Whether the steps start from the task's adapter, where it has one, and are compared with it; not from the weights as
    /// they are shipped.
    pub resume: bool,
}

impl Default for AdaptOptions {
    fn default() -> Self {
        Self { level: None, steps: STEPS, seconds: f64::INFINITY, seed: 0, resume: false }
    }
}

/// What a step found.
#[derive(Clone, Copy, Debug)]
pub struct AdaptStep {
    /// Steps made, from 1 to the number asked for.
    pub step: usize,
    /// Loss on the step's pseudo-query.
    pub loss: f32,
    /// Mean loss on the examples that the run held out, after its last step.
    pub held_out: Option<f32>,
}

/// What came of an adaptation.
#[derive(Clone, Copy, Debug)]
pub struct AdaptReport {
    /// Whether half of what was tuned is used: held-out examples do not refute it.
    pub used: bool,
    /// Mean loss on the held-out examples of the runs that ended: at the start, and with half of what was tuned.
    pub before: f32,
    pub after: f32,
    /// Held-out examples that were judged, and how many of them are answered better.
    pub judged: usize,
    pub better: usize,
}

/// A running adaptation; it has copies of all it needs, so the session stays usable. Dropping it
/// cancels it; kept, it goes on with its next step as if it had not been stopped.
pub struct Adaptation {
    task: u32,
    plan: Plan,
    support: Support,
    guard: Guard,
    start: Network,
    shipped: Trunk,
    device: Device,
    /// The run at work, from its first step to its last.
    tuning: Option<Tuning>,
    /// What is tuned, as it is at the start.
    from: NamedTensors,
    /// The mean of what the runs that ended made of it.
    tuned: NamedTensors,
    /// Losses of each part that is held out: at the start, and by [`SHARE`] of what the runs that ended tuned.
    before: Vec<Vec<f32>>,
    after: Vec<Vec<f32>>,
    /// What the adapter that it started from holds beyond its level.
    kept: NamedTensors,
}

impl Adaptation {
    /// What is tuned.
    pub fn level(&self) -> Level {
        self.plan.level
    }

    /// Steps it has in all.
    pub fn steps(&self) -> usize {
        self.plan.steps
    }

    /// Makes one step; after the last one there is nothing left to do and `None` is returned.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn step(&mut self) -> Result<Option<AdaptStep>> {
        let run = self.after.len();
        let Some(fold) = self.support.folds.get(run) else { return Ok(None) };
        let train: Vec<_> = fold.train.iter().map(|&i| &self.support.examples[i]).collect();
        let (first, plan) = (self.first_step(run), self.run());
        let begin = || Tuning::new(&self.start, &self.shipped, plan, &self.device);
        let tuning = self.tuning.get_or_insert_with(begin);
        let loss = tuning.step(&train).await?;
        let step = first + tuning.done();
        if tuning.done() < plan.steps {
            return Ok(Some(AdaptStep { step, loss, held_out: None }));
        }
        let mut tuned = NamedTensors::of_async(&tuning.network()).await?;
        tuned.0.retain(|name, _| self.plan.level.tunes(name));
        let fold = std::slice::from_ref(fold);
        let network = self.from.towards(&tuned, SHARE).apply_some(self.start.clone())?;
        let judged = self.guard.judge(&network, &self.support, fold).await?.concat();
        let held_out = Some(mean(&judged));
        self.after.push(judged);
        let mean = mem::replace(&mut self.tuned, tuned);
        if self.after.len() > 1 {
            self.tuned = mean.towards(&self.tuned, 1.0 / self.after.len() as f32);
        }
        self.tuning = None;
        Ok(Some(AdaptStep { step, loss, held_out }))
    }

    /// Steps before a run's first one.
    fn first_step(&self, run: usize) -> usize {
        run * self.plan.steps / self.support.folds.len()
    }

    /// The plan of the run at work.
    fn run(&self) -> Plan {
        let run = self.after.len();
        let steps = self.first_step(run + 1) - self.first_step(run);
        let seed = self.plan.seed.wrapping_add((run as u64) << 32);
        Plan { steps, seed, ..self.plan }
    }

    /// What came of the runs that ended.
    fn report(&self) -> AdaptReport {
        let (before, after) = (self.before[..self.after.len()].concat(), self.after.concat());
        AdaptReport {
            // A run alone strays farther than the mean of all, so what examples say of it is worse than what is used.
            used: !refuted(&before, &after),
            before: mean(&before),
            after: mean(&after),
            judged: after.len(),
            better: before.iter().zip(&after).filter(|(before, after)| after < before).count(),
        }
    }

    /// [`SHARE`] of what the runs tuned, and what was kept.
    fn adapter(self) -> NamedTensors {
        let mut adapter = self.from.towards(&self.tuned, SHARE);
        for (name, tensor) in self.kept.0 {
            adapter.0.entry(name).or_insert(tensor);
        }
        adapter
    }
}

impl Session {
    /// Begins to adapt a task to its examples; predictions stay as they are until [`Session::finish_adaptation`].
    ///
    /// # Errors
    /// `not-found`; `empty-support` when the examples say too little for a part of them to be held out.
    pub async fn begin_adaptation(&self, task: u32, options: AdaptOptions) -> Result<Adaptation> {
        let found = self.tasks.get(&task).ok_or(ErrorKind::NotFound { what: "task", id: task })?;
        let (kind, channels, images) = (found.kind(), found.channels(), found.images());
        let pictures = seen(&self.pictures, &self.encodings, kind.aspect());
        let examples = found.labels().into_iter().map(|(picture, label)| {
            let picture = &pictures[&picture];
            let at = |side, cells| Labelled { rgb: picture.rgb(side), cells, side };
            let plain = at(self.side, label.cells.clone());
            Example([plain, at(ENLARGEMENT * self.side, label.pixels.clone())])
        });
        let mut support = Support::new(examples.collect())?;
        let seconds = options.seconds / images as f64;
        let auto = || Level::auto(kind, found.labels().len(), seconds);
        let level = options.level.unwrap_or_else(auto).for_kind(kind);
        let steps = options.steps.min(level.steps_within(seconds));
        let learning = support.folds[0].train.len();
        let plan = Plan {
            level,
            network: kind.uses_decoder() && level.tunes_network(),
            channels,
            images,
            loss: kind.loss(channels),
            quantity: kind.quantity(),
            lambda: kind.lambda(learning),
            refined_lambda: kind.sights(channels, images, learning)[0].enlarged,
            balance: kind.balance(found.unpainted()),
            mirror: kind.mirror(channels),
            steps,
            rate: level.rate(),
            side: CROP,
            seed: options.seed,
        };
        // Every run makes a step.
        support.folds.truncate(steps);
        let (start, kept) = match found.adapter().filter(|_| options.resume) {
            Some(adapter) => self.adapted(adapter)?,
            None => (self.network.clone(), NamedTensors::default()),
        };
        let (shipped, device) = (self.network.trunk.clone(), self.device.clone());
        let mut guard = Guard::new(&support, &shipped, plan, &device);
        let before = guard.judge(&start, &support, &support.folds).await?;
        let mut from = NamedTensors::of_async(&start).await?;
        from.0.retain(|name, _| level.tunes(name));
        Ok(Adaptation {
            task,
            plan,
            support,
            guard,
            start,
            shipped,
            device,
            tuning: None,
            from,
            tuned: NamedTensors::default(),
            before,
            after: Vec::new(),
            kept,
        })
    }

    /// Takes over what an adaptation learnt, unless the held-out examples refute it; the former state stays otherwise. It need
    /// not have made all its steps: the runs that ended count.
    ///
    /// # Errors
    /// `not-found` when the task was removed meanwhile, `device-lost`.
    pub async fn finish_adaptation(&mut self, adaptation: Adaptation) -> Result<AdaptReport> {
        let (task, report) = (adaptation.task, adaptation.report());
        find_task(&mut self.tasks, task)?;
        if report.used {
            self.set_adapter(task, Some(&adaptation.adapter().write_f16()?))?;
        }
        Ok(report)
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
        let number = self.new_id();
        let task = find_task(&mut self.tasks, task)?;
        task.forget_adapter();
        if let (Some((network, tensors)), Some(bytes)) = (adapted, adapter) {
            task.set_adapter(network, tensors.0.keys(), bytes.to_vec(), number);
        }
        Ok(())
    }

    /// The network with an adapter's parameters, and these.
    fn adapted(&self, adapter: &[u8]) -> Result<(Network, NamedTensors)> {
        let misfit = |error: Error| Error::from(ErrorKind::Adapter(error.to_string()));
        let mut tensors = NamedTensors::default();
        tensors.read(adapter).map_err(misfit)?;
        let network = tensors.apply_some(self.network.clone()).map_err(misfit)?;
        Ok((network, tensors))
    }
}
