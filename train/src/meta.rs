//! Episodic meta-training of everything but the trunk, on top of the read-out (docs/weights.md).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use anolis::model::{Network, NetworkConfig, Trunk};
use anolis::weights::{self, NamedTensors};
use burn::module::Module;
use burn::optim::grad_clipping::GradientClippingConfig;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::Device;
use indicatif::{ProgressBar, ProgressStyle};

use crate::Result;
use crate::checkpoint::{Checkpoint, Progress, load_optimizer, name_parameters};
use crate::episodes::Mixture;
use crate::learner::{answers, mean_loss, readout_loss};
use crate::log::{Log, Losses, Times};
use crate::prepared::Prepared;
use crate::validation::{ValidationSet, validate};

/// Steps between updates of the mean of the parameters.
const MEAN_STEPS: usize = 10;

/// What the mean keeps of itself at an update: it looks back about 500 steps.
const MEAN_DECAY: f32 = 0.98;

/// What a kill may lose.
const SAVE: Duration = Duration::from_secs(300);

#[derive(clap::Args)]
pub struct Options {
    /// A new run starts from these exported weights.
    #[arg(long)]
    weights: Option<PathBuf>,
    /// A new run starts from this public trunk checkpoint (safetensors), everything else random.
    #[arg(long)]
    trunk: Option<PathBuf>,
    /// Folders of tar shards with real pictures; without one all episodes are procedural.
    #[arg(long, value_delimiter = ',')]
    data: Vec<PathBuf>,
    /// Folder of the run; an earlier run in it is resumed.
    #[arg(long)]
    out: PathBuf,
    /// Stop after this many hours.
    #[arg(long, default_value_t = 2.0)]
    hours: f64,
    /// Picture sides in pixels, multiples of 32; each is drawn as often as it is listed.
    #[arg(long, value_delimiter = ',', default_value = "160")]
    side: Vec<usize>,
    /// Highest learning rate.
    #[arg(long, default_value_t = 5e-4)]
    rate: f64,
    /// Minutes between validations.
    #[arg(long, default_value_t = 25.0)]
    validate: f64,
    /// Picture side of validation.
    #[arg(long, default_value_t = 160)]
    validation_side: usize,
    /// Episodes of each validation set.
    #[arg(long, default_value_t = 20)]
    validation_episodes: u64,
}

pub fn run(options: &Options) -> Result<()> {
    let mut sides = options.side.iter().chain([&options.validation_side]);
    if let Some(side) = sides.find(|side| **side == 0 || !side.is_multiple_of(32)) {
        return Err(format!("--side {side}: give multiples of 32").into());
    }
    let device = Device::flex().autodiff();
    let (mut network, mut mean, mut progress) = start(options, &device)?;
    let adam = AdamConfig::new().with_grad_clipping(Some(GradientClippingConfig::Norm(2.0)));
    let (mut optimizer, warm) = load_optimizer(adam.init(), &options.out)?;
    fs::create_dir_all(&options.out)?;
    let log = Log::new(&options.out);
    let plain = NamedTensors::of(&network.trunk);
    let trunk: Trunk = plain.apply(Trunk::new(&Device::flex()), "")?;
    let data = &options.data;
    let mixture = Mixture::open(data, &options.side, &trunk)?;
    let sets =
        ValidationSet::prepare(data, options.validation_side, options.validation_episodes, &trunk)?;
    if progress.steps == 0 {
        println!("{}", validate(&sets, &mean, &progress, &log)?.join("\n"));
    }

    let (started, first, before) = (Instant::now(), progress.steps, progress.seconds);
    let limit = Duration::from_secs_f64(options.hours * 3600.0);
    let bar = ProgressBar::new(limit.as_secs()).with_style(
        ProgressStyle::with_template("{elapsed_precise} [{bar:30}] {msg}")
            .expect("a valid template"),
    );
    let episodes = draw(mixture, trunk, first as u64);
    let (mut checked, mut saved) = (Instant::now(), Instant::now());
    let mut sums: BTreeMap<&str, Losses> = BTreeMap::new();
    let mut times = Times::default();
    while started.elapsed() < limit {
        let clock = Instant::now();
        let (episode, drawn) = episodes.recv()??;
        times.draw += drawn.draw;
        times.prepare += drawn.prepare;
        times.wait += clock.elapsed().as_secs_f64();

        let clock = Instant::now();
        let answers = answers(&network, &episode, &device);
        let loss = mean_loss(&episode, answers, &device);
        let value = loss.clone().into_scalar::<f32>();
        times.forward += clock.elapsed().as_secs_f64();
        if value.is_finite() {
            let clock = Instant::now();
            let gradients = GradientsParams::from_grads(loss.backward(), &network);
            times.backward += clock.elapsed().as_secs_f64();
            let clock = Instant::now();
            let done = started.elapsed().as_secs_f64() / limit.as_secs_f64();
            let rate = rate(options.rate, (!warm).then_some(progress.steps - first), done);
            network = optimizer.step(rate, network, gradients);
            times.optimizer += clock.elapsed().as_secs_f64();
            let sum = sums.entry(episode.source).or_default();
            *sum = sum.plus(value, readout_loss(&episode));
        }
        progress.steps += 1;
        progress.seconds = before + started.elapsed().as_secs_f64();
        if progress.steps.is_multiple_of(MEAN_STEPS) {
            mean = mean.towards(&NamedTensors::of(&network), 1.0 - MEAN_DECAY);
            bar.set_position(started.elapsed().as_secs());
            bar.set_message(format!("step {}", progress.steps));
        }
        if saved.elapsed() > SAVE || started.elapsed() >= limit {
            save(&network, &mean, &progress, &optimizer, &options.out)?;
            saved = Instant::now();
        }
        if checked.elapsed().as_secs_f64() > options.validate * 60.0 || started.elapsed() >= limit {
            let mut lines = training(&sums, &times, &progress, &log)?;
            lines.extend(validate(&sets, &mean, &progress, &log)?);
            // The bar itself prints nothing where there is no terminal.
            bar.suspend(|| println!("{}", lines.join("\n")));
            (sums, times, checked) = (BTreeMap::new(), Times::default(), Instant::now());
        }
    }
    bar.finish();
    Ok(())
}

/// The network of a new or of a resumed run, the mean of its parameters, and how far it is.
fn start(options: &Options, device: &Device) -> Result<(Network, NamedTensors, Progress)> {
    let mut network = Network::new(&NetworkConfig::xs(), device);
    let (mean, progress) = match Checkpoint::load(&options.out)? {
        Some(checkpoint) => {
            network = checkpoint.network.apply(network, "")?;
            (checkpoint.mean, checkpoint.progress)
        }
        None => {
            match (&options.weights, &options.trunk) {
                (Some(folder), _) => network = weights::load(folder)?.1.apply(network, "")?,
                (None, Some(trunk)) => {
                    let mut tensors = NamedTensors::default();
                    tensors.read_trunk(&fs::read(trunk)?)?;
                    network.trunk = tensors.apply(network.trunk, "trunk")?;
                }
                (None, None) => return Err("give --weights or --trunk to start from".into()),
            }
            (NamedTensors::of(&network), Progress::default())
        }
    };
    network = name_parameters(network);
    network.trunk = network.trunk.no_grad();
    Ok((network, mean, progress))
}

/// Draws and prepares the episodes of steps from `first` on beside the learner.
fn draw(mixture: Mixture, trunk: Trunk, first: u64) -> Receiver<DrawnEpisode> {
    let (send, receive) = sync_channel(4);
    std::thread::spawn(move || {
        for step in first.. {
            let clock = Instant::now();
            let prepared = mixture.draw(step).map(|episode| {
                let draw = clock.elapsed().as_secs_f64();
                let clock = Instant::now();
                let prepared = Prepared::crossed(&episode, &trunk);
                let prepare = clock.elapsed().as_secs_f64();
                (prepared, Times { draw, prepare, ..Times::default() })
            });
            if send.send(prepared.map_err(|error| error.to_string())).is_err() {
                return;
            }
        }
    });
    receive
}

type DrawnEpisode = std::result::Result<(Prepared, Times), String>;

/// Warm-up over 100 steps, unless the optimizer is warm; the last third falls to zero.
fn rate(highest: f64, cold_steps: Option<usize>, done: f64) -> f64 {
    let warm_up = cold_steps.map_or(1.0, |step| ((step + 1) as f64 / 100.0).min(1.0));
    highest * warm_up * ((1.0 - done) * 3.0).clamp(0.02, 1.0)
}

fn save(
    network: &Network,
    mean: &NamedTensors,
    progress: &Progress,
    optimizer: &ModuleOptimizer,
    folder: &Path,
) -> Result<()> {
    let (mean, progress) = (mean.clone(), progress.clone());
    Checkpoint { network: NamedTensors::of(network), mean, progress }.save(Some(optimizer), folder)
}

/// Writes down what steps took and lost since the last call; one line for the times and one a source.
fn training(
    sums: &BTreeMap<&str, Losses>,
    times: &Times,
    progress: &Progress,
    log: &Log,
) -> Result<Vec<String>> {
    let count = sums.values().map(|sum| sum.count).sum();
    let mut lines = vec![log.times(progress, times, count)?];
    for (source, sum) in sums {
        lines.push(log.losses(progress, source, sum)?);
    }
    Ok(lines)
}
