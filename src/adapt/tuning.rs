//! Gradient steps on a task's own trunk.

use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor, TensorData};
use fastrand::Rng;

use super::augment::{Example, Labelled, Mirror};
use super::loss::Loss;
use super::solve::{Maps, Weights, logit, surrogate};
use crate::error::Result;
use crate::model::{CellLabels, FeatureMaps, Quantity, ReadOut, Solution, Trunk, read};

/// Crops of a step that the read-out is solved on, and crops it is asked about.
const HALF: usize = 2;

/// How a task is tuned.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub loss: Loss,
    pub quantity: Quantity,
    /// Ridge penalty and class-balance exponent of the read-out.
    pub lambda: f64,
    /// As `lambda`, of the read-out on both scales, which the held-out part judges.
    pub refined_lambda: f64,
    pub balance: f64,
    pub mirror: Mirror,
    /// Gradient steps in all; the rate falls to zero over them.
    pub steps: usize,
    /// First learning rate of Adam.
    pub rate: f64,
    /// Side of the crops in pixels, a multiple of 32.
    pub side: usize,
    /// Decides every crop.
    pub seed: u64,
}

/// A task's trunk while it is tuned: one [`Tuning::step`] after the other, to be stopped after any of them.
pub struct Tuning {
    plan: Plan,
    trunk: Trunk,
    optimizer: ModuleOptimizer,
    device: Device,
    rng: Rng,
    done: usize,
}

impl Tuning {
    /// Starts from a trunk on `device`, which keeps its parameters.
    pub fn new(trunk: &Trunk, plan: Plan, device: &Device) -> Self {
        Self {
            plan,
            // Shipped weights are loaded as constants.
            trunk: trunk.clone().train().set_require_grad(true),
            optimizer: AdamConfig::new().init(),
            device: device.clone().autodiff(),
            rng: Rng::with_seed(plan.seed),
            done: 0,
        }
    }

    /// Steps that are made.
    pub fn done(&self) -> usize {
        self.done
    }

    /// The trunk as tuned so far.
    pub fn trunk(&self) -> Trunk {
        self.trunk.valid()
    }

    /// One step on crops of `examples`; returns the loss before it. A loss that is not finite changes nothing.
    ///
    /// # Errors
    /// `device-lost`.
    ///
    /// # Panics
    /// Without examples.
    pub async fn step(&mut self, examples: &[Example]) -> Result<f32> {
        let plan = self.plan;
        let crops = self.draw(examples);
        let side = crops[0].side;
        let rgb: Vec<f32> = crops.iter().flat_map(|crop| crop.rgb.iter().copied()).collect();
        let rgb = TensorData::new(rgb, [2 * HALF, 3, side, side]);
        let maps = self.trunk.forward_fine(Tensor::from_data(rgb, &self.device));
        let part = |start: usize| maps.clone().map(|map| map.narrow(0, start, HALF));
        let (support, query) = (part(0), part(HALF));

        let labels: Vec<&CellLabels> = crops.iter().map(|crop| &crop.cells).collect();
        let channels = labels[0].len();
        let mut sums = ReadOut::new(self.trunk.readout_channels(), channels);
        for (i, label) in labels[..HALF].iter().enumerate() {
            let maps = support.clone().map(|map| map.narrow(0, i, 1).inner());
            sums.change(&FeatureMaps::read_maps(&maps).await?, None, Some(label));
        }
        let solutions: Vec<_> = (0..channels)
            .map(|channel| sums.solution(channel, plan.lambda, plan.balance))
            .collect();

        let (loss, asked) = self.ask(&query, &solutions, &labels[HALF..]).await?;
        self.done += 1;
        if !loss.is_finite() {
            return Ok(loss);
        }
        let through_query = query
            .into_iter()
            .zip(asked.by_maps)
            .map(|(map, gradient)| (map * Tensor::from_inner(gradient)).sum())
            .reduce(|sum, level| sum + level)
            .expect("four levels");
        let through_solve = surrogate(
            &support,
            &labels[..HALF],
            &sums,
            plan.balance,
            &solutions,
            &asked.by_weights,
            &self.device,
        );
        let gradients = (through_query + through_solve).backward();
        let gradients = GradientsParams::from_grads(gradients, &self.trunk);
        let left = 1.0 - (self.done - 1) as f64 / plan.steps as f64;
        let rate = plan.rate * left.max(0.0);
        self.trunk = self.optimizer.step(rate, self.trunk.clone(), gradients);
        Ok(loss)
    }

    /// The loss on the pseudo-query and its gradients by the query's maps and by the weights.
    async fn ask(
        &self,
        query: &Maps,
        solutions: &[Solution],
        labels: &[&CellLabels],
    ) -> Result<(f32, Asked)> {
        let rows: Vec<&[f32]> =
            solutions.iter().map(|solution| solution.weights.beta.as_slice()).collect();
        let constants = solutions.iter().map(|solution| solution.weights.beta_0).collect();
        let channels = std::array::from_fn(|l| query[l].dims()[1]);
        let weights = Weights::new(&rows, constants, channels, &self.device).leaves();
        let maps = query.clone().map(|map| Tensor::from_inner(map.inner()).require_grad());
        let logits = logit(self.plan.quantity, weights.apply(&maps));
        let target: Vec<f32> =
            labels.iter().flat_map(|label| label.iter().flatten().copied()).collect();
        let target = Tensor::from_data(TensorData::new(target, logits.dims()), &self.device);
        let loss = self.plan.loss.of(logits, target);
        let gradients = loss.backward();
        let value = read(loss.inner()).await?[0];

        let by_maps = maps.map(|map| map.grad(&gradients).expect("maps are leaves"));
        let mut by_weights = vec![(Vec::new(), 0.0); solutions.len()];
        for level in &weights.levels {
            let count = level.dims()[1];
            let gradient = read(level.grad(&gradients).expect("weights are leaves")).await?;
            for (row, (all, _)) in gradient.chunks_exact(count).zip(&mut by_weights) {
                all.extend_from_slice(row);
            }
        }
        let constants = read(weights.constant.grad(&gradients).expect("constants are leaves"));
        for (value, (_, constant)) in constants.await?.into_iter().zip(&mut by_weights) {
            *constant = value;
        }
        Ok((value, Asked { by_maps, by_weights }))
    }

    /// Crops for one step at one scale, pseudo-support first; no example serves both halves where there are two or more.
    fn draw(&mut self, examples: &[Example]) -> Vec<Labelled> {
        let mut order: Vec<_> = (0..examples.len()).collect();
        self.rng.shuffle(&mut order);
        let (support, query) = match order.len() {
            1 => (&order[..], &order[..]),
            n => order.split_at(HALF.min(n / 2)),
        };
        let chosen: Vec<usize> = [support, query]
            .into_iter()
            .flat_map(|half| half.iter().copied().cycle().take(HALF))
            .collect();
        let Plan { side, mirror, .. } = self.plan;
        let scale = usize::from(self.rng.bool());
        chosen.into_iter().map(|i| examples[i].0[scale].crop(side, mirror, &mut self.rng)).collect()
    }
}

/// Gradients of the pseudo-query's loss.
struct Asked {
    by_maps: Maps,
    /// By channel: by the weights of all features, and by the constant.
    by_weights: Vec<(Vec<f32>, f32)>,
}
