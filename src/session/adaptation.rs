//! Adapting a task to its examples, step by step, so that a caller can show progress and stop.

use burn::tensor::Device;

use super::views::ENLARGEMENT;
use super::{Session, find_task};
use crate::adapt::{Example, HeldOut, Labelled, Plan, Tuning};
use crate::error::{Error, ErrorKind, Result};
use crate::model::Trunk;
use crate::weights::NamedTensors;

/// Steps between two looks at the held-out part.
const CHECK: usize = 40;

/// Share by which the held-out loss must fall before the tuned trunk is used.
const LEAST_GAIN: f32 = 0.02;

/// Side of the crops in pixels.
const CROP: usize = 160;

/// Adam's first learning rate: larger ones forget what the trunk knows.
const RATE: f64 = 4e-4;

/// How a task is adapted.
#[derive(Clone, Copy, Debug)]
pub struct AdaptOptions {
    /// Gradient steps; more help where the task is far from photographs.
    pub steps: usize,
    /// Decides every random choice.
    pub seed: u64,
}

impl Default for AdaptOptions {
    fn default() -> Self {
        Self { steps: 120, seed: 0 }
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
    /// Whether the held-out part confirmed a gain, so that the tuned trunk is used.
    pub used: bool,
    /// Held-out loss before the first step and at the best one.
    pub before: f32,
    pub after: f32,
}

/// A running adaptation; it has copies of all it needs, so the session stays usable, and dropping it cancels it.
pub struct Adaptation {
    task: u32,
    steps: usize,
    parts: HeldOut,
    plan: Plan,
    tuning: Tuning,
    device: Device,
    before: f32,
    best: Option<(f32, Trunk)>,
}

impl Adaptation {
    /// Makes one step; after the last one there is nothing left to do and `None` is returned.
    ///
    /// # Errors
    /// `device-lost`.
    pub async fn step(&mut self) -> Result<Option<AdaptStep>> {
        if self.tuning.done() >= self.steps {
            return Ok(None);
        }
        let loss = self.tuning.step(&self.parts.train).await?;
        let step = self.tuning.done();
        let mut held_out = None;
        if step.is_multiple_of(CHECK) || step == self.steps {
            let trunk = self.tuning.trunk();
            let found = self.parts.loss(&trunk, &self.plan, &self.device).await?;
            held_out = Some(found);
            let limit = self.best.as_ref().map_or(self.before * (1.0 - LEAST_GAIN), |best| best.0);
            if found < limit {
                self.best = Some((found, trunk));
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
        let examples = found.labels().into_iter().map(|(picture, label)| {
            let picture = &self.pictures[&picture].picture;
            let at = |side, cells| Labelled { rgb: picture.fit(side).0, cells, side };
            let plain = at(self.side, label.cells.clone());
            Example([plain, at(ENLARGEMENT * self.side, label.enlarged_cells())])
        });
        let parts = HeldOut::new(examples.collect())?;
        let plan = Plan {
            loss: kind.loss(found.channels()),
            quantity: kind.quantity(),
            lambda: kind.lambda(parts.train.len()),
            refined_lambda: kind.refined_lambda(parts.train.len()),
            balance: kind.balance(found.unpainted()),
            mirror: kind.mirror(found.channels()),
            steps: options.steps,
            rate: RATE,
            side: CROP,
            seed: options.seed,
        };
        let trunk = &self.network.trunk;
        let before = parts.loss(trunk, &plan, &self.device).await?;
        let tuning = Tuning::new(trunk, plan, &self.device);
        let (steps, device) = (options.steps, self.device.clone());
        Ok(Adaptation { task, steps, parts, plan, tuning, device, before, best: None })
    }

    /// Takes over what an adaptation learnt, if the held-out part confirms it; the former state stays otherwise.
    ///
    /// # Errors
    /// `not-found` when the task was removed meanwhile, `device-lost`.
    pub async fn finish_adaptation(&mut self, adaptation: Adaptation) -> Result<AdaptReport> {
        let Adaptation { task, before, best, .. } = adaptation;
        find_task(&mut self.tasks, task)?;
        let Some((after, trunk)) = best else {
            return Ok(AdaptReport { used: false, before, after: before });
        };
        let mut tuned = NamedTensors::of_async(&trunk).await?;
        tuned.0.retain(|name, _| Trunk::is_local(name));
        self.set_adapter(task, Some(&tuned.write_f16()?))?;
        Ok(AdaptReport { used: true, before, after })
    }

    /// What adaptation tuned: the trunk's parameters of stages 1 to 5 as a safetensors file of f16, about 1.4 MB.
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
        let task = find_task(&mut self.tasks, task)?;
        let Some(bytes) = adapter else {
            task.tune(self.network.trunk.clone(), None);
            return Ok(());
        };
        let mut tensors = NamedTensors::default();
        let misfit = |error: Error| Error::from(ErrorKind::Adapter(error.to_string()));
        tensors.read(bytes).map_err(misfit)?;
        let trunk = tensors.apply_some(self.network.trunk.clone()).map_err(misfit)?;
        task.tune(trunk, Some(bytes.to_vec()));
        Ok(())
    }
}
