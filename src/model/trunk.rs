//! The convolutional trunk: EfficientNet-Lite0 with folded batch-norm.

use burn::module::Module;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::tensor::{Device, Tensor};

#[cfg(feature = "cpu")]
use super::cpu;
#[cfg(feature = "gpu")]
use super::gpu;
use super::resize::pool;

/// One stage: kernel, stride of its first block, expansion, output channels, blocks.
const STAGES: [(usize, usize, usize, usize, usize); 7] = [
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
];

/// The blocks after which a feature is taken, with the names of docs/network.md: `s2, s4, s8, s16, s32`.
const TAPS: [usize; 5] = [0, 2, 4, 10, 15];

/// `x = (255 rgb - 127) / 128` as a factor and what is added.
pub(super) const NORMALISE: [f32; 2] = [255.0 / 128.0, -127.0 / 128.0];

/// What the trunk sees in a batch of pictures.
///
/// # Shapes
/// `s2 … s32` are `[batch, channel, height / stride, width / stride]` with 16, 24, 40, 112 and 320 channels a picture, not
/// bounded. What is seen in pictures that belong together lies side by side, the first one's channels first.
#[derive(Clone, Debug)]
pub struct Features {
    pub s2: Tensor<4>,
    pub s4: Tensor<4>,
    pub s8: Tensor<4>,
    pub s16: Tensor<4>,
    pub s32: Tensor<4>,
}

/// EfficientNet-Lite0 without its head (Tan and Le 2019; the Lite variant has neither squeeze-and-excite nor swish).
#[derive(Module, Debug)]
pub struct Trunk {
    pub(super) stem: Conv2d,
    pub(super) blocks: Vec<InvertedResidual>,
}

impl Trunk {
    /// A trunk with random parameters.
    pub fn new(device: &Device) -> Self {
        let mut blocks = Vec::new();
        let mut channels = 32;
        for (kernel, first_stride, expansion, out, count) in STAGES {
            for i in 0..count {
                let stride = if i == 0 { first_stride } else { 1 };
                blocks
                    .push(InvertedResidual::new(channels, out, kernel, stride, expansion, device));
                channels = out;
            }
        }
        Self { stem: same_conv(3, 32, 3, 2, 1, device), blocks }
    }

    /// Channels of the features that the read-out uses of one picture, strides 2 to 16.
    pub fn readout_channels(&self) -> usize {
        self.readout_widths().iter().sum()
    }

    /// The same by stride.
    pub fn readout_widths(&self) -> [usize; 4] {
        std::array::from_fn(|level| self.blocks[TAPS[level]].project.weight.dims()[0])
    }

    /// Whether a parameter, named as in docs/network.md without `trunk`, has a part in the features at strides 2 to 16.
    pub fn is_local(name: &str) -> bool {
        let block =
            name.strip_prefix("blocks.").and_then(|rest| rest.split('.').next()?.parse().ok());
        block.is_none_or(|block: usize| block <= TAPS[3])
    }

    /// Channels of the feature of one picture at stride 32.
    pub fn global_channels(&self) -> usize {
        self.blocks[TAPS[4]].project.weight.dims()[0]
    }

    /// Features of pictures `[batch, 3, height, width]`, RGB in `[0, 1]`; height and width are multiples of 32. Pictures that
    /// belong together lie side by side, three channels each.
    pub fn forward(&self, rgb: Tensor<4>) -> Features {
        let [s2, s4, s8, s16, s32] = self.taps(rgb);
        Features { s2, s4, s8, s16, s32 }
    }

    /// The features at strides 2, 4, 8 and 16 alone, without the stages after them.
    pub fn forward_fine(&self, rgb: Tensor<4>) -> [Tensor<4>; 4] {
        self.taps(rgb)
    }

    /// The features at strides 2 to 16 of pictures that were enlarged twice, on the grids of strides 2, 2, 4 and 8 of the
    /// pictures as they were.
    pub fn forward_enlarged(&self, rgb: Tensor<4>) -> [Tensor<4>; 4] {
        let [s1, s2, s4, s8] = self.forward_fine(rgb);
        [pool(s1, 2), s2, s4, s8]
    }

    /// The first `N` features. Pictures that belong together are seen one after the other, in the shapes of a single one.
    fn taps<const N: usize>(&self, rgb: Tensor<4>) -> [Tensor<4>; N] {
        let pictures = rgb.dims()[1] / 3;
        if pictures == 1 {
            return self.see(rgb);
        }
        let seen: Vec<[_; N]> = rgb.chunk(pictures, 1).into_iter().map(|p| self.see(p)).collect();
        std::array::from_fn(|n| Tensor::cat(seen.iter().map(|taps| taps[n].clone()).collect(), 1))
    }

    fn see<const N: usize>(&self, rgb: Tensor<4>) -> [Tensor<4>; N] {
        #[cfg(feature = "cpu")]
        if let Some(taps) = cpu::features(self, &rgb, std::array::from_fn(|n| TAPS[n])) {
            return taps;
        }
        #[cfg(feature = "gpu")]
        if let Some(taps) = gpu::features(self, &rgb, std::array::from_fn(|n| TAPS[n])) {
            return taps;
        }
        let mut x = relu6(self.stem.forward(rgb * NORMALISE[0] + NORMALISE[1]));
        let mut taps = Vec::with_capacity(N);
        for (i, block) in self.blocks[..=TAPS[N - 1]].iter().enumerate() {
            x = block.forward(x);
            if TAPS.contains(&i) {
                taps.push(x.clone());
            }
        }
        taps.try_into().expect("one feature a tap")
    }
}

/// Expand, filter each channel, project; the input is added where shapes agree (Sandler et al. 2018, section 3.3).
#[derive(Module, Debug)]
pub struct InvertedResidual {
    pub(super) expand: Option<Conv2d>,
    pub(super) depthwise: Conv2d,
    pub(super) project: Conv2d,
    pub(super) residual: bool,
}

impl InvertedResidual {
    /// A block with random parameters; `expansion` 1 leaves the first convolution out.
    pub fn new(
        channels_in: usize,
        channels_out: usize,
        kernel: usize,
        stride: usize,
        expansion: usize,
        device: &Device,
    ) -> Self {
        let wide = channels_in * expansion;
        Self {
            expand: (expansion > 1).then(|| same_conv(channels_in, wide, 1, 1, 1, device)),
            depthwise: same_conv(wide, wide, kernel, stride, wide, device),
            project: same_conv(wide, channels_out, 1, 1, 1, device),
            residual: stride == 1 && channels_in == channels_out,
        }
    }

    /// `[batch, in, height, width]` to `[batch, out, height / stride, width / stride]`.
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let x = match &self.expand {
            Some(expand) => relu6(expand.forward(input.clone())),
            None => input.clone(),
        };
        let x = self.project.forward(relu6(self.depthwise.forward(x)));
        if self.residual { x + input } else { x }
    }
}

// Two comparisons: flex runs `clamp(0, 6)` twenty times slower.
fn relu6(x: Tensor<4>) -> Tensor<4> {
    x.clamp_min(0.0).clamp_max(6.0)
}

/// A convolution with TensorFlow's SAME padding for even sides.
fn same_conv(
    channels_in: usize,
    channels_out: usize,
    kernel: usize,
    stride: usize,
    groups: usize,
    device: &Device,
) -> Conv2d {
    let before = (kernel - stride) / 2;
    let after = kernel - stride - before;
    Conv2dConfig::new([channels_in, channels_out], [kernel, kernel])
        .with_stride([stride, stride])
        .with_groups(groups)
        .with_padding(PaddingConfig2d::Explicit(before, before, after, after))
        .init(device)
}
