//! Learns operations from quadruples.

use anolis::laso::{Head, Operation};
use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::activation::softplus;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::forms::{Form, Frame, Seen};
use super::judge::Judge;
use super::quadruples::{A, B, PARTS, Set, result};
use crate::Result;

/// Quadruples of a step.
const BATCH: usize = 32;

/// Weight of the judge's cross-entropy beside the regression, and of the reconstruction of a picture from its parts.
const JUDGED: f32 = 0.3;
const REBUILT: f32 = 0.1;

/// Slope and shift that turn the judge's scores into logits.
const LOGIT: (f32, f32) = (10.0, -2.0);

/// Quadruples on a device.
pub struct Quadruples {
    /// `[quadruple, channel]` by part.
    pub parts: [Tensor<2>; PARTS],
    /// `[quadruple, cell, channel]` of the pair.
    tokens: [Tensor<3>; 2],
    /// `[quadruple, label]` by part.
    pub labels: [Tensor<2>; PARTS],
}

impl Quadruples {
    /// Those of a set, whose numbers `keep` holds for.
    pub fn new(set: &Set, head: &Head, keep: impl Fn(usize) -> bool, device: &Device) -> Self {
        let kept: Vec<usize> = (0..set.most.len() / PARTS).filter(|&i| keep(i)).collect();
        let rows = |row: &dyn Fn(usize) -> Vec<f32>| -> Tensor<2> {
            let rows: Vec<f32> = kept.iter().flat_map(|&i| row(i)).collect();
            let wide = rows.len() / kept.len().max(1);
            Tensor::from_data(TensorData::new(rows, [kept.len(), wide]), device)
        };
        let channels = head.channels();
        let tokens = |part: usize| {
            let tokens = rows(&|i| head.tokens(&set.tokens[2 * i + part]));
            tokens.reshape([kept.len() as i32, -1, channels as i32])
        };
        let label = |row: &Vec<bool>| row.iter().map(|&yes| f32::from(u8::from(yes))).collect();
        Self {
            parts: std::array::from_fn(|part| rows(&|i| set.most[PARTS * i + part].clone())),
            tokens: [A, B].map(tokens),
            labels: std::array::from_fn(|part| rows(&|i| label(&set.labels[PARTS * i + part]))),
        }
    }

    pub fn len(&self) -> usize {
        self.parts[A].dims()[0]
    }

    pub fn seen(&self, part: usize) -> Seen {
        Seen { whole: self.parts[part].clone(), tokens: self.tokens[part].clone() }
    }

    /// The second pictures, each beside the next pair's first one.
    pub fn shifted(&self) -> Seen {
        let count = self.len();
        self.picked(B, &(0..count).map(|i| (i + 1) % count).collect::<Vec<_>>())
    }

    /// Some pictures of a part of the pairs, A or B.
    pub fn picked(&self, part: usize, quadruples: &[usize]) -> Seen {
        let at = indices(quadruples, &self.parts[A].device());
        Seen {
            whole: self.parts[part].clone().select(0, at.clone()),
            tokens: self.tokens[part].clone().select(0, at),
        }
    }

    fn select(&self, quadruples: &[usize]) -> Self {
        let at = indices(quadruples, &self.parts[A].device());
        let pick = |rows: &Tensor<2>| rows.clone().select(0, at.clone());
        Self {
            parts: self.parts.each_ref().map(pick),
            tokens: self.tokens.each_ref().map(|tokens| tokens.clone().select(0, at.clone())),
            labels: self.labels.each_ref().map(pick),
        }
    }
}

/// Places as a tensor.
pub fn indices(places: &[usize], device: &Device) -> Tensor<1, Int> {
    let places: Vec<i32> = places.iter().map(|&i| i as i32).collect();
    Tensor::from_ints(&places[..], device)
}

/// How long and fast a form is trained.
pub struct Plan {
    pub epochs: usize,
    pub rate: f64,
    pub seed: u64,
}

/// Trains a form to make the features of the pictures that the operations' results would be: regression, the judge's
/// cross-entropy on the labels in `seen`, symmetry, and a picture from its two parts.
pub fn train<M: Module + Form>(
    mut form: M,
    quadruples: &Quadruples,
    frame: &Frame,
    judge: &Judge,
    seen: &[usize],
    plan: &Plan,
) -> Result<M> {
    let mut optimizer: ModuleOptimizer = AdamConfig::new().init();
    let rng = &mut ChaCha8Rng::seed_from_u64(plan.seed);
    let mut order: Vec<usize> = (0..quadruples.len()).collect();
    let steps = plan.epochs * (order.len() / BATCH);
    let mut step = 0;
    for _ in 0..plan.epochs {
        order.shuffle(rng);
        for batch in order.chunks_exact(BATCH) {
            let loss = loss(&form, &quadruples.select(batch), frame, judge, seen);
            let gradients = GradientsParams::from_grads(loss.backward(), &form);
            // Full speed for the first half, then down to nothing.
            let rate = plan.rate * (2.0 - 2.0 * step as f64 / steps as f64).min(1.0);
            form = optimizer.step(rate, form, gradients);
            step += 1;
        }
    }
    Ok(form)
}

fn loss<M: Form>(
    form: &M,
    batch: &Quadruples,
    frame: &Frame,
    judge: &Judge,
    seen: &[usize],
) -> Tensor<1> {
    let (a, b) = (batch.seen(A), batch.seen(B));
    let apart = |x: Tensor<2>, y: Tensor<2>| ((x - y) / frame.scale.clone()).powi_scalar(2).mean();
    let made = Operation::ALL.map(|operation| form.apply(operation, &a, &b, frame));
    let mut loss = Tensor::zeros([1], &a.whole.device());
    for (operation, made) in Operation::ALL.into_iter().zip(&made) {
        let part = result(operation);
        loss = loss + apart(made.clone(), batch.parts[part].clone());
        let logits = judge.scores(made.clone(), seen) * LOGIT.0 + LOGIT.1;
        let labels = judge.of(batch.labels[part].clone(), seen);
        loss = loss + (softplus(logits.clone(), 1.0) - labels * logits).mean() * JUDGED;
        if operation != Operation::Minus {
            loss = loss + apart(form.apply(operation, &b, &a, frame), made.clone()) * REBUILT;
        }
    }
    let [both, _, rest] = made.map(Seen::result);
    loss + apart(form.apply(Operation::Or, &rest, &both, frame), a.whole) * REBUILT
}
