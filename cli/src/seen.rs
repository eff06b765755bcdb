//! What is predicted at a time: a picture, and the one that is seen with it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anolis::image::Picture;

use crate::inputs::{self, Input};
use crate::{Error, Result};

/// Pictures that are seen together; labels and answers belong to the first.
pub struct Seen {
    pub first: Input,
    /// None where none was asked for, or there is none of this name.
    pub second: Option<Input>,
}

/// Why a pair cannot be seen.
#[derive(Debug)]
pub enum PairError {
    /// There is no second picture of this name.
    Missing { name: String, with: String },
    /// The second picture cannot be used.
    Second { path: String, error: Error },
}

impl PairError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "image-count",
            Self::Second { error, .. } => crate::code(error),
        }
    }
}

impl fmt::Display for PairError {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Missing { name, with } => {
                write!(
                    to,
                    "there is no second picture '{name}' in {with}: add it, or leave this one out"
                )
            }
            Self::Second { path, error } => write!(to, "seen with {path}: {error}"),
        }
    }
}

impl std::error::Error for PairError {}

/// Each picture with the one of its name in `with`; one file is the partner of one picture, whatever their names.
///
/// # Errors
/// As [`inputs::find`].
pub fn pair(firsts: Vec<Input>, with: Option<&str>, except: &Path) -> Result<Vec<Seen>> {
    let Some(with) = with else {
        return Ok(firsts.into_iter().map(|first| Seen { first, second: None }).collect());
    };
    let seconds = inputs::find(&[with.to_owned()], None, except)?;
    if let ([first], [second]) = (&firsts[..], &seconds[..])
        && Path::new(with).is_file()
    {
        return Ok(vec![Seen { first: first.clone(), second: Some(second.clone()) }]);
    }
    let mut seconds: BTreeMap<_, _> =
        seconds.into_iter().map(|second| (second.name.clone(), second)).collect();
    let pair = |first: Input| Seen { second: seconds.remove(&first.name), first };
    Ok(firsts.into_iter().map(pair).collect())
}

impl Seen {
    /// The first picture, and where two are wanted, the second.
    ///
    /// # Errors
    /// As [`Input::read`]; [`PairError`].
    pub fn read(&self, with: Option<&str>) -> Result<Vec<Picture>> {
        let mut pictures = vec![self.first.read()?];
        if let Some(with) = with {
            let missing = || PairError::Missing {
                name: self.first.name.display().to_string(),
                with: with.to_owned(),
            };
            let second = self.second.as_ref().ok_or_else(missing)?;
            let path = second.to_string();
            pictures.push(second.read().map_err(|error| PairError::Second { path, error })?);
        }
        Ok(pictures)
    }

    /// All files that are seen.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        [Some(&self.first), self.second.as_ref()].into_iter().flatten().map(|input| &*input.path)
    }
}
