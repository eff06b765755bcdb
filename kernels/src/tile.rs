//! The piece of a product that stays in registers.

use crate::lanes::Lanes;

/// Four rows and two vectors: eight sums, what they are multiplied with, and nothing that is spilled.
pub const TALL: usize = 4;
pub const VECTORS: usize = 2;
pub const WIDE: usize = VECTORS * Lanes::COUNT;

/// The sums of `TALL` rows and `WIDE` columns.
pub type Tile = [[Lanes; VECTORS]; TALL];

/// Groups of `COUNT` rows of `inner` values, column by column; what is missing in the last group is zero.
pub fn pack<'a, const COUNT: usize>(
    rows: usize,
    inner: usize,
    row: impl Fn(usize) -> &'a [f32],
) -> Vec<f32> {
    let mut packed = vec![0.0; rows.next_multiple_of(COUNT) * inner];
    for (group, to) in packed.chunks_exact_mut(COUNT * inner).enumerate() {
        let first = COUNT * group;
        if rows - first >= COUNT {
            let rows: [&[f32]; COUNT] = std::array::from_fn(|i| &row(first + i)[..inner]);
            for (k, to) in to.chunks_exact_mut(COUNT).enumerate() {
                to.copy_from_slice(&rows.map(|row| row[k]));
            }
            continue;
        }
        for i in 0..rows - first {
            let row = &row(first + i)[..inner];
            to[i..].iter_mut().step_by(COUNT).zip(row).for_each(|(to, value)| *to = *value);
        }
    }
    packed
}

/// `left right`, `left` being `TALL` rows column by column and `right` `WIDE` columns row by row, as many as there are of both.
#[inline(always)]
pub fn multiply(left: &[f32], right: &[f32]) -> Tile {
    let mut tile = [[Lanes::splat(0.0); VECTORS]; TALL];
    for (left, right) in left.chunks_exact(TALL).zip(right.chunks_exact(WIDE)) {
        let right: [Lanes; VECTORS] =
            std::array::from_fn(|v| Lanes::load(&right[v * Lanes::COUNT..]));
        for (sums, &left) in tile.iter_mut().zip(left) {
            let left = Lanes::splat(left);
            for (sum, &right) in sums.iter_mut().zip(&right) {
                *sum = sum.plus_product(left, right);
            }
        }
    }
    tile
}

/// A row of a tile into as many values.
#[inline(always)]
pub fn store(row: [Lanes; VECTORS], to: &mut [f32]) {
    row.into_iter().zip(to.chunks_exact_mut(Lanes::COUNT)).for_each(|(sums, to)| sums.store(to));
}
