//! What whole pictures have in common: tags from a few examples, operations on their sets, search.
//!
//! The operations follow "LaSO: Label-Set Operations networks for multi-label few-shot learning" (Alfassy et al., CVPR 2019).

mod head;
mod look;
mod operation;
mod probe;
mod tagger;

pub use head::Head;
pub use look::{BANDS, Look};
pub use operation::Operation;
pub use probe::Probe;
pub use tagger::{Answer, Evidence, Said, Tagger};
