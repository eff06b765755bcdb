//! The Chameleon-style network; docs/network.md specifies every equation.

mod attention;
mod blocks;
mod config;
#[cfg(feature = "cpu")]
mod cpu;
mod decoder;
#[cfg(feature = "gpu")]
mod gpu;
mod gram;
mod groups;
mod label_encoder;
mod live_readout;
mod maps;
mod matching;
mod network;
mod readout;
mod resize;
mod tokens;
mod trunk;

pub use blocks::{block_features, block_labels};
pub use config::NetworkConfig;
pub use decoder::Decoder;
pub(crate) use gram::transposed_product;
pub use groups::groups;
pub use label_encoder::{LabelEncoder, LabelTaps, UNKNOWN};
pub use live_readout::LiveReadOut;
pub use maps::{FeatureMap, FeatureMaps, read};
pub use matching::{Matched, Matching};
pub use network::{Encoding, Network};
pub use readout::{
    BALANCE, CellLabels, Quantity, ReadOut, ReadOutWeights, Ridge, Solution, UNPAINTED_BALANCE,
    default_lambda,
};
pub use resize::{grid_resize, resize, up2};
pub use tokens::Tokens;
pub use trunk::{Features, InvertedResidual, Trunk};
