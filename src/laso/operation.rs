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

    /// The features, `[channel]` and at least 0, of a picture that has what the operation makes of the tags of two pictures
    /// with the features `a` and `b`: `sqrt(a b)`, `a + b - origin` or `a - b + origin`.
    ///
    /// `origin` is what a picture without any tag is like. Nothing is learnt: what was did not do better on photographs
    /// (docs/laso.md).
    pub fn apply(self, a: &[f32], b: &[f32], origin: &[f32]) -> Vec<f32> {
        let of = |((a, b), origin): ((&f32, &f32), &f32)| match self {
            Self::And => (a * b).sqrt(),
            Self::Or => (a + b - origin).max(0.0),
            Self::Minus => (a - b + origin).max(0.0),
        };
        a.iter().zip(b).zip(origin).map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [f32; 3] = [4.0, 1.0, 0.5];
    const B: [f32; 3] = [0.5, 3.0, 0.5];

    fn apply(operation: Operation, a: &[f32; 3], b: &[f32; 3]) -> Vec<f32> {
        operation.apply(a, b, &[0.5; 3])
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
