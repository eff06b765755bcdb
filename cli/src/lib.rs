//! anolis on the command line; docs/cli.md is for its users.

pub mod adapt;
pub mod convert;
pub mod device;
pub mod eval;
pub mod info;
pub mod inputs;
pub mod output;
pub mod predict;
pub mod saved;
pub mod seen;
pub mod summary;
pub mod weights;

/// What ends a command: a sentence for people.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How a command that ran to its end went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was done.
    Done,
    /// Some pictures could not be used; the others were.
    Partly,
}

/// The stable code of an error of the library or of a pair, `error` for others.
pub fn code(error: &Error) -> &'static str {
    if let Some(error) = error.downcast_ref::<seen::PairError>() {
        return error.code();
    }
    error.downcast_ref::<anolis::Error>().map_or("error", anolis::Error::code)
}
