//! The trunk's last convolution: features that tell what is in a picture.

use crate::error::{ErrorKind, Result};
use crate::model::transposed_product;
use crate::weights::NamedTensors;

/// EfficientNet-Lite0's 1x1 convolution after its last stage, with ReLU6 (Tan and Le 2019); it runs on the host.
#[derive(Clone, Debug)]
pub struct Head {
    /// `[in, out]`
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Head {
    /// The head in `laso.head.weight` `[out, in, 1, 1]` and `laso.head.bias` `[out]`.
    ///
    /// # Errors
    /// `weights-missing`.
    pub fn load(tensors: &NamedTensors) -> Result<Self> {
        let find = |name: &str| {
            let missing = || ErrorKind::WeightsMissing(name.to_owned());
            tensors.0.get(name).ok_or_else(missing)
        };
        let (weight, bias) = (find("laso.head.weight")?, find("laso.head.bias")?);
        let [out, inputs, 1, 1] = weight.shape[..] else {
            return Err(ErrorKind::WeightsMissing("laso.head.weight".into()).into());
        };
        if bias.shape != [out] {
            return Err(ErrorKind::WeightsMissing("laso.head.bias".into()).into());
        }
        let transposed =
            (0..inputs).flat_map(|i| (0..out).map(move |o| weight.values[o * inputs + i]));
        Ok(Self { weight: transposed.collect(), bias: bias.values.clone() })
    }

    /// Number of features.
    pub fn channels(&self) -> usize {
        self.bias.len()
    }

    /// Features `[cell, channel]` in `[0, 6]` from the trunk's at stride 32, `[channel, cell]`.
    pub fn tokens(&self, s32: &[f32]) -> Vec<f32> {
        let inputs = self.weight.len() / self.channels();
        let cells = s32.len() / inputs;
        let mut tokens = transposed_product(s32, cells, &self.weight, self.channels());
        for token in tokens.chunks_exact_mut(self.channels()) {
            token.iter_mut().zip(&self.bias).for_each(|(x, b)| *x = (*x + b).clamp(0.0, 6.0));
        }
        tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::NamedTensor;

    fn tensors(shape: Vec<usize>) -> NamedTensors {
        let weight = NamedTensor { shape, values: vec![1.0, 2.0, -1.0, 0.5, 0.0, 9.0] };
        let bias = NamedTensor { shape: vec![3], values: vec![0.5, 0.0, 0.0] };
        let names = [("laso.head.weight", weight), ("laso.head.bias", bias)];
        NamedTensors(names.map(|(name, tensor)| (name.to_owned(), tensor)).into())
    }

    #[test]
    fn a_token_is_a_bounded_linear_map_of_its_cell() {
        let head = Head::load(&tensors(vec![3, 2, 1, 1])).unwrap();
        // Two cells: (1, 1) and (2, -1).
        let tokens = head.tokens(&[1.0, 2.0, 1.0, -1.0]);
        assert_eq!(tokens, [3.5, 0.0, 6.0, 0.5, 0.0, 0.0]);
    }

    #[test]
    fn weights_without_a_head_are_refused() {
        let code = |tensors: NamedTensors| Head::load(&tensors).unwrap_err().code();
        assert_eq!(code(NamedTensors::default()), "weights-missing");
        assert_eq!(code(tensors(vec![2, 3, 1, 1])), "weights-missing");
        assert_eq!(code(tensors(vec![6])), "weights-missing");
    }
}
