//! Linear judges of features, in closed form, and how well they rank.

use nalgebra::{Cholesky, DMatrix, DVector};

/// Ridge regression with one output a label.
pub struct Linear {
    /// `[channel, label]`
    pub weight: DMatrix<f32>,
    /// `[channel]`, taken off first.
    pub mean: DVector<f32>,
}

impl Linear {
    /// Fits `targets` `[row, label]`; `penalties` are in units of the rows' mean squared length.
    ///
    /// Only the first `real` rows say what the means are.
    pub fn fit(rows: &[&[f32]], targets: &[Vec<f32>], penalties: &[f32], real: usize) -> Self {
        let matrix = |rows: &[&[f32]]| {
            DMatrix::from_fn(rows.len(), rows[0].len(), |row, column| rows[row][column])
        };
        let (mut x, labels) = (matrix(rows), targets[0].len());
        let mean = x.rows(0, real).row_mean().transpose();
        x.row_iter_mut().for_each(|mut row| row -= mean.transpose());
        let mut y = DMatrix::from_fn(rows.len(), labels, |row, label| targets[row][label]);
        let base = y.rows(0, real).row_mean();
        y.row_iter_mut().for_each(|mut row| row -= &base);
        let mut kernel = &x * x.transpose();
        let unit = (0..real).map(|i| kernel[(i, i)]).sum::<f32>() / real as f32;
        for (i, penalty) in penalties.iter().enumerate() {
            kernel[(i, i)] += penalty * unit;
        }
        let solved = Cholesky::new(kernel).expect("penalties above 0").solve(&y);
        Self { weight: x.transpose() * solved, mean }
    }

    /// `[row, label]`, higher is likelier.
    pub fn scores(&self, rows: &[&[f32]]) -> DMatrix<f32> {
        let centred =
            DMatrix::from_fn(rows.len(), self.mean.len(), |i, j| rows[i][j] - self.mean[j]);
        centred * &self.weight
    }
}

/// Area under the precision-recall steps; equal scores form one step. `None` without a positive.
pub fn average_precision(scored: impl Iterator<Item = (f32, bool)>) -> Option<f64> {
    let mut scored: Vec<_> = scored.collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let positives = scored.iter().filter(|(_, yes)| *yes).count() as f64;
    let (mut found, mut before, mut area) = (0.0, 0.0, 0.0);
    for (i, &(score, yes)) in scored.iter().enumerate() {
        found += f64::from(u8::from(yes));
        if scored.get(i + 1).is_none_or(|next| next.0 != score) {
            area += (found - before) * found / (i + 1) as f64;
            before = found;
        }
    }
    (positives > 0.0).then(|| area / positives)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn average_precision_is_the_scoring_programs() {
        let ap = |scored: &[(f32, bool)]| average_precision(scored.iter().copied());
        assert_eq!(ap(&[(3.0, true), (2.0, false), (1.0, true)]), Some((1.0 + 2.0 / 3.0) / 2.0));
        assert_eq!(ap(&[(0.0, true), (0.0, false)]), Some(0.5));
        assert_eq!(ap(&[(0.0, false)]), None);
    }

    #[test]
    fn a_linear_judge_tells_what_its_rows_tell() {
        let rows = [[0.0, 1.0], [1.0, 1.0], [0.1, 0.0], [0.9, 0.2]];
        let rows: Vec<&[f32]> = rows.iter().map(|row| &row[..]).collect();
        let targets = vec![vec![0.0], vec![1.0], vec![0.0], vec![1.0]];
        let scores = Linear::fit(&rows, &targets, &[0.1; 4], 4).scores(&rows);
        assert!(scores[(1, 0)] > scores[(0, 0)] && scores[(3, 0)] > scores[(2, 0)]);
    }
}
