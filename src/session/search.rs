//! Pictures that have what an operation on the tags of two others makes.

use super::tags::TOKEN;
use super::{Session, find_picture};
use crate::error::Result;
use crate::image::Aspect;
use crate::laso::{Operation, Probe};

/// A picture that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub picture: u32,
    /// From -1 to 1, higher is more alike.
    pub score: f32,
    /// How much each part of the picture resembles what was sought, `[row, column]`, 0 to 1.
    pub heat: Vec<f32>,
    pub columns: usize,
    pub rows: usize,
}

impl Session {
    /// The pictures among `pictures` that have what an operation on the tags of two others makes, the most alike first; at
    /// most `count`, and neither of the two. Nothing has to be labelled for it. Ties go to the picture named first.
    ///
    /// # Errors
    /// `not-found`, `weights-missing`, `device-lost`.
    pub async fn search(
        &mut self,
        operation: Operation,
        [a, b]: [u32; 2],
        pictures: &[u32],
        count: usize,
    ) -> Result<Vec<Found>> {
        let mut among: Vec<u32> = Vec::with_capacity(pictures.len());
        for &picture in [a, b].iter().chain(pictures) {
            find_picture(&self.pictures, picture)?;
            if !among.contains(&picture) {
                among.push(picture);
            }
        }
        for &picture in &among {
            self.look(picture).await?;
        }
        let wholes = among.iter().map(|picture| self.looks[picture].whole());
        let [whole_a, whole_b] = [a, b].map(|picture| self.looks[&picture].whole());
        let probe = Probe::new(operation, &whole_a, &whole_b, wholes);
        among.retain(|picture| ![a, b].contains(picture));
        let mut scored: Vec<(u32, f32)> = among
            .into_iter()
            .map(|picture| (picture, probe.score(&self.looks[&picture].whole())))
            .collect();
        scored.sort_by(|one, other| other.1.total_cmp(&one.1));
        scored.truncate(count);
        let mut found = Vec::with_capacity(scored.len());
        for (picture, score) in scored {
            let tokens = self.tokens(picture).await?;
            let fit = self.pictures[&picture].fit(Aspect::Kept);
            let (columns, rows) = fit.cells(TOKEN);
            let heat = probe.heat(&tokens, fit.side / TOKEN, columns, rows);
            found.push(Found { picture, score, heat, columns, rows });
        }
        Ok(found)
    }
}
