//! Tuning a task on its own support (Chameleon, section 3.4): episodes of augmented crops, half of them pseudo-support,
//! half pseudo-query, and gradient steps on what a [`Level`] names.
//!
//! # Differences from the reference
//! - The reference tunes the image encoder's biases through the matching ([`Level::Biases`] is that, with the read-out under the
//!   decoder and a trunk for an encoder). Here the read-out carries most of the answer, so the trunk learns through its closed-form solve on
//!   the pseudo-support, and its weights ([`Level::Trunk`]) are tuned by default: in pilots they raised the answer and
//!   biases hardly did. docs/adaptation.md has what was measured, and what was not.
//! - Tokens, matching and decoder keep seeing the shipped trunk's features, whatever the trunk becomes: the read-out passes on
//!   what it learnt, and a picture's features need not be computed anew for them.
//! - The support is dealt into parts, and each is held out of a run of its own ([`Support`]). The mean of the runs forgets less
//!   than any of them, and half of it less still: that half is used unless the held-out examples refute it ([`refuted`]); the
//!   reference takes what the last step leaves.

mod answer;
mod augment;
mod folds;
mod guard;
mod level;
mod loss;
mod solve;
mod tuning;

pub use augment::{Example, Labelled, Mirror};
pub use folds::{Fold, Support};
pub use guard::{Guard, mean, refuted};
pub use level::Level;
pub use loss::Loss;
pub use tuning::{Plan, Tuning};
