//! Ways to compute what an operation makes of two pictures, learnt and not.

use anolis::laso::Operation;
use burn::module::{Module, Param};
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::activation::{leaky_relu, relu, sigmoid, softplus};
use burn::tensor::{Device, Distribution, Tensor};

/// Pictures as operations see them.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The largest value of each feature: `[picture, channel]`.
    pub whole: Tensor<2>,
    /// `[picture, cell, channel]`
    pub tokens: Tensor<3>,
}

impl Seen {
    /// A result, whose parts are not known: one token that is the whole.
    pub fn result(whole: Tensor<2>) -> Self {
        Self { tokens: whole.clone().unsqueeze_dim(1), whole }
    }
}

/// What features are measured against.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The mean features of pictures without any label: `[1, channel]`.
    pub origin: Tensor<2>,
    /// How much each feature varies between pictures: `[1, channel]`.
    pub scale: Tensor<2>,
}

impl Frame {
    pub fn normalised(&self, features: Tensor<2>) -> Tensor<2> {
        (features - self.origin.clone()) / self.scale.clone()
    }
}

/// A way to compute operations.
pub trait Form {
    /// The features `[picture, channel]` of pictures that have what the operation makes of the tags of `a` and `b`.
    fn apply(&self, operation: Operation, a: &Seen, b: &Seen, frame: &Frame) -> Tensor<2>;
}

/// The first picture, whatever is asked.
pub struct Copy;

impl Form for Copy {
    fn apply(&self, _: Operation, a: &Seen, _: &Seen, _: &Frame) -> Tensor<2> {
        a.whole.clone()
    }
}

/// The plain operations of sets, on each feature.
pub struct Extremes;

impl Form for Extremes {
    fn apply(&self, operation: Operation, a: &Seen, b: &Seen, _: &Frame) -> Tensor<2> {
        let (a, b) = (a.whole.clone(), b.whole.clone());
        match operation {
            Operation::And => a.min_pair(b),
            Operation::Or => a.max_pair(b),
            Operation::Minus => relu(a - b),
        }
    }
}

/// The library's analytic form.
pub struct Analytic;

impl Form for Analytic {
    fn apply(&self, operation: Operation, a: &Seen, b: &Seen, frame: &Frame) -> Tensor<2> {
        let (a, b, origin) = (a.whole.clone(), b.whole.clone(), frame.origin.clone());
        match operation {
            // The root of 0 has no slope.
            Operation::And => (a * b + 1e-6).sqrt(),
            Operation::Or => relu(a + b - origin),
            Operation::Minus => relu(a - b + origin),
        }
    }
}

/// Codes of both pictures, at least 0, gate each other; the result is added to the analytic form's.
#[derive(Module, Debug)]
pub struct CodePath {
    encode: Linear,
    decode: Vec<Linear>,
    /// `[operation, code]`
    alpha: Param<Tensor<2>>,
}

impl CodePath {
    pub fn new(channels: usize, codes: usize, device: &Device) -> Self {
        let linear = |from, to| LinearConfig::new(from, to);
        let decode = |_| {
            let layer = linear(codes, channels).with_bias(false).init(device);
            // It starts as the analytic form.
            Linear { weight: Param::from_tensor(Tensor::zeros([codes, channels], device)), ..layer }
        };
        Self {
            encode: linear(channels, codes).init(device),
            decode: Operation::ALL.map(decode).into(),
            alpha: Param::from_tensor(Tensor::zeros([Operation::ALL.len(), codes], device)),
        }
    }
}

impl Form for CodePath {
    fn apply(&self, operation: Operation, a: &Seen, b: &Seen, frame: &Frame) -> Tensor<2> {
        let analytic = Analytic.apply(operation, a, b, frame);
        let code = |seen: &Seen| relu(self.encode.forward(frame.normalised(seen.whole.clone())));
        let (a, b) = (code(a), code(b));
        let alpha = softplus(self.alpha.val().narrow(0, operation as usize, 1), 1.0);
        let gate = |code: &Tensor<2>| code.clone() / (code.clone() + alpha.clone());
        let (by_a, by_b) = (gate(&a), gate(&b));
        let without = |code: Tensor<2>, gate: Tensor<2>| code.clone() - code * gate;
        let code = match operation {
            Operation::And => (a * by_b + b * by_a) / 2.0,
            Operation::Minus => without(a, by_b),
            Operation::Or => (a.clone() + without(b.clone(), by_a) + b + without(a, by_b)) / 2.0,
        };
        analytic + self.decode[operation as usize].forward(code) * frame.scale.clone()
    }
}

/// Tokens of one picture are kept by whether the other one has their like; the result is mixed with the analytic form's.
#[derive(Module, Debug)]
pub struct TokenPath {
    /// What tokens are compared by.
    project: Linear,
    /// `[channel]`, taken off a token before.
    centre: Param<Tensor<1>>,
    /// Slope and threshold of the gate for what both have, and for what only one has: `[2]` each.
    slope: Param<Tensor<1>>,
    threshold: Param<Tensor<1>>,
    /// How much of the origin stands where a token is not kept.
    ground: Param<Tensor<1>>,
    /// Of each operation, how much of the analytic form is left out.
    mix: Param<Tensor<1>>,
}

impl TokenPath {
    pub fn new(channels: usize, wide: usize, device: &Device) -> Self {
        let project = Tensor::random([channels, wide], Distribution::Normal(0.0, 0.03), device);
        let layer = LinearConfig::new(channels, wide).with_bias(false).init(device);
        let constant = |values: &[f32]| Param::from_tensor(Tensor::from_floats(values, device));
        Self {
            project: Linear { weight: Param::from_tensor(project), ..layer },
            centre: Param::from_tensor(Tensor::zeros([channels], device)),
            slope: constant(&[8.0; 2]),
            threshold: constant(&[0.5; 2]),
            ground: constant(&[0.0]),
            mix: constant(&[0.0; 3]),
        }
    }

    /// How alike each token of the first pictures is to the likest of the second ones, and the other way: `[picture, cell]`.
    fn likeness(&self, a: &Seen, b: &Seen, frame: &Frame) -> [Tensor<2>; 2] {
        let directions = |tokens: &Tensor<3>| {
            let tokens = tokens.clone() - self.centre.val().reshape([1, 1, -1]);
            let seen = self.project.forward(tokens / frame.scale.clone().unsqueeze_dim(1));
            seen.clone() / (seen.powi_scalar(2).sum_dim(2) + 1e-6).sqrt()
        };
        let cosines = directions(&a.tokens).matmul(directions(&b.tokens).swap_dims(1, 2));
        [cosines.clone().max_dim(2).squeeze_dim(2), cosines.max_dim(1).squeeze_dim(1)]
    }

    /// The largest value of each feature over tokens of which `kept` `[picture, cell]` is kept.
    fn pooled(&self, seen: &Seen, kept: Tensor<2>, frame: &Frame) -> Tensor<2> {
        let kept: Tensor<3> = kept.unsqueeze_dim(2);
        let ground = frame.origin.clone() * sigmoid(self.ground.val()).reshape([1, 1]);
        let ground: Tensor<3> = ground.unsqueeze_dim(1);
        let mixed = (seen.tokens.clone() - ground.clone()) * kept + ground;
        mixed.max_dim(1).squeeze_dim(1)
    }
}

impl Form for TokenPath {
    fn apply(&self, operation: Operation, a: &Seen, b: &Seen, frame: &Frame) -> Tensor<2> {
        let analytic = Analytic.apply(operation, a, b, frame);
        let gate = usize::from(operation != Operation::And);
        let at = |values: &Param<Tensor<1>>, i: usize| values.val().narrow(0, i, 1).reshape([1, 1]);
        let has = |likeness: Tensor<2>| {
            sigmoid((likeness - at(&self.threshold, gate)) * at(&self.slope, gate))
        };
        let [in_b, in_a] = self.likeness(a, b, frame).map(has);
        let only = |seen: &Seen, shared: Tensor<2>| self.pooled(seen, -shared + 1.0, frame);
        let found = match operation {
            Operation::And => {
                let both = self.pooled(a, in_b, frame) * self.pooled(b, in_a, frame);
                (both + 1e-6).sqrt()
            }
            Operation::Minus => only(a, in_b),
            Operation::Or => a.whole.clone().max_pair(only(b, in_a)),
        };
        let mix = sigmoid(at(&self.mix, operation as usize));
        (found - analytic.clone()) * mix + analytic
    }
}

/// The reference: a perceptron on both pictures' features with nothing built in (Alfassy et al. 2019, section 3.1).
#[derive(Module, Debug)]
pub struct Perceptron {
    layers: Vec<[Linear; 3]>,
    norms: Vec<[BatchNorm; 2]>,
    dropout: Dropout,
}

impl Perceptron {
    pub fn new(channels: usize, hidden: usize, device: &Device) -> Self {
        let linear = |from, to| LinearConfig::new(from, to).init(device);
        let layers =
            |_| [linear(2 * channels, hidden), linear(hidden, hidden), linear(hidden, channels)];
        let norms = |_| [(); 2].map(|()| BatchNormConfig::new(hidden).init(device));
        Self {
            layers: Operation::ALL.map(layers).into(),
            norms: Operation::ALL.map(norms).into(),
            dropout: DropoutConfig::new(0.5).init(),
        }
    }
}

/// The range of the perceptron's tanh, in units of the features' scale.
const REACH: f32 = 3.0;

impl Form for Perceptron {
    fn apply(&self, operation: Operation, a: &Seen, b: &Seen, frame: &Frame) -> Tensor<2> {
        let (layers, norms) = (&self.layers[operation as usize], &self.norms[operation as usize]);
        let both = [a, b].map(|seen| frame.normalised(seen.whole.clone()));
        let mut x = Tensor::cat(both.into(), 1);
        for (layer, norm) in layers.iter().zip(norms) {
            x = self.dropout.forward(leaky_relu(norm.forward(layer.forward(x)), 0.2));
        }
        frame.origin.clone() + layers[2].forward(x).tanh() * REACH * frame.scale.clone()
    }
}
