//! Superpixels: pieces of alike colour (SLIC, Achanta et al. 2012).

/// Rounds of assignment; SLIC settles within ten, and borders move little after five.
const ROUNDS: usize = 5;

/// What one colour step (of 0 to 1) weighs against one cell of distance.
const COLOUR: f32 = 8.0;

/// A picture cut into pieces.
pub struct Superpixels {
    /// For each pixel `[height, width]` the number of its piece.
    pub of: Vec<usize>,
    /// Mean place (x, y) in pixels and mean colour of each piece.
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Piece {
    pub x: f32,
    pub y: f32,
    pub rgb: [f32; 3],
}

impl Superpixels {
    /// Cuts a picture of colours `[height, width]` in `[0, 1]` into pieces about `cell` pixels wide.
    pub fn of(rgb: &[[f32; 3]], width: usize, height: usize, cell: usize) -> Self {
        let (columns, rows) = (width.div_ceil(cell), height.div_ceil(cell));
        let cell_of = |i: usize| (i % width / cell, i / width / cell);
        let mut of: Vec<usize> =
            (0..width * height).map(|i| cell_of(i).1 * columns + cell_of(i).0).collect();
        let mut pieces = means(rgb, width, &of, columns * rows);
        for _ in 0..ROUNDS {
            for (i, piece) in of.iter_mut().enumerate() {
                let (column, row) = cell_of(i);
                let near = (row.saturating_sub(1)..(row + 2).min(rows)).flat_map(|r| {
                    (column.saturating_sub(1)..(column + 2).min(columns))
                        .map(move |c| r * columns + c)
                });
                let distance = |p: &usize| {
                    let p = &pieces[*p];
                    let (x, y) = ((i % width) as f32 - p.x, (i / width) as f32 - p.y);
                    let colour: f32 = (0..3).map(|c| (rgb[i][c] - p.rgb[c]).powi(2)).sum();
                    (x * x + y * y) / (cell * cell) as f32 + COLOUR * COLOUR * colour
                };
                let best = near.min_by(|a, b| distance(a).total_cmp(&distance(b)));
                *piece = best.expect("a pixel has a cell");
            }
            pieces = means(rgb, width, &of, columns * rows);
        }
        Self { of, pieces }
    }
}

/// Means of pieces; one that lost all its pixels is far away.
fn means(rgb: &[[f32; 3]], width: usize, of: &[usize], count: usize) -> Vec<Piece> {
    let mut sums = vec![(Piece::default(), 0.0f32); count];
    for (i, &piece) in of.iter().enumerate() {
        let (sum, n) = &mut sums[piece];
        sum.x += (i % width) as f32;
        sum.y += (i / width) as f32;
        sum.rgb = std::array::from_fn(|c| sum.rgb[c] + rgb[i][c]);
        *n += 1.0;
    }
    let mean = |(sum, n): (Piece, f32)| match n {
        0.0 => Piece { x: f32::MAX.sqrt(), y: 0.0, rgb: [0.0; 3] },
        n => Piece { x: sum.x / n, y: sum.y / n, rgb: sum.rgb.map(|v| v / n) },
    };
    sums.into_iter().map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_follow_a_border_that_cells_do_not() {
        // Black left of column 13, white to the right; cells are 8 wide.
        let rgb: Vec<_> = (0..32 * 32).map(|i| [f32::from(u8::from(i % 32 >= 13)); 3]).collect();
        let pieces = Superpixels::of(&rgb, 32, 32, 8);
        for (i, colour) in rgb.iter().enumerate() {
            let piece = pieces.pieces[pieces.of[i]];
            assert!((piece.rgb[0] - colour[0]).abs() < 0.01, "pixel {i} lies in {piece:?}");
        }
    }
}
