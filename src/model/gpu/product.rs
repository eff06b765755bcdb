//! Matrix products, with what a layer does before and after.

use burn::nn::Linear;
use burn::nn::conv::Conv2d;
use burn::tensor::DType;

use super::{FOUR, Shader, Values, shader};

const PRODUCT: Shader = shader!("product", [8, 8, 1]);

/// Rows that an invocation computes.
const ROWS: usize = 8;

#[derive(Clone, Copy)]
pub enum Activation {
    None,
    Relu6,
    Gelu,
}

/// What a bias lies along, of what is written.
#[derive(Clone, Copy)]
pub enum Axis {
    Rows,
    Columns,
}

/// `skip + act(bias + left right)` for a batch.
#[derive(Clone, Copy)]
pub struct Product<'a> {
    pub batch: usize,
    pub rows: usize,
    pub inner: usize,
    pub columns: usize,
    /// `[rows, inner]`, or `[inner, rows]`.
    pub left: &'a Values,
    pub left_transposed: bool,
    /// Where `left` begins, and from a row of it to the next.
    pub left_start: usize,
    pub left_stride: usize,
    /// `[batch, inner, columns]`, or `[batch, columns, inner]`.
    pub right: &'a Values,
    pub right_transposed: bool,
    /// From one of the batch to the next.
    pub right_step: usize,
    pub bias: Option<(Axis, &'a Values)>,
    pub activation: Activation,
    /// `[batch, rows, columns]`.
    pub skip: Option<&'a Values>,
    /// What is written: f32 or f16.
    pub written: DType,
}

impl<'a> Product<'a> {
    /// What each pixel's channels, `[batch, inner, pixels]`, come to by a convolution of one pixel.
    pub fn pointwise(
        convolution: &'a PointWise,
        [batch, pixels]: [usize; 2],
        map: &'a Values,
    ) -> Self {
        Self {
            batch,
            rows: convolution.out,
            inner: convolution.inner,
            columns: pixels,
            left: &convolution.weight,
            left_transposed: false,
            left_start: 0,
            left_stride: convolution.inner,
            right: map,
            right_transposed: false,
            right_step: convolution.inner * pixels,
            bias: Some((Axis::Rows, &convolution.bias)),
            activation: Activation::None,
            skip: None,
            written: DType::F32,
        }
    }

    /// What tokens `[tokens, inner]` come to by a linear layer.
    pub fn linear(layer: &'a Layer, tokens: usize, x: &'a Values) -> Self {
        Self {
            batch: 1,
            rows: tokens,
            inner: layer.inner,
            columns: layer.out,
            left: x,
            left_transposed: false,
            left_start: 0,
            left_stride: layer.inner,
            right: &layer.weight,
            right_transposed: false,
            right_step: 0,
            bias: layer.bias.as_ref().map(|bias| (Axis::Columns, bias)),
            activation: Activation::None,
            skip: None,
            written: DType::F32,
        }
    }

    /// `[batch, rows, columns]`; `None` where the shader does not know the shape.
    pub fn compute(self) -> Option<Values> {
        let out = self.left.room_of(self.batch * self.rows * self.columns, self.written);
        self.write(&out)?;
        Some(out)
    }

    /// The same to a place that there is room at.
    pub fn write(self, out: &Values) -> Option<()> {
        let Self { batch, rows, inner, columns, left, left_start, left_stride, right, .. } = self;
        let odd = |length: usize| !length.is_multiple_of(FOUR);
        if [inner, columns, left_start, left_stride].into_iter().any(odd)
            || (self.left_transposed && odd(rows))
        {
            return None;
        }
        let bias = match self.bias {
            None => 0,
            Some((Axis::Rows, _)) => 2,
            Some((Axis::Columns, _)) => 4,
        };
        let activation = match self.activation {
            Activation::None => 0,
            Activation::Relu6 => 8,
            Activation::Gelu => 16,
        };
        let skip = if self.skip.is_some() { 32 } else { 0 };
        let lies = usize::from(self.left_transposed) + 64 * usize::from(self.right_transposed);
        let what = lies | bias | activation | skip;
        let [inner, columns] = [inner, columns].map(|length| length / FOUR);
        let steps = [self.right_step / FOUR, rows * columns];
        let lefts = [left_start / FOUR, left_stride / FOUR];
        let size = [&[rows, inner, columns, what], &steps[..], &lefts].concat();
        let size: Vec<u32> = size.into_iter().map(|length| length as u32).collect();
        // What does not count is bound all the same.
        let bindings =
            [left, right, self.bias.map_or(left, |(_, bias)| bias), self.skip.unwrap_or(left), out];
        let invocations = [columns.div_ceil(2), rows.div_ceil(ROWS), batch];
        PRODUCT.between(right, out).launch(invocations, &bindings, &size);
        Some(())
    }
}

/// Copies `count` values to a place that there is room at.
pub fn copy(values: &Values, count: usize, to: &Values) -> Option<()> {
    // A product over nothing, and what is added to it.
    let nothing = Product {
        batch: 1,
        rows: 1,
        inner: 0,
        columns: count,
        left: values,
        left_transposed: false,
        left_start: 0,
        left_stride: 0,
        right: values,
        right_transposed: false,
        right_step: 0,
        bias: None,
        activation: Activation::None,
        skip: Some(values),
        written: DType::F32,
    };
    nothing.write(to)
}

/// Weight and bias of a convolution of one pixel.
pub struct PointWise {
    pub weight: Values,
    pub bias: Values,
    pub inner: usize,
    pub out: usize,
}

impl PointWise {
    pub fn of(convolution: &Conv2d) -> Option<Self> {
        let [out, inner, ..] = convolution.weight.dims();
        let weight = Values::of(convolution.weight.val())?;
        let bias = Values::of(convolution.bias.as_ref()?.val())?;
        Some(Self { weight, bias, inner, out })
    }
}

/// Weight and, if it has one, bias of a linear layer.
pub struct Layer {
    pub weight: Values,
    pub bias: Option<Values>,
    pub inner: usize,
    pub out: usize,
}

impl Layer {
    pub fn of(linear: &Linear) -> Option<Self> {
        let [inner, out] = linear.weight.dims();
        let weight = Values::of(linear.weight.val())?;
        let bias = match &linear.bias {
            Some(bias) => Some(Values::of(bias.val())?),
            None => None,
        };
        Some(Self { weight, bias, inner, out })
    }
}
