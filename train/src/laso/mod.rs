//! Operations on label sets: pictures with known answers, training, and the tests of docs/laso.md.

mod forms;
mod judge;
mod linear;
mod proof;
mod quadruples;
mod report;
mod training;

use std::collections::BTreeMap;
use std::path::PathBuf;

use burn::tensor::{Device, Tensor, TensorData};

use crate::Result;
use crate::scenes::LABELS;
use forms::{Analytic, CodePath, Copy, Extremes, Form, Frame, Perceptron, TokenPath};
use judge::Judge;
use proof::{Bench, Episode, Measures, seeded};
use quadruples::{A, B, FOLDS, Features, PARTS, Set, fold_of};
use training::{Plan, Quadruples, train};

#[derive(clap::Args)]
pub struct Options {
    /// Folder of the weights, whose head is used.
    #[arg(long, default_value = "weights")]
    weights: PathBuf,
    /// Where the features of the drawn pictures are kept.
    #[arg(long, default_value = "target/laso")]
    cache: PathBuf,
    /// Trainings of every fold.
    #[arg(long, default_value_t = 3)]
    seeds: u64,
    /// Passes over the quadruples that a form is trained for; the token path takes a quarter of them.
    #[arg(long, default_value_t = 40)]
    epochs: usize,
    /// Where laso.json and laso.md are written.
    #[arg(long, default_value = "docs")]
    out: PathBuf,
}

/// Numbers of codes, of values that tokens are compared by, and of the perceptron's hidden units.
const CODES: usize = 16;
const COMPARED: usize = 32;
const HIDDEN: usize = 128;

/// Objects of a picture up to which the count test trains; it tests on more.
const FEW: usize = 3;

/// Episodes of the augmentation test for each number of shots, and what made features weigh beside real ones.
const EPISODES: usize = 10;
const SHOTS: [usize; 3] = [1, 2, 5];
const MADE: f32 = 0.3;

/// What was measured, by form.
type Found = BTreeMap<String, Measures>;

pub fn run(options: &Options) -> Result<()> {
    let features = Features::load(options)?;
    let (mut found, mut episodes) = (Found::new(), Vec::new());
    let plain = Device::flex();
    let ground = Ground::new(&features, &plain);
    for fold in 0..FOLDS {
        let of = |tested: bool| -> Vec<usize> {
            (0..LABELS).filter(|&label| (fold_of(label) == fold) == tested).collect()
        };
        let tests = |fold: usize| -> Quadruples {
            Quadruples::new(&features.tests[fold], &features.head, |_| true, &plain)
        };
        // The next fold's labels are among those that this one trains on.
        let next = (fold + 1) % FOLDS;
        let next_labels: Vec<_> = (0..LABELS).filter(|&label| fold_of(label) == next).collect();
        let (unseen, seen, unseen_labels) = (tests(fold), tests(next), of(true));
        let bench = Bench {
            judge: &ground.judge,
            frame: &ground.frame,
            unseen: &unseen,
            unseen_labels: &unseen_labels,
            seen: &seen,
            seen_labels: &next_labels,
        };
        note(&mut found, "copy_a", bench.measure(&Copy));
        note(&mut found, "extremes", bench.measure(&Extremes));
        note(&mut found, "analytic", bench.measure(&Analytic));
        note(&mut found, "oracle", bench.oracle());
        for seed in 0..options.seeds {
            let device = seeded(seed).autodiff();
            let learning = Learning {
                ground: ground.autodiff(),
                labels: of(false),
                set: &features.training[fold],
                features: &features,
                device,
                epochs: options.epochs,
                seed,
            };
            let channels = features.head.channels();
            let code = learning.learn(CodePath::new(channels, CODES, &learning.device), 1e-3, 1)?;
            note(&mut found, "code", bench.measure(&code));
            let mlp =
                learning.learn(Perceptron::new(channels, HIDDEN, &learning.device), 1e-3, 1)?;
            note(&mut found, "mlp", bench.measure(&mlp));
            let token =
                learning.learn(TokenPath::new(channels, COMPARED, &learning.device), 2e-3, 4)?;
            note(&mut found, "token", bench.measure(&token));
            eprintln!("fold {fold}, seed {seed}: trained and measured");
            if seed == 0 {
                augment(
                    &mut found,
                    &mut episodes,
                    &bench,
                    fold,
                    [("analytic", &Analytic), ("token", &token)],
                );
                note(&mut found, "token", learning.more_objects(&features.tests[fold], &bench)?);
            }
        }
        report::write(&found, &episodes, &options.out)?;
    }
    Ok(())
}

/// Adds what was measured of a form to what is known of it.
fn note(found: &mut Found, form: &str, measures: Measures) {
    let known = found.entry(form.to_owned()).or_default();
    for (name, values) in measures {
        known.entry(name).or_default().extend(values);
    }
}

/// What forms are measured against and judged by, on a device.
struct Ground {
    judge: Judge,
    frame: Frame,
}

impl Ground {
    fn new(features: &Features, device: &Device) -> Self {
        let Set { most, labels, .. } = &features.judge;
        let channels = features.head.channels();
        let tensor = |rows: Vec<&Vec<f32>>| {
            let values: Vec<f32> = rows.iter().flat_map(|row| row.iter().copied()).collect();
            Tensor::<2>::from_data(TensorData::new(values, [rows.len(), channels]), device)
        };
        let empty = most.iter().zip(labels).filter(|(_, labels)| !labels.contains(&true));
        let all = tensor(most.iter().collect());
        let apart = all.clone() - all.mean_dim(0);
        let scale = apart.powi_scalar(2).mean_dim(0).sqrt() + 0.05;
        let origin = tensor(empty.map(|(row, _)| row).collect()).mean_dim(0);
        Self { judge: Judge::fit(&features.judge, device), frame: Frame { origin, scale } }
    }

    /// The same for what learns.
    fn autodiff(&self) -> Self {
        let Frame { origin, scale } = &self.frame;
        let (origin, scale) = (origin.clone().autodiff(), scale.clone().autodiff());
        Self { judge: self.judge.autodiff(), frame: Frame { origin, scale } }
    }
}

/// One training of a fold.
struct Learning<'a> {
    ground: Ground,
    labels: Vec<usize>,
    set: &'a Set,
    features: &'a Features,
    device: Device,
    epochs: usize,
    seed: u64,
}

impl Learning<'_> {
    fn learn<M: burn::module::Module + Form>(&self, form: M, rate: f64, share: usize) -> Result<M> {
        self.learn_on(form, rate, share, |_| true)
    }

    fn learn_on<M: burn::module::Module + Form>(
        &self,
        form: M,
        rate: f64,
        share: usize,
        keep: impl Fn(usize) -> bool,
    ) -> Result<M> {
        let quadruples = Quadruples::new(self.set, &self.features.head, keep, &self.device);
        let plan = Plan { epochs: self.epochs / share, rate, seed: self.seed };
        let Ground { judge, frame } = &self.ground;
        Ok(train(form, &quadruples, frame, judge, &self.labels, &plan)?.valid())
    }

    /// The token path of few objects, on more of them than it saw; beside it the analytic form there.
    fn more_objects(&self, tests: &Set, bench: &Bench) -> Result<Measures> {
        let objects = |set: &Set, i: usize| {
            let count =
                |part: usize| set.labels[PARTS * i + part].iter().filter(|yes| **yes).count();
            count(A).max(count(B))
        };
        let channels = self.features.head.channels();
        let fresh = TokenPath::new(channels, COMPARED, &self.device);
        let form = self.learn_on(fresh, 2e-3, 4, |i| objects(self.set, i) <= FEW)?;
        let many = |i: usize| objects(tests, i) > FEW;
        let many = Quadruples::new(tests, &self.features.head, many, &Device::flex());
        let mut measures = Measures::new();
        for (name, form) in [("", &form as &dyn Form), ("analytic ", &Analytic)] {
            for (operation, precision) in bench.precisions(form, &many) {
                measures.insert(format!("{name}more objects {operation}"), vec![precision]);
            }
        }
        Ok(measures)
    }
}

/// Adds what made features bring to a linear classifier in fixed episodes.
fn augment(
    found: &mut Found,
    episodes: &mut Vec<Episode>,
    bench: &Bench,
    fold: usize,
    forms: [(&str, &dyn Form); 2],
) {
    for shots in SHOTS {
        for number in (fold..EPISODES).step_by(FOLDS) {
            let seed = (1000 * shots + number) as u64;
            let episode = Episode::draw(bench.unseen, bench.unseen_labels, fold, shots, seed);
            for (name, form) in forms {
                let gains = episode.gains(form, bench, MADE);
                let gain = gains.iter().map(|(plain, made)| made - plain);
                let (worst, sum) =
                    gain.fold((0.0f64, 0.0), |(worst, sum), gain| (gain.min(worst), sum + gain));
                let measures = [
                    (format!("augmentation {shots}"), vec![sum / gains.len() as f64]),
                    (format!("augmentation {shots} worst label"), vec![worst]),
                ];
                note(found, name, measures.into());
            }
            episodes.push(episode);
        }
    }
}
