//! Episodic meta-training of everything but the trunk, on top of the read-out (docs/weights.md).

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use anolis::model::{
    BALANCE, BodyBias, Encoding, FeatureMaps, Features, Network, NetworkConfig, Quantity, ReadOut,
    Taps, default_lambda,
};
use anolis::weights::{self, NamedTensors};
use burn::module::Module;
use burn::optim::grad_clipping::GradientClippingConfig;
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Tensor, TensorData, read_sync};
use indicatif::{ProgressBar, ProgressStyle};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::Result;
use crate::checkpoint::{Checkpoint, Progress};
use crate::episodes::{Draw, Episode, pictures};
use crate::labels::{cells, target};
use crate::losses::loss;
use crate::scenes::Kind;

/// Where the seeds of validation episodes start; training seeds are step numbers.
const VALIDATION: u64 = 1 << 40;

#[derive(clap::Args)]
pub struct Options {
    /// A new run starts from these exported weights.
    #[arg(long)]
    weights: Option<PathBuf>,
    /// A new run starts from this public trunk checkpoint (safetensors), everything else random.
    #[arg(long)]
    trunk: Option<PathBuf>,
    /// Folder of the run; an earlier run in it is resumed.
    #[arg(long)]
    out: PathBuf,
    /// Stop after this many hours.
    #[arg(long, default_value_t = 2.0)]
    hours: f64,
    /// Picture side in pixels, a multiple of 32.
    #[arg(long, default_value_t = 160)]
    side: usize,
    /// Highest learning rate.
    #[arg(long, default_value_t = 5e-4)]
    rate: f64,
    /// Minutes between validations.
    #[arg(long, default_value_t = 10.0)]
    validate: f64,
}

pub fn run(options: &Options) -> Result<()> {
    let device = Device::flex().autodiff();
    let mut network = Network::new(&NetworkConfig::xs(), &device);
    let resumed = Checkpoint::load(&options.out)?;
    let (mut mean, mut progress) = match resumed {
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
    network.trunk = network.trunk.no_grad();
    fs::create_dir_all(&options.out)?;
    let mut log = OpenOptions::new().create(true).append(true).open(options.out.join("log.csv"))?;
    let mut optimizer =
        AdamConfig::new().with_grad_clipping(Some(GradientClippingConfig::Norm(2.0))).init();

    let (start, first) = (Instant::now(), progress.steps);
    let limit = Duration::from_secs_f64(options.hours * 3600.0);
    let bar = ProgressBar::new(limit.as_secs()).with_style(
        ProgressStyle::with_template("{elapsed_precise} [{bar:30}] {msg}")
            .expect("a valid template"),
    );
    // Scenes are drawn on one core while the other one learns.
    let (send, receive) = sync_channel(4);
    let side = options.side;
    std::thread::spawn(move || {
        for step in first as u64.. {
            let rng = &mut ChaCha8Rng::seed_from_u64(step);
            let draw = Draw {
                side,
                shots: rng.random_range(1..=5),
                queries: 2,
                channels: 2,
                masks_only: false,
            };
            if send.send(Episode::draw(step, draw)).is_err() {
                return;
            }
        }
    });

    let mut checked = Instant::now();
    let (mut sum, mut count) = ([0.0f32; 2], 0);
    while start.elapsed() < limit {
        let episode = receive.recv()?;
        let (loss, floor) = episode_loss(&network, &episode, side, &device);
        let value = loss.clone().into_scalar::<f32>();
        if value.is_finite() {
            let gradients = GradientsParams::from_grads(loss.backward(), &network);
            let rate = rate(
                options.rate,
                progress.steps - first,
                start.elapsed().as_secs_f64() / limit.as_secs_f64(),
            );
            network = optimizer.step(rate, network, gradients);
        }
        progress.steps += 1;
        sum = [sum[0] + value, sum[1] + floor];
        count += 1;
        if progress.steps.is_multiple_of(10) {
            average(&mut mean, &NamedTensors::of(&network), 0.98);
            bar.set_position(start.elapsed().as_secs());
            let n = count as f32;
            bar.set_message(format!(
                "step {}  loss {:.4}  read-out {:.4}",
                progress.steps,
                sum[0] / n,
                sum[1] / n
            ));
        }
        if checked.elapsed().as_secs_f64() > options.validate * 60.0 || start.elapsed() >= limit {
            checked = Instant::now();
            let seconds = progress.seconds + start.elapsed().as_secs_f64();
            let saved = Progress { steps: progress.steps, seconds };
            Checkpoint { network: NamedTensors::of(&network), mean: mean.clone(), progress: saved }
                .save(&options.out)?;
            let n = count as f32;
            let scores = validate(&mean, side)?;
            record(&mut log, progress.steps, seconds, [sum[0] / n, sum[1] / n], &scores)?;
            bar.println(format!(
                "step {}: loss {:.4} (read-out {:.4}), validation IoU 1 shot {:.3} (read-out {:.3}), 5 shots {:.3} ({:.3})",
                progress.steps, sum[0] / n, sum[1] / n, scores[0].0, scores[0].1, scores[1].0, scores[1].1
            ));
            (sum, count) = ([0.0; 2], 0);
        }
    }
    bar.finish();
    Ok(())
}

/// Warm-up over 100 steps; the last third falls to zero.
fn rate(highest: f64, step: usize, done: f64) -> f64 {
    highest * ((step + 1) as f64 / 100.0).min(1.0) * ((1.0 - done) * 3.0).clamp(0.02, 1.0)
}

/// `mean = decay mean + (1 - decay) now`.
fn average(mean: &mut NamedTensors, now: &NamedTensors, decay: f32) {
    for (name, tensor) in &mut mean.0 {
        for (m, n) in tensor.values.iter_mut().zip(&now.0[name].values) {
            *m = decay * *m + (1.0 - decay) * n;
        }
    }
}

/// Loss of the network's answers, and of the read-out's for comparison.
fn episode_loss(
    network: &Network,
    episode: &Episode,
    side: usize,
    device: &Device,
) -> (Tensor<1>, f32) {
    let mut total = Tensor::zeros([1], device);
    let mut floor = 0.0;
    for (query, readout, logits) in answers(network, episode, side, device) {
        let values = query.labels.iter().flat_map(|label| target(label, side)).collect::<Vec<_>>();
        let shape = [episode.channels, 1, side / 2, side / 2];
        let expected = Tensor::from_data(TensorData::new(values, shape), device);
        floor += loss(episode.kind, readout, expected.clone()).into_scalar::<f32>();
        total = total + loss(episode.kind, logits, expected);
    }
    let n = episode.queries.len() as f32;
    (total / n, floor / n)
}

/// For each query the read-out's and the network's logits `[channel, 1, side / 2, side / 2]`.
fn answers<'a>(
    network: &Network,
    episode: &'a Episode,
    side: usize,
    device: &Device,
) -> Vec<(&'a crate::episodes::Shot, Tensor<4>, Tensor<4>)> {
    let plain = device.clone().without_autodiff();
    // The trunk is frozen: outside autodiff it costs a third.
    let trunk = network.trunk.valid();
    let features = trunk.forward(pictures(episode, side, &plain));
    let one = |features: &Features, i: usize| Features {
        s2: features.s2.clone().narrow(0, i, 1),
        s4: features.s4.clone().narrow(0, i, 1),
        s8: features.s8.clone().narrow(0, i, 1),
        s16: features.s16.clone().narrow(0, i, 1),
        s32: features.s32.clone().narrow(0, i, 1),
    };
    let shots = episode.support.len();
    let host = |i: usize| {
        read_sync(FeatureMaps::read(&one(&features, i))).expect("the CPU keeps its tensors")
    };

    let mut sums = ReadOut::new(trunk.readout_channels(), episode.channels);
    for (i, shot) in episode.support.iter().enumerate() {
        let labels = shot.labels.iter().map(|label| cells(label, side)).collect();
        sums.change(&host(i), None, Some(&labels));
    }
    let (lambda, quantity, balance) = match episode.kind {
        Kind::Mask => (default_lambda(shots), Quantity::Class, BALANCE),
        _ => (default_lambda(shots), Quantity::Value, 0.0),
    };
    let weights: Vec<_> =
        (0..episode.channels).map(|channel| sums.solve(channel, lambda, balance)).collect();

    let tracked = if device.is_autodiff() {
        Features {
            s2: features.s2.clone().autodiff(),
            s4: features.s4.clone().autodiff(),
            s8: features.s8.clone().autodiff(),
            s16: features.s16.clone().autodiff(),
            s32: features.s32.clone().autodiff(),
        }
    } else {
        features.clone()
    };
    let grid = side / 16;
    let bias: BodyBias = network.body.bias([grid, grid], 1);
    let taps = network.matching.reweight(&network.body.forward(&[&tracked], &bias));
    let encoding = |i: usize| -> Encoding {
        let taps: Taps = taps.clone().map(|tap| tap.narrow(0, i, 1));
        Encoding { features: one(&tracked, i), taps }
    };
    let support: Vec<_> = episode
        .support
        .iter()
        .enumerate()
        .map(|(i, shot)| network.support(&encoding(i), shot.label_tensor(side, device)))
        .collect();
    let queries = episode.queries.iter().enumerate();
    queries
        .map(|(q, query)| {
            let maps = host(shots + q);
            let values: Vec<_> =
                weights.iter().flat_map(|w| w.apply(&maps)).map(|y| quantity.logit(y)).collect();
            let shape = [episode.channels, 1, side / 2, side / 2];
            let readout = Tensor::from_data(TensorData::new(values, shape), device);
            let logits = network.predict(&encoding(shots + q), &support, readout.clone());
            (query, readout, logits)
        })
        .collect()
}

/// Mean IoU of network and read-out on episodes that no step draws, at 1 and 5 shots.
fn validate(mean: &NamedTensors, side: usize) -> Result<[(f32, f32); 2]> {
    let device = Device::flex();
    let network = mean.apply(Network::new(&NetworkConfig::xs(), &device), "")?;
    let score = |shots: usize| {
        let (mut ours, mut floor, mut count) = (0.0, 0.0, 0.0);
        for seed in 0..24 {
            let draw = Draw { side, shots, queries: 2, channels: 1, masks_only: true };
            let episode = Episode::draw(VALIDATION + seed, draw);
            for (query, readout, logits) in answers(&network, &episode, side, &device) {
                let truth = target(&query.labels[0], side);
                ours += iou(logits, &truth);
                floor += iou(readout, &truth);
                count += 1.0;
            }
        }
        (ours / count, floor / count)
    };
    Ok([score(1), score(5)])
}

fn iou(logits: Tensor<4>, truth: &[f32]) -> f32 {
    let logits = logits.into_data().try_into_vec_as::<f32>().expect("float tensors convert to f32");
    let (mut both, mut either) = (0, 0);
    for (logit, &t) in logits.iter().zip(truth) {
        both += usize::from(*logit > 0.0 && t > 0.5);
        either += usize::from(*logit > 0.0 || t > 0.5);
    }
    if either == 0 { 1.0 } else { both as f32 / either as f32 }
}

fn record(
    log: &mut File,
    steps: usize,
    seconds: f64,
    losses: [f32; 2],
    scores: &[(f32, f32); 2],
) -> Result<()> {
    if log.metadata()?.len() == 0 {
        writeln!(log, "step,seconds,loss,loss_readout,iou_1,iou_1_readout,iou_5,iou_5_readout")?;
    }
    let [(one, one_floor), (five, five_floor)] = scores;
    writeln!(
        log,
        "{steps},{seconds:.0},{},{},{one},{one_floor},{five},{five_floor}",
        losses[0], losses[1]
    )?;
    Ok(())
}
