//! Gradient steps on a task's own copies of parameters.

use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor, TensorData};
use fastrand::Rng;

use super::answer::{answer, batch, change, join};
use super::augment::{Example, Labelled, Mirror};
use super::level::Level;
use super::loss::Loss;
use super::solve::{Maps, Weights, logit, surrogate};
use crate::error::Result;
use crate::model::{
    CellLabels, FeatureMaps, Features, Network, Quantity, ReadOut, Solution, Trunk, read,
};

/// Crops of a step that the read-out is solved on, and crops it is asked about.
const HALF: usize = 2;

/// Crops that are kept for levels that draw them once: in all, and at least of each example.
const POOL: (usize, usize) = (32, 2 * HALF);

/// How a task is tuned.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub level: Level,
    /// Whether what is asked for is the network's answer, not the read-out's.
    pub network: bool,
    /// Channels of the task, without the background.
    pub channels: usize,
    /// Pictures that belong together.
    pub images: usize,
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
    /// Adam's first learning rate.
    pub rate: f64,
    /// Side of the crops in pixels, a multiple of 32.
    pub side: usize,
    /// Decides every crop.
    pub seed: u64,
}

/// A task's network while it is tuned: one [`Tuning::step`] after the other, to be stopped after any of them.
pub struct Tuning {
    plan: Plan,
    network: Network,
    /// The trunk that tokens and decoder were trained on; they keep seeing its features.
    shipped: Trunk,
    /// By example, for levels that tune nothing before the tokens.
    pool: Vec<Vec<Episode>>,
    optimizer: ModuleOptimizer,
    device: Device,
    rng: Rng,
    done: usize,
}

impl Tuning {
    /// Starts from a network on `device`, which keeps its parameters; `shipped` is the trunk that it was trained with.
    pub fn new(network: &Network, shipped: &Trunk, plan: Plan, device: &Device) -> Self {
        // Shipped weights are loaded as constants.
        let network = plan.level.select(network.clone().train());
        Self {
            plan,
            network,
            shipped: shipped.clone(),
            pool: Vec::new(),
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

    /// The network as tuned so far.
    pub fn network(&self) -> Network {
        self.network.valid()
    }

    /// One step on crops of `examples`; returns the loss before it. A loss that is not finite changes nothing.
    ///
    /// # Errors
    /// `device-lost`.
    ///
    /// # Panics
    /// Without examples.
    pub async fn step(&mut self, examples: &[&Example]) -> Result<f32> {
        let plan = self.plan;
        let episode = self.draw(examples);
        let part = |start: usize| episode.maps.clone().map(|map| map.narrow(0, start, HALF));
        let (support, query) = (part(0), part(HALF));

        let labels: Vec<&CellLabels> = episode.cells.iter().collect();
        let channels = labels[0].len();
        let mut sums = ReadOut::new(plan.images * self.network.trunk.readout_channels(), channels);
        for (i, label) in labels[..HALF].iter().enumerate() {
            let maps = support.clone().map(|map| map.narrow(0, i, 1).inner());
            sums.change(&FeatureMaps::read_maps(&maps).await?, None, Some(label));
        }
        let solutions: Vec<_> = (0..channels)
            .map(|channel| sums.solution(channel, plan.lambda, plan.balance))
            .collect();

        let (loss, asked) = self.ask(&episode, &query, &solutions).await?;
        self.done += 1;
        if !loss.is_finite() {
            return Ok(loss);
        }
        let mut steps = vec![asked.by_network];
        if plan.level.tunes_trunk() {
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
            steps.push(GradientsParams::from_grads(gradients, &self.network));
        }
        let left = 1.0 - (self.done - 1) as f64 / plan.steps as f64;
        let rate = plan.rate * left.max(0.0);
        for gradients in steps {
            self.network = self.optimizer.step(rate, self.network.clone(), gradients);
        }
        Ok(loss)
    }

    /// The loss on the pseudo-query and its gradients by the query's maps, by the weights and by what follows the read-out.
    async fn ask(
        &self,
        episode: &Episode,
        query: &Maps,
        solutions: &[Solution],
    ) -> Result<(f32, Asked)> {
        let rows: Vec<&[f32]> =
            solutions.iter().map(|solution| solution.weights.beta.as_slice()).collect();
        let constants = solutions.iter().map(|solution| solution.weights.beta_0).collect();
        let channels = std::array::from_fn(|l| query[l].dims()[1]);
        let weights = Weights::new(&rows, constants, channels, &self.device).leaves();
        let maps = query.clone().map(|map| Tensor::from_inner(map.inner()).require_grad());
        let mut logits = logit(self.plan.quantity, weights.apply(&maps));
        if let Some(seen) = &episode.seen {
            let part = |start: usize| change(seen, |map| map.narrow(0, start, HALF));
            let (support, query) = (part(0), part(HALF));
            let labels: Vec<_> = episode.cells[..HALF].iter().collect();
            let channels = self.plan.channels;
            logits = answer(&self.network, &support, &labels, &query, logits, channels);
        }
        let target: Vec<f32> =
            episode.cells[HALF..].iter().flat_map(|label| label.concat()).collect();
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
        let by_network = GradientsParams::from_grads(gradients, &self.network);
        Ok((value, Asked { by_maps, by_weights, by_network }))
    }

    /// Crops for one step at one scale, pseudo-support first; no example serves both halves where there are two or more.
    fn draw(&mut self, examples: &[&Example]) -> Episode {
        let mut order: Vec<_> = (0..examples.len()).collect();
        self.rng.shuffle(&mut order);
        let (support, query) = match order.len() {
            1 => (&order[..], &order[..]),
            n => order.split_at(HALF.min(n / 2)),
        };
        let chosen = [support, query]
            .into_iter()
            .flat_map(|half| half.iter().copied().cycle().take(HALF))
            .collect::<Vec<_>>();
        if self.plan.level.tunes_trunk() {
            let scale = usize::from(self.rng.bool());
            let crops: Vec<_> =
                chosen.into_iter().map(|i| self.crop(&examples[i].0[scale])).collect();
            return self.see(crops);
        }
        if self.pool.is_empty() {
            let each = (POOL.0 / examples.len()).max(POOL.1);
            for example in examples {
                let crops = (0..each).map(|i| {
                    let crop = self.crop(&example.0[i % 2]);
                    self.see(vec![crop])
                });
                let crops = crops.collect();
                self.pool.push(crops);
            }
        }
        self.pool.iter_mut().for_each(|crops| self.rng.shuffle(crops));
        let drawn = chosen.iter().enumerate().map(|(i, &example)| {
            let before = chosen[..i].iter().filter(|&&other| other == example).count();
            &self.pool[example][before]
        });
        Episode::join(&drawn.collect::<Vec<_>>())
    }

    fn crop(&mut self, example: &Labelled) -> Labelled {
        example.crop(self.plan.side, self.plan.mirror, &mut self.rng)
    }

    /// Crops as the task's trunk sees them and, where the network is asked, as it does.
    fn see(&self, crops: Vec<Labelled>) -> Episode {
        let rgb = batch(&crops, &self.device);
        let seen = self
            .plan
            .network
            .then(|| change(&self.shipped.forward(rgb.clone().inner()), Tensor::from_inner));
        let maps = self.network.trunk.forward_fine(rgb);
        Episode { cells: crops.into_iter().map(|crop| crop.cells).collect(), maps, seen }
    }
}

/// Labelled crops of one size in a batch, pseudo-support first.
struct Episode {
    cells: Vec<CellLabels>,
    /// What the task's trunk sees.
    maps: Maps,
    /// What the network sees, the shipped trunk's features, where it is asked.
    seen: Option<Features>,
}

impl Episode {
    fn join(all: &[&Self]) -> Self {
        let seen = all.iter().map(|one| one.seen.as_ref()).collect::<Option<Vec<_>>>();
        Self {
            cells: all.iter().flat_map(|one| one.cells.iter().cloned()).collect(),
            maps: std::array::from_fn(|level| {
                Tensor::cat(all.iter().map(|one| one.maps[level].clone()).collect(), 0)
            }),
            seen: seen.map(|seen| join(&seen)),
        }
    }
}

/// Gradients of the pseudo-query's loss.
struct Asked {
    by_maps: Maps,
    /// By channel: by the weights of all features, and by the constant.
    by_weights: Vec<(Vec<f32>, f32)>,
    by_network: GradientsParams,
}
