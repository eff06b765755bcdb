//! The decoder.

use anolis_kernels::{Matrix, Padded, Right, Start, add_convolution, double, pool, product, relu};
use burn::tensor::Tensor;

use super::{Values, Weights, tensor};
use crate::model::decoder;
use crate::model::trunk::Features;

/// Logits `[channel, 1, height, width]` at stride 2 from what was matched, the query's features and the read-out's logits; the
/// channels have one query.
pub fn logits(
    decoder: &decoder::Decoder,
    matched: &[Tensor<3>; 4],
    query: &Features,
    readout: &Tensor<4>,
) -> Option<Tensor<4>> {
    let shape @ [channels, _, height, width] = readout.dims();
    if query.s2.dims()[0] != 1 {
        return None;
    }
    let weights = Decoder::of(decoder)?;
    let size = [height, width];
    let features = [&query.s8, &query.s4, &query.s2].map(|map| Values::of(map.clone()));
    let details = features.into_iter().enumerate().map(|(n, features)| {
        let size = size.map(|side| side >> (2 - n));
        Some(weights.detail(n, &features?, size))
    });
    let details: Vec<_> = details.collect::<Option<_>>()?;
    let matched = matched.each_ref().map(|level| Values::of(level.clone()));
    let matched: Vec<_> = matched.into_iter().collect::<Option<_>>()?;
    let mut logits = Values::of(readout.clone())?.to_vec();
    for (channel, logits) in logits.chunks_exact_mut(height * width).enumerate() {
        let matched = matched.iter().map(|level| {
            let count = level.len() / channels;
            &level[channel * count..][..count]
        });
        weights.refine(logits, matched, &details, size);
    }
    Some(tensor(logits, shape, &readout.device()))
}

struct Decoder {
    merge: Weights,
    readout: Vec<Weights>,
    rcu: Vec<[Weights; 2]>,
    shrink: Vec<Weights>,
    detail: Vec<Weights>,
    head: Weights,
    last: Weights,
}

impl Decoder {
    fn of(decoder: &decoder::Decoder) -> Option<Self> {
        let all = |layers: &[_]| layers.iter().map(Weights::of).collect::<Option<Vec<_>>>();
        let rcu = decoder
            .rcu
            .iter()
            .map(|unit| Some([Weights::of(&unit.first)?, Weights::of(&unit.second)?]));
        Some(Self {
            merge: Weights::of(&decoder.merge)?,
            readout: all(&decoder.readout)?,
            rcu: rcu.collect::<Option<_>>()?,
            shrink: all(&decoder.shrink)?,
            detail: all(&decoder.detail)?,
            head: Weights::of(&decoder.head)?,
            last: Weights::of(&decoder.last)?,
        })
    }

    /// What all channels are told of the query; of pictures side by side the first one counts.
    fn detail(&self, n: usize, features: &[f32], [height, width]: [usize; 2]) -> Vec<f32> {
        let detail = &self.detail[n];
        let channels = detail.weight.len() / detail.bias.len();
        mixed(detail, &features[..channels * height * width])
    }

    /// Adds to a channel's logits.
    fn refine<'a>(
        &self,
        logits: &mut [f32],
        matched: impl Iterator<Item = &'a [f32]>,
        details: &[Vec<f32>],
        size: [usize; 2],
    ) {
        let mut x = self.merged(matched);
        self.unit(0, &mut x, logits, size);
        for (n, detail) in details.iter().enumerate() {
            x = double(&mixed(&self.shrink[n], &x), size.map(|side| side >> (3 - n)));
            x.iter_mut().zip(detail).for_each(|(x, detail)| *x += detail);
            self.unit(n + 1, &mut x, logits, size);
        }
        let mut head = vec![0.0; self.head.bias.len() * logits.len()];
        add_convolution(&mut head, self.head.as_slices(), &Padded::positive(&x, size), 1);
        relu(&mut head);
        let change = mixed(&self.last, &head);
        logits.iter_mut().zip(change).for_each(|(logit, change)| *logit += change);
    }

    /// What was matched `[tokens, label_dim]` at each level as one map.
    fn merged<'a>(&self, matched: impl Iterator<Item = &'a [f32]>) -> Vec<f32> {
        let Weights { weight, bias } = &self.merge;
        let (out, inner) = (bias.len(), weight.len() / bias.len());
        let dim = inner / 4;
        let mut map = Vec::new();
        for (level, matched) in matched.enumerate() {
            let tokens = matched.len() / dim;
            map.resize(out * tokens, 0.0);
            let weight = Matrix::strided(&weight[level * dim..], out, dim, inner);
            let matched = Right::new(Matrix::new(matched, tokens, dim).transposed());
            let start = if level == 0 { Start::Rows(bias) } else { Start::Sum };
            product(&mut map, tokens, weight, &matched, start);
        }
        map
    }

    /// Adds the read-out at the scale `n`, and runs that scale's residual unit.
    fn unit(&self, n: usize, x: &mut [f32], readout: &[f32], [height, width]: [usize; 2]) {
        let cell = 1 << (3 - n);
        let size = [height / cell, width / cell];
        let hint = Padded::new(&pool(readout, width, cell), size);
        add_convolution(x, self.readout[n].as_slices(), &hint, 1);
        let [first, second] = &self.rcu[n];
        let mut hidden = vec![0.0; x.len()];
        add_convolution(&mut hidden, first.as_slices(), &Padded::positive(x, size), 1);
        add_convolution(x, second.as_slices(), &Padded::positive(&hidden, size), 1);
    }
}

/// A 1 x 1 convolution of a map.
fn mixed(Weights { weight, bias }: &Weights, map: &[f32]) -> Vec<f32> {
    let inner = weight.len() / bias.len();
    let area = map.len() / inner;
    let mut to = vec![0.0; bias.len() * area];
    let weight = Matrix::new(weight, bias.len(), inner);
    product(&mut to, area, weight, &Right::new(Matrix::new(map, inner, area)), Start::Rows(bias));
    to
}
