//! Tuning a task on its own support (Chameleon, section 3.4): episodes of augmented crops, half of them pseudo-support,
//! half pseudo-query, and gradient steps on the trunk through the closed-form solve of the read-out.
//!
//! # Differences from the reference
//! The reference tunes the image encoder's biases through the matching. Here the read-out carries most of the answer, and
//! the weights of the trunk's stages 1 to 5 at a small rate raise it far more than biases do (docs/quality.md has the
//! figures), so that is what is tuned; the loss reaches them through the solve on the pseudo-support.

mod answer;
mod augment;
mod guard;
mod level;
mod loss;
mod solve;
mod tuning;

pub use augment::{Example, Labelled, Mirror};
pub use guard::{Guard, HeldOut};
pub use level::Level;
pub use loss::Loss;
pub use tuning::{Plan, Tuning};
