//! The last two stages: the trunk learns too, through the read-out's solve, by the library's own steps of adaptation.
//!
//! An episode is adapted to as a user's examples are, and the network goes a share of the way to what came of it: Reptile
//! (Nichol, Achiam and Schulman 2018), the first-order form of learning a start that a few steps adapt well.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anolis::adapt::{Example, Labelled, Level, Loss, Mirror, Plan, Tuning};
use anolis::model::{BALANCE, CellLabels, Network, NetworkConfig, Quantity, UNKNOWN, up2};
use anolis::weights::{self, NamedTensors};
use burn::tensor::{Device, read_sync};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};

use crate::Result;
use crate::checkpoint::{Checkpoint, Progress};
use crate::episodes::labels::cells;
use crate::episodes::{Episode, Mixture, Shot, Validation, pictures};
use crate::log::Log;
use crate::scenes::Kind;
use crate::validation::{ValidationSet, validate};

/// Side of the crops in pixels, as adaptation draws them.
const CROP: usize = 160;

/// Penalty of the read-out on one scale.
const LAMBDA: f64 = 0.1;

/// Episodes between checkpoints.
const SAVE: usize = 20;

/// What is learned.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Stage {
    /// Stage 3: biases of trunk and tokens, a few small steps an episode, taken over whole.
    Biases,
    /// Stage 4: where adaptation starts: its own steps at its own rate, of which little is taken over.
    Start,
}

/// How an episode is learned from.
struct Recipe {
    level: Level,
    steps: usize,
    rate: f64,
    share: f32,
}

impl Stage {
    fn recipe(self) -> Recipe {
        match self {
            Self::Biases => Recipe { level: Level::Biases, steps: 4, rate: 1e-4, share: 1.0 },
            Self::Start => {
                let level = Level::Trunk;
                Recipe { level, steps: 16, rate: level.rate(), share: 0.1 }
            }
        }
    }
}

#[derive(clap::Args)]
pub struct Options {
    #[arg(long)]
    stage: Stage,
    /// A new run starts from these exported weights.
    #[arg(long)]
    weights: PathBuf,
    /// Folders of tar shards with real pictures; without one all episodes are procedural.
    #[arg(long, value_delimiter = ',')]
    data: Vec<PathBuf>,
    /// Folder of the run; an earlier run in it is resumed.
    #[arg(long)]
    out: PathBuf,
    /// Stop after this many hours; over their last third less and less is taken over.
    #[arg(long, default_value_t = 0.5)]
    hours: f64,
    /// Picture side in pixels, a multiple of 32.
    #[arg(long, default_value_t = 256)]
    side: usize,
    /// Minutes between validations.
    #[arg(long, default_value_t = 15.0)]
    validate: f64,
    /// Picture side of validation.
    #[arg(long, default_value_t = 192)]
    validation_side: usize,
    /// Episodes of each validation set.
    #[arg(long, default_value_t = 20)]
    validation_episodes: u64,
}

pub fn run(options: &Options) -> Result<()> {
    let Recipe { level, steps, rate, share } = options.stage.recipe();
    let device = Device::flex();
    let (mut tensors, mut progress) = start(options)?;
    fs::create_dir_all(&options.out)?;
    let log = Log::new(&options.out);
    let load = |tensors: &NamedTensors| -> Result<Network> {
        Ok(tensors.apply(Network::new(&NetworkConfig::xs(), &device), "")?)
    };
    let mut network = load(&tensors)?;
    let mixture = Mixture::open(&options.data, &[options.side], &network.trunk)?;
    let drawn =
        Validation::draw(&options.data, options.validation_side, options.validation_episodes)?;
    if progress.steps == 0 {
        let sets = ValidationSet::encode(&drawn, &network.trunk);
        println!("{}", validate(&sets, &tensors, &progress, &log)?.join("\n"));
    }

    let (started, before) = (Instant::now(), progress.seconds);
    let limit = Duration::from_secs_f64(options.hours * 3600.0);
    let bar = ProgressBar::new(limit.as_secs()).with_style(
        ProgressStyle::with_template("{elapsed_precise} [{bar:30}] {msg}")
            .expect("a valid template"),
    );
    let mut checked = Instant::now();
    loop {
        let episode = mixture.draw(progress.steps as u64)?;
        let examples: Vec<_> = episode
            .support
            .iter()
            .chain(&episode.queries)
            .map(|shot| example(shot, &episode))
            .collect();
        let examples: Vec<_> = examples.iter().collect();
        let plan = plan(&episode, level, steps, rate, progress.steps as u64);
        let mut tuning = Tuning::new(&network, &network.trunk, plan, &device);
        for _ in 0..steps {
            read_sync(tuning.step(&examples))?;
        }
        let left = 1.0 - started.elapsed().as_secs_f32() / limit.as_secs_f32();
        let share = share * (3.0 * left).clamp(0.02, 1.0);
        tensors = tensors.towards(&NamedTensors::of(&tuning.network()), share);
        network = load(&tensors)?;
        progress.steps += 1;
        progress.seconds = before + started.elapsed().as_secs_f64();
        bar.set_position(started.elapsed().as_secs());
        bar.set_message(format!("episode {}", progress.steps));
        let over = started.elapsed() >= limit;
        if over || progress.steps.is_multiple_of(SAVE) {
            save(&tensors, &progress, &options.out)?;
        }
        if over || checked.elapsed().as_secs_f64() > options.validate * 60.0 {
            // A trunk that has changed sees the pictures anew.
            let sets = ValidationSet::encode(&drawn, &network.trunk);
            let lines = validate(&sets, &tensors, &progress, &log)?;
            bar.suspend(|| println!("{}", lines.join("\n")));
            checked = Instant::now();
        }
        if over {
            bar.finish();
            return Ok(());
        }
    }
}

/// The parameters of a new or of a resumed run, and how many episodes they have seen.
fn start(options: &Options) -> Result<(NamedTensors, Progress)> {
    Ok(match Checkpoint::load(&options.out)? {
        Some(checkpoint) => (checkpoint.mean, checkpoint.progress),
        None => {
            let network = Network::new(&NetworkConfig::xs(), &Device::flex());
            let network = weights::load(&options.weights)?.1.apply(network, "")?;
            (NamedTensors::of(&network), Progress::default())
        }
    })
}

fn save(tensors: &NamedTensors, progress: &Progress, folder: &Path) -> Result<()> {
    let (network, mean, progress) = (tensors.clone(), tensors.clone(), progress.clone());
    Checkpoint { network, mean, progress }.save(None, folder)
}

/// How a user's task of the episode's kind is adapted.
fn plan(episode: &Episode, level: Level, steps: usize, rate: f64, seed: u64) -> Plan {
    let mask = episode.kind == Kind::Mask;
    let (loss, quantity, balance) = match mask {
        true => (Loss::Binary, Quantity::Class, BALANCE),
        false => (Loss::Value, Quantity::Value, 0.0),
    };
    Plan {
        level,
        network: mask && level.tunes_network(),
        channels: episode.channels,
        images: 1,
        loss,
        quantity,
        lambda: LAMBDA,
        refined_lambda: LAMBDA,
        balance,
        mirror: Mirror::Free,
        steps,
        rate,
        side: CROP.min(episode.side),
        seed,
    }
}

/// A labelled picture at the two scales at which the refined read-out sees it.
fn example(shot: &Shot, episode: &Episode) -> Example {
    let side = episode.side;
    let of = |cells: &dyn Fn(&[f32]) -> Vec<f32>| -> CellLabels {
        shot.labels.iter().map(|label| cells(label)).collect()
    };
    let rgb = up2(pictures([&shot.rgb], side, &Device::flex())).into_data();
    let rgb = rgb.try_into_vec_as::<f32>().expect("pictures are floats");
    let pixels = |label: &[f32]| label.iter().map(|&value| value.max(UNKNOWN)).collect();
    Example([
        Labelled { rgb: shot.rgb.clone(), cells: of(&|label| cells(label, side)), side },
        Labelled { rgb, cells: of(&pixels), side: 2 * side },
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_moves_what_its_stage_says_and_can_be_exported() {
        let root = std::env::temp_dir().join(format!("anolis-tune-{}", std::process::id()));
        let weights = Path::new("../weights");
        let (_, before) = weights::load(weights).unwrap();
        for (stage, moved) in
            [(Stage::Biases, "trunk.stem.bias"), (Stage::Start, "trunk.stem.weight")]
        {
            let out = root.join(format!("{stage:?}"));
            run(&Options {
                stage,
                weights: weights.to_owned(),
                data: Vec::new(),
                out: out.clone(),
                // One episode: time is asked for after it.
                hours: 1e-9,
                side: 64,
                validate: 1e9,
                validation_side: 64,
                validation_episodes: 1,
            })
            .unwrap();
            let after = Checkpoint::load(&out).unwrap().unwrap().mean;
            let level = stage.recipe().level;
            assert_ne!(after.0[moved], before.0[moved], "{stage:?} learns {moved}");
            for (name, tensor) in &after.0 {
                assert!(level.tunes(name) || *tensor == before.0[name], "{stage:?} leaves {name}");
            }
        }
    }
}
