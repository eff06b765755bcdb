//! Sizes of the network.

use burn::config::Config;

/// Sizes of a [`Network`](super::Network); the preset is [`NetworkConfig::xs`].
#[derive(Config, Debug, PartialEq)]
pub struct NetworkConfig {
    /// Width of a picture's tokens.
    #[config(default = 192)]
    pub dim: usize,
    /// Width of label tokens and of the matching.
    #[config(default = 96)]
    pub label_dim: usize,
    /// Attention heads of the label encoder.
    #[config(default = 4)]
    pub label_heads: usize,
    /// Attention heads of the matching.
    #[config(default = 4)]
    pub match_heads: usize,
    /// Side of the stride-16 grid for which position tables are stored.
    #[config(default = 16)]
    pub base_grid: usize,
    /// Channels of the trunk's features at strides 2, 4, 8, 16, 32.
    #[config(default = "[16, 24, 40, 112, 320]")]
    pub features: [usize; 5],
    /// Widths of the decoder at strides 16, 8, 4, 2.
    #[config(default = "[48, 48, 32, 16]")]
    pub decoder: [usize; 4],
}

impl NetworkConfig {
    /// The default network: 3.9 M parameters.
    pub fn xs() -> Self {
        Self::new()
    }
}
