//! What is faster than Burn's operators on the CPU: whole parts of the network over slices, without gradients.
//!
//! Each part asks here first and goes on with tensors where the answer is `None`: on a GPU, and where a gradient may be asked for.
//! The results agree with the tensors' to rounding; docs/kernels.md has what each kernel gains.

mod decoder;
mod label_encoder;
mod layers;
mod matching;
mod tokens;
mod trunk;

use std::ops::Deref;

use anolis_kernels::Convolution;
use burn::backend::{Flex, flex::FlexTensor};
use burn::nn::conv::Conv2d;
use burn::tensor::{Device, Tensor, TensorData};

pub use decoder::logits;
pub use label_encoder::label_taps;
pub use matching::matched;
pub use tokens::tokens;
pub use trunk::features;

/// The values of a tensor that is on the CPU and has no gradient, in row-major order; copied only where they lie otherwise.
struct Values(FlexTensor);

impl Values {
    fn of<const D: usize>(tensor: Tensor<D>) -> Option<Self> {
        let tensor = tensor.try_into_primitive::<Flex>().ok()?.to_contiguous();
        tensor.as_slice::<f32>().is_some().then_some(Self(tensor))
    }
}

impl Deref for Values {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        self.0.as_slice().expect("looked at before")
    }
}

/// Weight and bias of a convolution.
struct Weights {
    weight: Values,
    bias: Values,
}

impl Weights {
    fn of(convolution: &Conv2d) -> Option<Self> {
        let bias = convolution.bias.as_ref()?;
        Some(Self { weight: Values::of(convolution.weight.val())?, bias: Values::of(bias.val())? })
    }

    fn as_slices(&self) -> Convolution<'_> {
        Convolution { weight: &self.weight, bias: &self.bias }
    }
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}
