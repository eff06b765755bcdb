//! What two pictures' tags make together, computed on what the pictures are like.

use crate::error::{ErrorKind, Result};

/// An operation on the sets of tags of two pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// What both pictures have.
    And,
    /// What at least one of them has.
    Or,
    /// What the first one has and the second one has not.
    Minus,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::And, Self::Or, Self::Minus];

    /// The operation that users call so.
    ///
    /// # Errors
    /// `operation`.
    pub fn parse(name: &str) -> Result<Self> {
        match name {
            "and" => Ok(Self::And),
            "or" => Ok(Self::Or),
            "minus" => Ok(Self::Minus),
            other => Err(ErrorKind::Operation(other.to_owned()).into()),
        }
    }
}

/// A picture as an operation sees it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The largest value of each feature, `[channel]`, at least 0.
    pub whole: &'a [f32],
    /// `[cell, channel]`
    pub tokens: &'a [f32],
}

/// A way to compute operations.
pub trait Form {
    /// The features, `[channel]`, of a picture that has what the operation makes of the tags of `a` and `b`.
    fn apply(&self, operation: Operation, a: Seen, b: Seen) -> Vec<f32>;
}

/// Operations without anything learnt, around an origin: the features of a picture that has no tag.
///
/// `sqrt(a b)`, `a + b - origin` and `a - b + origin`, the last two at least 0.
#[derive(Clone, Debug)]
pub struct Analytic {
    /// `[channel]`
    pub origin: Vec<f32>,
}

impl Form for Analytic {
    fn apply(&self, operation: Operation, a: Seen, b: Seen) -> Vec<f32> {
        let features = a.whole.iter().zip(b.whole).zip(&self.origin);
        let of = |((a, b), origin): ((&f32, &f32), &f32)| match operation {
            Operation::And => (a * b).sqrt(),
            Operation::Or => (a + b - origin).max(0.0),
            Operation::Minus => (a - b + origin).max(0.0),
        };
        features.map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [f32; 3] = [4.0, 1.0, 0.5];
    const B: [f32; 3] = [0.5, 3.0, 0.5];

    fn apply(operation: Operation, a: &[f32; 3], b: &[f32; 3]) -> Vec<f32> {
        let seen = |whole| Seen { whole, tokens: &[] };
        Analytic { origin: vec![0.5; 3] }.apply(operation, seen(a), seen(b))
    }

    #[test]
    fn a_picture_with_itself_is_itself_or_nothing() {
        assert_eq!(apply(Operation::And, &A, &A), A);
        assert_eq!(apply(Operation::Minus, &A, &A), [0.5; 3]);
    }

    #[test]
    fn a_picture_with_nothing_is_itself_in_all_but_what_both_have() {
        let nothing = [0.5; 3];
        assert_eq!(apply(Operation::Or, &A, &nothing), A);
        assert_eq!(apply(Operation::Minus, &A, &nothing), A);
    }

    #[test]
    fn and_and_or_do_not_ask_who_comes_first() {
        for operation in [Operation::And, Operation::Or] {
            assert_eq!(apply(operation, &A, &B), apply(operation, &B, &A));
        }
        assert_eq!(apply(Operation::Minus, &A, &B), [4.0, 0.0, 0.5]);
    }

    #[test]
    fn names_are_the_users() {
        let parsed = ["and", "or", "minus"].map(|name| Operation::parse(name).unwrap());
        assert_eq!(parsed, Operation::ALL);
        assert_eq!(Operation::parse("xor").unwrap_err().code(), "operation");
    }
}
