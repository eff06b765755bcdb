//! Token matching.

use anolis_kernels::{Example, gelu, matching};
use burn::tensor::Tensor;

use super::layers::{Layer, Norm};
use super::{Values, tensor};
use crate::model::matching::{Matched, MatchingLevel};

/// What the support says about a query's tokens `[1, tokens, dim]`: per level `[channel, tokens, label_dim]`.
pub fn matched(
    levels: &[MatchingLevel],
    query: &Tensor<3>,
    support: &[Matched],
) -> Option<[Tensor<3>; 4]> {
    let of = Values::of(query.clone())?;
    let found = levels.iter().enumerate().map(|(l, level)| {
        let examples: Option<Vec<_>> = support.iter().map(|e| Known::of(e, l)).collect();
        let examples = examples?;
        let examples: Vec<_> = examples.iter().map(Known::as_slices).collect();
        let found = Level::of(level)?.forward(&of, &examples);
        let [_, tokens, _] = query.dims();
        let [channels, _, dim] = support[0].values[l].dims();
        Some(tensor(found, [channels, tokens, dim], &query.device()))
    });
    found.collect::<Option<Vec<_>>>()?.try_into().ok()
}

/// An example's keys and values at one level.
struct Known {
    keys: Values,
    values: Values,
}

impl Known {
    fn of(example: &Matched, level: usize) -> Option<Self> {
        let keys = Values::of(example.keys[level].clone())?;
        Some(Self { keys, values: Values::of(example.values[level].clone())? })
    }

    fn as_slices(&self) -> Example<'_> {
        Example { keys: &self.keys, values: &self.values }
    }
}

struct Level {
    norm: Norm,
    query: Layer,
    out_norm: Norm,
    output: Layer,
    heads: usize,
}

impl Level {
    fn of(level: &MatchingLevel) -> Option<Self> {
        Some(Self {
            norm: Norm::of(&level.norm)?,
            query: Layer::of(&level.query)?,
            out_norm: Norm::of(&level.out_norm)?,
            output: Layer::of(&level.output)?,
            heads: level.heads,
        })
    }

    fn forward(&self, tokens: &[f32], examples: &[Example]) -> Vec<f32> {
        let queries = self.query.forward(&self.norm.forward(tokens));
        let dim = self.query.out();
        let scale = (dim as f32).sqrt().recip();
        let matched = matching(&queries, dim, examples, self.heads, scale);
        let mut matched = self.out_norm.forward(&matched);
        let mut more = self.output.forward(&matched);
        gelu(&mut more);
        matched.iter_mut().zip(more).for_each(|(value, more)| *value += more);
        matched
    }
}
