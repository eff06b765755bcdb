//! The rungs of the ladder: which parameters a task gets copies of.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::Tensor;

use crate::model::Trunk;

/// How much of the network is tuned; what a higher level tunes costs more, but is not always better (docs/adaptation.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing.
    None,
    /// The normalisation of the tokens that are matched, on features that are computed once.
    Matching,
    /// The biases of the image encoder, as in the reference: trunk and tokens.
    Biases,
    /// The weights of the trunk's stages 1 to 5.
    Trunk,
    /// The weights of the trunk's stages 1 to 5, of the tokens and of the decoder.
    Whole,
}

impl Level {
    /// All of them, from nothing up.
    pub const ALL: [Self; 5] = [Self::None, Self::Matching, Self::Biases, Self::Trunk, Self::Whole];

    /// Whether the level tunes a parameter, named as in docs/network.md.
    pub fn tunes(self, name: &str) -> bool {
        let within = |part: &str| name.strip_prefix(part);
        let trunk = within("trunk.").is_some_and(Trunk::is_local);
        let tokens = within("tokens.").is_some();
        match self {
            Self::None => false,
            Self::Matching => within("tokens.norm.").is_some(),
            Self::Biases => (trunk || tokens) && (name.ends_with("bias") || name.ends_with("beta")),
            Self::Trunk => trunk,
            Self::Whole => trunk || tokens || within("decoder.").is_some(),
        }
    }

    /// Whether the level tunes the trunk, through the solve of the read-out.
    pub fn tunes_trunk(self) -> bool {
        self >= Self::Biases
    }

    /// Whether the level tunes what comes after the read-out, so that the whole network's answer has to be asked for.
    pub fn tunes_network(self) -> bool {
        matches!(self, Self::Matching | Self::Biases | Self::Whole)
    }

    /// The level for tasks that the read-out answers alone.
    pub fn without_network(self) -> Self {
        match self {
            Self::Matching => Self::None,
            Self::Whole => Self::Trunk,
            other => other,
        }
    }

    /// Adam's first learning rate: larger ones forget what the network knows.
    pub fn rate(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Matching | Self::Biases => 2e-3,
            Self::Trunk | Self::Whole => 4e-4,
        }
    }

    /// Makes a module's parameters learn where the level tunes them, and only there.
    pub(super) fn select<M: Module>(self, module: M) -> M {
        module.map(&mut Select { level: self, path: Vec::new() })
    }
}

struct Select {
    level: Level,
    path: Vec<String>,
}

impl ModuleMapper for Select {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.set_require_grad(self.level.tunes(&self.path.join(".")))
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::model::{Network, NetworkConfig};
    use crate::weights::NamedTensors;

    /// Names of what a level tunes.
    fn tuned(level: Level) -> Vec<String> {
        let network = Network::new(&NetworkConfig::xs(), &Device::flex());
        NamedTensors::of(&network).0.into_keys().filter(|name| level.tunes(name)).collect()
    }

    #[test]
    fn each_level_tunes_what_it_says() {
        let parts = |level| {
            let mut parts: Vec<_> = tuned(level)
                .iter()
                .map(|name| name.split('.').next().unwrap().to_owned())
                .collect();
            parts.dedup();
            parts
        };
        assert!(tuned(Level::None).is_empty());
        assert_eq!(tuned(Level::Matching), ["tokens.norm.beta", "tokens.norm.gamma"]);
        assert_eq!(parts(Level::Biases), ["tokens", "trunk"]);
        assert_eq!(parts(Level::Trunk), ["trunk"]);
        assert_eq!(parts(Level::Whole), ["decoder", "tokens", "trunk"]);
    }

    #[test]
    fn biases_are_biases() {
        let biases = tuned(Level::Biases);
        for name in ["trunk.stem.bias", "tokens.linear.bias", "tokens.norm.beta"] {
            assert!(biases.iter().any(|bias| bias == name), "{name}");
        }
        assert!(!biases.iter().any(|name| name.contains("weight")));
    }
}
