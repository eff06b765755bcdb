//! The transformer body on the trunk's stride-16 grid.

use burn::module::{Module, Param};
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::activation::gelu;
use burn::tensor::{Device, Distribution, Int, Tensor, TensorData};

use super::attention::attend;
use super::config::NetworkConfig;
#[cfg(feature = "cpu")]
use super::cpu;
#[cfg(feature = "gpu")]
use super::gpu;
use super::resize::{grid_resize, up2};
use super::trunk::Features;

/// Tokens of the first picture after 0, 1/3, 2/3 and all of the blocks, each `[batch, tokens, dim]`.
pub type Taps = [Tensor<3>; 4];

/// Attention biases of every block for one grid, each `[1, heads, sequence, sequence]`; made once by [`Body::bias`].
#[derive(Clone, Debug)]
pub struct BodyBias(Vec<Tensor<4>>);

/// ViT blocks with LayerScale, a class token and relative position bias (Chameleon, section 3.2; BEiT v2).
///
/// The biases of its blocks are the task's own parameters; everything else is shared.
#[derive(Module, Debug)]
pub struct Body {
    pub(super) tokens: Linear,
    pub(super) cls: Param<Tensor<1>>,
    pub(super) blocks: Vec<BodyBlock>,
    pub(super) taps: [usize; 4],
    max_images: usize,
}

impl Body {
    /// A body with random parameters.
    pub fn new(config: &NetworkConfig, device: &Device) -> Self {
        let [_, _, _, s16, s32] = config.features;
        Self {
            tokens: LinearConfig::new(s16 + s32, config.dim).init(device),
            cls: normal([config.dim], device),
            blocks: (0..config.depth).map(|_| BodyBlock::new(config, device)).collect(),
            taps: std::array::from_fn(|level| config.tap(level)),
            max_images: config.max_images,
        }
    }

    /// Most pictures that can be encoded jointly.
    pub fn max_images(&self) -> usize {
        self.max_images
    }

    /// Attention biases for `images` pictures of a `grid` of `[height, width]` tokens.
    pub fn bias(&self, grid: [usize; 2], images: usize) -> BodyBias {
        assert!((1..=self.max_images).contains(&images), "1 to {} pictures", self.max_images);
        let index = position_index(grid, images, self.max_images);
        let index = Tensor::<1, Int>::from_data(index, &self.cls.device());
        BodyBias(self.blocks.iter().map(|block| block.bias(grid, images, index.clone())).collect())
    }

    /// Taps of the first picture; pictures that lie side by side are encoded jointly, `bias` is made for as many.
    pub fn forward(&self, features: &Features, bias: &BodyBias) -> Taps {
        #[cfg(feature = "gpu")]
        if let Some(taps) = gpu::taps(self, features, &bias.0) {
            return taps;
        }
        let tokens = self.tokenize(features);
        let [batch, count, dim] = tokens[0].dims();
        let mut taps = vec![tokens[0].clone()];
        let cls = self.cls.val().reshape([1, 1, dim]).expand([batch, 1, dim]);
        let x = Tensor::cat([vec![cls], tokens].concat(), 1);
        let after = self.after_each_block(x, bias);
        taps.extend(self.taps[1..].iter().map(|&tap| after[tap - 1].clone().narrow(1, 1, count)));
        taps.try_into().expect("four taps")
    }

    fn after_each_block(&self, mut x: Tensor<3>, bias: &BodyBias) -> Vec<Tensor<3>> {
        #[cfg(feature = "cpu")]
        if let Some(after) = cpu::blocks(&self.blocks, &x, &bias.0) {
            return after;
        }
        let blocks = self.blocks.iter().zip(&bias.0);
        let after = blocks.map(|(block, bias)| {
            x = block.forward(x.clone(), bias.clone());
            x.clone()
        });
        after.collect()
    }

    /// By picture `[batch, tokens, dim]` from the features at strides 16 and 32.
    fn tokenize(&self, Features { s16, s32, .. }: &Features) -> Vec<Tensor<3>> {
        let pictures = (s16.dims()[1] + s32.dims()[1]) / self.tokens.weight.dims()[0];
        let [s16, s32] = [s16, s32].map(|map| map.clone().chunk(pictures, 1));
        let tokens = s16.into_iter().zip(s32).map(|(s16, s32)| {
            let maps = Tensor::cat(vec![s16, up2(s32)], 1);
            self.tokens.forward(maps.flatten::<3>(2, 3).swap_dims(1, 2))
        });
        tokens.collect()
    }
}

/// `x += gamma1 attn(norm1(x)); x += gamma2 mlp(norm2(x))`, no bias on the key.
#[derive(Module, Debug)]
pub(super) struct BodyBlock {
    pub(super) norm1: LayerNorm,
    pub(super) qkv: Linear,
    pub(super) q_bias: Param<Tensor<1>>,
    pub(super) v_bias: Param<Tensor<1>>,
    pub(super) proj: Linear,
    pub(super) gamma1: Param<Tensor<1>>,
    pub(super) norm2: LayerNorm,
    pub(super) fc1: Linear,
    pub(super) fc2: Linear,
    pub(super) gamma2: Param<Tensor<1>>,
    relative_bias: Param<Tensor<4>>,
    cls_bias: Param<Tensor<2>>,
    pub(super) heads: usize,
}

impl BodyBlock {
    fn new(config: &NetworkConfig, device: &Device) -> Self {
        let NetworkConfig { dim, heads, base_grid, max_images, .. } = *config;
        let span = 2 * base_grid - 1;
        // Blocks start close to the identity, so that the trunk's features pass through.
        let layer_scale = || Param::from_tensor(Tensor::full([dim], 1e-2, device));
        Self {
            norm1: LayerNormConfig::new(dim).init(device),
            qkv: LinearConfig::new(dim, 3 * dim).with_bias(false).init(device),
            q_bias: Param::from_tensor(Tensor::zeros([dim], device)),
            v_bias: Param::from_tensor(Tensor::zeros([dim], device)),
            proj: LinearConfig::new(dim, dim).init(device),
            gamma1: layer_scale(),
            norm2: LayerNormConfig::new(dim).init(device),
            fc1: LinearConfig::new(dim, 4 * dim).init(device),
            fc2: LinearConfig::new(4 * dim, dim).init(device),
            gamma2: layer_scale(),
            relative_bias: normal([heads, 2 * max_images - 1, span, span], device),
            cls_bias: normal([heads, 3], device),
            heads,
        }
    }

    /// `[1, heads, sequence, sequence]`, gathered by the indices of [`position_index`].
    fn bias(&self, grid: [usize; 2], images: usize, index: Tensor<1, Int>) -> Tensor<4> {
        let table = grid_resize(self.relative_bias.val(), grid.map(|side| 2 * side - 1));
        let rows = Tensor::cat(vec![table.flatten::<2>(1, 3), self.cls_bias.val()], 1);
        let sequence = 1 + images * grid[0] * grid[1];
        rows.select(1, index).reshape([1, self.heads, sequence, sequence])
    }

    fn forward(&self, x: Tensor<3>, bias: Tensor<4>) -> Tensor<3> {
        let dim = x.dims()[2];
        let qkv = self.qkv.forward(self.norm1.forward(x.clone()));
        let part = |i: usize| qkv.clone().narrow(2, i * dim, dim);
        let query = part(0) + self.q_bias.val().unsqueeze();
        let value = part(2) + self.v_bias.val().unsqueeze();
        let scale = ((dim / self.heads) as f64).sqrt().recip();
        let attention = attend(query, part(1), value, self.heads, scale, Some(bias));
        let x = x + self.proj.forward(attention) * self.gamma1.val().unsqueeze();
        let hidden = gelu(self.fc1.forward(self.norm2.forward(x.clone())));
        x + self.fc2.forward(hidden) * self.gamma2.val().unsqueeze()
    }
}

/// For each query and key of the sequence the entry of the flattened table `[2 max - 1, 2h - 1, 2w - 1]`; three class-token entries follow it.
fn position_index([height, width]: [usize; 2], images: usize, max_images: usize) -> TensorData {
    let (span_h, span_w) = (2 * height - 1, 2 * width - 1);
    let cls = (2 * max_images - 1) * span_h * span_w;
    let sequence = 1 + images * height * width;
    let place = |token: usize| {
        let cell = token - 1;
        [cell / (height * width), cell / width % height, cell % width]
    };
    let mut index = Vec::with_capacity(sequence * sequence);
    for query in 0..sequence {
        for key in 0..sequence {
            let entry = match (query, key) {
                (0, 0) => cls + 2,
                (0, _) => cls,
                (_, 0) => cls + 1,
                _ => {
                    let ([m, i, j], [m2, i2, j2]) = (place(query), place(key));
                    ((m + max_images - 1 - m2) * span_h + i + height - 1 - i2) * span_w + j + width
                        - 1
                        - j2
                }
            };
            index.push(entry as i32);
        }
    }
    TensorData::new(index, [sequence * sequence])
}

fn normal<const D: usize>(shape: [usize; D], device: &Device) -> Param<Tensor<D>> {
    Param::from_tensor(Tensor::random(shape, Distribution::Normal(0.0, 0.02), device))
}
