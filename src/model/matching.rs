//! Token matching: what the support's labels say about the query's tokens.

use burn::module::Module;
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::activation::gelu;
use burn::tensor::{Device, Int, Tensor};

use super::attention::attend;
use super::config::NetworkConfig;
#[cfg(feature = "cpu")]
use super::cpu;
#[cfg(feature = "gpu")]
use super::gpu;
use super::label_encoder::LabelTaps;

/// What matching needs of one example, computed once per label.
///
/// # Shapes
/// Per level: `keys` `[tokens, label_dim]`, `values` `[channel, tokens, label_dim]`
#[derive(Clone, Debug)]
pub struct Matched {
    pub keys: [Tensor<2>; 4],
    pub values: [Tensor<3>; 4],
}

impl Matched {
    /// Several examples as one, in their order.
    pub fn all(examples: &[Self]) -> Self {
        Self {
            keys: std::array::from_fn(|l| {
                Tensor::cat(examples.iter().map(|example| example.keys[l].clone()).collect(), 0)
            }),
            values: std::array::from_fn(|l| {
                Tensor::cat(examples.iter().map(|example| example.values[l].clone()).collect(), 1)
            }),
        }
    }
}

impl Matched {
    /// Every `size` tokens in `order` become their mean: attention that is as good as equal within a group stays what it was.
    ///
    /// # Panics
    /// Unless `order` has every token once and `size` divides their number.
    pub fn merged(&self, order: &[u32], size: usize) -> Self {
        let order: Vec<i32> = order.iter().map(|&token| token as i32).collect();
        let order = Tensor::<1, Int>::from_data(&order[..], &self.keys[0].device());
        let mean = |tokens: &Tensor<3>| {
            let [channels, count, dim] = tokens.dims();
            let tokens = tokens.clone().select(1, order.clone());
            tokens.reshape([channels, count / size, size, dim]).mean_dim(2).squeeze_dim(2)
        };
        Self {
            keys: self.keys.each_ref().map(|keys| mean(&keys.clone().unsqueeze()).squeeze_dim(0)),
            values: self.values.each_ref().map(mean),
        }
    }
}

/// Cross-attention at four levels of the labels (Chameleon, section 3.3; VTM, section 3.2). Pictures have one level of tokens, so
/// there is nothing to re-weight.
#[derive(Module, Debug)]
pub struct Matching {
    levels: Vec<MatchingLevel>,
}

impl Matching {
    /// A matching module with random projections.
    pub fn new(config: &NetworkConfig, device: &Device) -> Self {
        Self { levels: (0..4).map(|_| MatchingLevel::new(config, device)).collect() }
    }

    /// Keys of examples from their tokens `[example, tokens, dim]`: per level `[example, tokens, label_dim]`.
    pub fn keys(&self, tokens: &Tensor<3>) -> [Tensor<3>; 4] {
        std::array::from_fn(|l| self.levels[l].project(&self.levels[l].key, tokens))
    }

    /// Values from label taps `[channel, tokens, label_dim]`; shapes stay.
    pub fn values(&self, labels: &LabelTaps) -> [Tensor<3>; 4] {
        std::array::from_fn(|l| self.levels[l].value(&labels[l]))
    }

    /// Matches a query's tokens `[1, tokens, dim]` with the support: per level `[channel, tokens, label_dim]`.
    pub fn forward(&self, query: &Tensor<3>, support: &[Matched]) -> [Tensor<3>; 4] {
        #[cfg(feature = "cpu")]
        if let Some(matched) = cpu::matched(&self.levels, query, support) {
            return matched;
        }
        let Matched { keys, values } = match support {
            [one] => one.clone(),
            several => Matched::all(several),
        };
        let mut levels = self.levels.iter().zip(keys.into_iter().zip(values));
        std::array::from_fn(|_| {
            let (level, (keys, values)) = levels.next().expect("four levels");
            level.forward(query, keys, values)
        })
    }
}

/// One level's cross-attention: queries and keys from image tokens, values from label tokens.
#[derive(Module, Debug)]
pub(super) struct MatchingLevel {
    pub(super) norm: LayerNorm,
    pub(super) query: Linear,
    key: Linear,
    value: Linear,
    pub(super) output: Linear,
    pub(super) out_norm: LayerNorm,
    pub(super) heads: usize,
}

impl MatchingLevel {
    fn new(config: &NetworkConfig, device: &Device) -> Self {
        let NetworkConfig { dim, label_dim, match_heads, .. } = *config;
        let linear = |from, to| LinearConfig::new(from, to).with_bias(false).init(device);
        Self {
            norm: LayerNormConfig::new(dim).init(device),
            query: linear(dim, label_dim),
            key: linear(dim, label_dim),
            value: linear(label_dim, label_dim),
            output: linear(label_dim, label_dim),
            out_norm: LayerNormConfig::new(label_dim).init(device),
            heads: match_heads,
        }
    }

    fn value(&self, labels: &Tensor<3>) -> Tensor<3> {
        #[cfg(feature = "gpu")]
        if let Some(values) = gpu::linear(&self.value, labels) {
            return values;
        }
        self.value.forward(labels.clone())
    }

    fn project(&self, projection: &Linear, tokens: &Tensor<3>) -> Tensor<3> {
        #[cfg(feature = "gpu")]
        if let Some(projected) = gpu::projected(&self.norm, projection, tokens) {
            return projected;
        }
        projection.forward(self.norm.forward(tokens.clone()))
    }

    fn forward(&self, query: &Tensor<3>, keys: Tensor<2>, values: Tensor<3>) -> Tensor<3> {
        let query = self.project(&self.query, query);
        #[cfg(feature = "gpu")]
        if let Some(matched) =
            gpu::matched(&query, &keys, &values, self.heads, &self.out_norm, &self.output)
        {
            return matched;
        }
        let [_, tokens, dim] = query.dims();
        let [channels, support, _] = values.dims();
        let (heads, width) = (self.heads, dim / self.heads);
        // All channels share one attention map: their values lie side by side within each head.
        let values = values
            .reshape([channels, support, heads, width])
            .permute([1, 2, 0, 3])
            .reshape([1, support, heads * channels * width]);
        // The reference scales by the full width, not by the head's.
        let scale = (dim as f64).sqrt().recip();
        let matched = attend(query, keys.unsqueeze(), values, heads, scale)
            .reshape([tokens, heads, channels, width])
            .permute([2, 0, 1, 3])
            .reshape([channels, tokens, dim]);
        let matched = self.out_norm.forward(matched);
        matched.clone() + gelu(self.output.forward(matched))
    }
}
