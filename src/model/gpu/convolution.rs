//! Convolutions of more than one pixel.

use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2d;
use burn::tensor::DType;

use super::product::{self, PointWise, Product};
use super::{FOUR, Shader, Values, shader};

const CONVOLUTION: Shader = shader!("convolution", [64, 1, 1]);
const DEPTHWISE: Shader = shader!("depthwise", [64, 1, 1]);

/// A batch of maps `[batch, channels, height, width]`.
#[derive(Clone)]
pub struct Map {
    pub values: Values,
    pub shape: [usize; 4],
}

#[derive(Clone, Copy)]
pub enum Activation {
    None,
    Relu,
    Relu6,
    Gelu,
}

/// `skip + act(bias + convolution)`.
#[derive(Clone, Copy)]
pub struct Convolution<'a> {
    /// A factor and what is added to what is read.
    pub scaled: [f32; 2],
    /// What is read below zero counts as zero.
    pub relu_before: bool,
    pub activation: Activation,
    /// As large as what is written; of `tokens`, which all of the batch share.
    pub skip: Option<&'a Values>,
    /// Whether what is written lies as `[batch, height, width, channel]`.
    pub tokens: bool,
}

impl Convolution<'_> {
    /// Nothing before or after.
    pub const PLAIN: Self = Self {
        scaled: [1.0, 0.0],
        relu_before: false,
        activation: Activation::None,
        skip: None,
        tokens: false,
    };

    /// `None` where the shader does not know the shape.
    pub fn compute(self, filter: &Conv2d, map: &Map) -> Option<Map> {
        let Filter { weight, bias, kernel, stride, before } = Filter::of(filter)?;
        let [batch, from, height, width] = map.shape;
        let to = filter.weight.dims()[0];
        if !to.is_multiple_of(FOUR) {
            return None;
        }
        let [rows, columns] = [height, width].map(|length| length.div_ceil(stride));
        let out = map.values.room(batch * to * rows * columns);
        let before_it = usize::from(self.relu_before);
        let after = match self.activation {
            Activation::None => 0,
            Activation::Relu => 2,
            Activation::Relu6 => 4,
            Activation::Gelu => 8,
        };
        let skip = if self.skip.is_some() { 16 } else { 0 };
        let tokens = if self.tokens { 32 } else { 0 };
        let what = before_it | after | skip | tokens;
        let size = [from, to, width, height, columns, rows, kernel, stride, before, what];
        let size = [&size.map(|length| length as u32)[..], &self.scaled.map(f32::to_bits)].concat();
        // What does not count is bound all the same.
        let skip = self.skip.unwrap_or(&map.values);
        let invocations = columns.div_ceil(FOUR) * rows * to / FOUR;
        let bindings = [&map.values, &weight, &bias, skip, &out];
        CONVOLUTION.launch([invocations, 1, batch], &bindings, &size);
        Some(Map { values: out, shape: [batch, to, rows, columns] })
    }
}

/// Each pixel by itself: `skip + bias + convolution`.
pub fn pointwise(convolution: &PointWise, map: &Map, skip: Option<&Values>) -> Option<Map> {
    let [batch, _, height, width] = map.shape;
    let product = Product::pointwise(convolution, [batch, height * width], &map.values);
    let shape = [batch, product.rows, height, width];
    Some(Map { values: Product { skip, ..product }.compute()?, shape })
}

/// Each pixel by itself to more channels, then ReLU6, as f32 or f16.
pub fn expand(convolution: &PointWise, map: &Map, written: DType) -> Option<Map> {
    let [batch, _, height, width] = map.shape;
    let product = Product::pointwise(convolution, [batch, height * width], &map.values);
    let shape = [batch, product.rows, height, width];
    let activation = product::Activation::Relu6;
    Some(Map { values: Product { activation, written, ..product }.compute()?, shape })
}

/// Each channel by its own filter, then ReLU6, as f32 or f16.
pub fn depthwise(filter: &Conv2d, map: &Map, written: DType) -> Option<Map> {
    let Filter { weight, bias, kernel, stride, before } = Filter::of(filter)?;
    let [batch, channels, height, width] = map.shape;
    let [rows, columns] = [height, width].map(|length| length.div_ceil(stride));
    let planes = batch * channels;
    let out = map.values.room_of(planes * rows * columns, written);
    let size = [channels, planes, width, height, columns, rows, kernel, stride, before];
    let bindings = [&map.values, &weight, &bias, &out];
    let invocations = planes * rows * columns.div_ceil(FOUR);
    let shader = DEPTHWISE.between(&map.values, &out);
    shader.launch([invocations, 1, 1], &bindings, &size.map(|length| length as u32));
    Some(Map { values: out, shape: [batch, channels, rows, columns] })
}

struct Filter {
    weight: Values,
    bias: Values,
    kernel: usize,
    stride: usize,
    /// Zeros before the first row and column.
    before: usize,
}

impl Filter {
    fn of(filter: &Conv2d) -> Option<Self> {
        let PaddingConfig2d::Explicit(before, ..) = filter.padding else { return None };
        Some(Self {
            weight: Values::of(filter.weight.val())?,
            bias: Values::of(filter.bias.as_ref()?.val())?,
            kernel: filter.kernel_size[0],
            stride: filter.stride[0],
            before,
        })
    }
}
