//! Products of matrices.

/// A matrix that is read.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// Rows without a gap.
    ///
    /// # Panics
    /// When `data` has another length.
    pub fn new(data: &'a [f32], rows: usize, columns: usize) -> Self {
        assert!(data.len() == rows * columns, "{} values", rows * columns);
        Self::strided(data, rows, columns, columns)
    }

    /// Rows that begin `stride` values apart.
    ///
    /// # Panics
    /// When `data` is shorter.
    pub fn strided(data: &'a [f32], rows: usize, columns: usize, stride: usize) -> Self {
        assert!(rows == 0 || data.len() >= (rows - 1) * stride + columns, "rows of {columns}");
        Self { data, rows, columns, row_stride: stride, column_stride: 1 }
    }

    /// Rows as columns.
    pub fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

/// What a product is added to.
#[derive(Clone, Copy)]
pub enum Start<'a> {
    Zero,
    /// What is there.
    Sum,
    /// One value a row.
    Rows(&'a [f32]),
    /// One value a column.
    Columns(&'a [f32]),
}

/// The right side of products, prepared once for many left sides.
pub struct Right<'a>(imp::Right<'a>);

impl<'a> Right<'a> {
    pub fn new(matrix: Matrix<'a>) -> Self {
        Self(imp::Right::new(matrix))
    }
}

/// `c = start + a b`, the rows of `c` beginning `stride` values apart; the rows of `a` have no gaps within.
///
/// # Panics
/// When shapes do not agree.
pub fn product(c: &mut [f32], stride: usize, a: Matrix, b: &Right, start: Start) {
    let (inner, columns) = b.0.shape();
    assert!(inner > 0 && a.columns == inner && a.column_stride == 1, "a matrix of {inner} columns");
    assert!(stride >= columns, "rows do not overlap");
    assert!(a.rows == 0 || c.len() >= (a.rows - 1) * stride + columns, "rows of {columns}");
    match start {
        Start::Rows(values) => assert!(values.len() >= a.rows, "a value a row"),
        Start::Columns(values) => assert!(values.len() >= columns, "a value a column"),
        Start::Zero | Start::Sum => {}
    }
    if a.rows > 0 && columns > 0 {
        imp::product(c, stride, a, &b.0, start);
    }
}

#[cfg(target_arch = "wasm32")]
use tiles as imp;

/// By the `gemm` crate, whose kernels for AVX and NEON are better than what is below; its own for WebAssembly are not.
#[cfg(not(target_arch = "wasm32"))]
mod imp {
    use super::{Matrix, Start};

    pub struct Right<'a>(Matrix<'a>);

    impl<'a> Right<'a> {
        pub fn new(matrix: Matrix<'a>) -> Self {
            Self(matrix)
        }

        pub fn shape(&self) -> (usize, usize) {
            (self.0.rows, self.0.columns)
        }
    }

    fn parallelism() -> gemm::Parallelism {
        #[cfg(feature = "rayon")]
        if crate::parallel::threads() > 1 {
            return gemm::Parallelism::Rayon(0);
        }
        gemm::Parallelism::None
    }

    pub fn product(c: &mut [f32], stride: usize, a: Matrix, Right(b): &Right, start: Start) {
        let rows = || (0..a.rows).map(|i| i * stride..i * stride + b.columns);
        match start {
            Start::Zero | Start::Sum => {}
            Start::Rows(values) => rows().zip(values).for_each(|(row, &value)| c[row].fill(value)),
            Start::Columns(values) => {
                rows().for_each(|row| c[row].copy_from_slice(&values[..b.columns]));
            }
        }
        // SAFETY: `Matrix` and `product` have checked that rows and columns with these strides lie within the slices.
        unsafe {
            gemm::gemm(
                a.rows,
                b.columns,
                a.columns,
                c.as_mut_ptr(),
                1,
                stride as isize,
                !matches!(start, Start::Zero),
                a.data.as_ptr(),
                a.column_stride as isize,
                a.row_stride as isize,
                b.data.as_ptr(),
                b.column_stride as isize,
                b.row_stride as isize,
                1.0,
                1.0,
                false,
                false,
                false,
                parallelism(),
            );
        }
    }
}

/// Tiles of four rows and two vectors.
#[cfg(any(test, target_arch = "wasm32"))]
mod tiles {
    use super::{Matrix, Start};
    use crate::lanes::{Lanes, vectorised};
    use crate::parallel;
    use crate::tile::{TALL, Tile, WIDE, multiply, pack};

    /// Rows of `a` that stay in the cache while the columns of `b` pass.
    const ROWS: usize = 96;
    /// Parts a thread: one that begins late leaves its share to the others.
    const PARTS: usize = 2;
    /// Multiplications that a part is to have at least, and values that are packed in one go.
    const LEAST: usize = 1 << 19;
    const PACKED: usize = 1 << 14;

    /// Panels of `WIDE` columns, row by row; what is missing in the last one is zero.
    pub struct Right<'a> {
        panels: Vec<f32>,
        matrix: Matrix<'a>,
    }

    impl<'a> Right<'a> {
        pub fn new(matrix: Matrix<'a>) -> Self {
            let panel = matrix.rows * WIDE;
            let mut panels = vec![0.0; matrix.columns.div_ceil(WIDE) * panel];
            let some = PACKED.div_ceil(panel).max(1);
            parallel::chunks(&mut panels, some * panel, |i, panels| {
                for (j, panel) in (i * some..).zip(panels.chunks_exact_mut(panel)) {
                    matrix.pack_panel(j * WIDE, panel);
                }
            });
            Self { panels, matrix }
        }

        pub fn shape(&self) -> (usize, usize) {
            (self.matrix.rows, self.matrix.columns)
        }
    }

    impl Matrix<'_> {
        /// The columns from `left` on, as many as a panel has, row by row.
        fn pack_panel(&self, left: usize, panel: &mut [f32]) {
            let columns = WIDE.min(self.columns - left);
            if self.column_stride == 1 {
                for (k, row) in panel.chunks_exact_mut(WIDE).enumerate() {
                    let from = &self.data[k * self.row_stride + left..][..columns];
                    row[..columns].copy_from_slice(from);
                }
                return;
            }
            for i in 0..columns {
                let column =
                    self.data[(left + i) * self.column_stride..].iter().step_by(self.row_stride);
                panel[i..].iter_mut().step_by(WIDE).zip(column).for_each(|(to, v)| *to = *v);
            }
        }

        /// Some of the rows.
        fn some_rows(self, first: usize, rows: usize) -> Self {
            Self { data: &self.data[first * self.row_stride..], rows, ..self }
        }
    }

    pub fn product(c: &mut [f32], stride: usize, a: Matrix, b: &Right, start: Start) {
        let (inner, columns) = b.shape();
        let parts = (parallel::threads() * PARTS).min(a.rows * inner * columns / LEAST).max(1);
        let rows = a.rows.div_ceil(parts).next_multiple_of(TALL);
        let c = &mut c[..(a.rows - 1) * stride + columns];
        parallel::chunks(c, rows * stride, |i, c| {
            let first = i * rows;
            let start = match start {
                Start::Rows(values) => Start::Rows(&values[first..]),
                _ => start,
            };
            multiply_rows(c, stride, a.some_rows(first, rows.min(a.rows - first)), b, start);
        });
    }

    fn multiply_rows(c: &mut [f32], stride: usize, a: Matrix, b: &Right, start: Start) {
        let (inner, columns) = b.shape();
        let packed = pack::<TALL>(a.rows, inner, |row| &a.data[row * a.row_stride..]);
        vectorised(
            #[inline(always)]
            || {
                for top in (0..a.rows).step_by(ROWS) {
                    for (j, panel) in b.panels.chunks_exact(inner * WIDE).enumerate() {
                        for row in (top..a.rows.min(top + ROWS)).step_by(TALL) {
                            let tile = multiply(&packed[row * inner..][..TALL * inner], panel);
                            let place = Place { row, left: j * WIDE, rows: a.rows, columns };
                            place.write(c, stride, tile, start);
                        }
                    }
                }
            },
        );
    }

    /// Where a tile lies in a matrix of so many rows and columns.
    struct Place {
        row: usize,
        left: usize,
        rows: usize,
        columns: usize,
    }

    impl Place {
        #[inline(always)]
        fn write(&self, c: &mut [f32], stride: usize, tile: Tile, start: Start) {
            let &Self { row, left, rows, columns } = self;
            if row + TALL > rows || left + WIDE > columns {
                return self.write_edge(c, stride, tile, start);
            }
            for (m, sums) in tile.into_iter().enumerate() {
                let to = &mut c[(row + m) * stride + left..][..WIDE];
                for (v, sum) in sums.into_iter().enumerate() {
                    let to = &mut to[v * Lanes::COUNT..];
                    let sum = match start {
                        Start::Zero => sum,
                        Start::Sum => sum.plus(Lanes::load(to)),
                        Start::Rows(values) => sum.plus(Lanes::splat(values[row + m])),
                        Start::Columns(values) => {
                            sum.plus(Lanes::load(&values[left + v * Lanes::COUNT..]))
                        }
                    };
                    sum.store(to);
                }
            }
        }

        #[inline(never)]
        fn write_edge(&self, c: &mut [f32], stride: usize, tile: Tile, start: Start) {
            let &Self { row, left, rows, columns } = self;
            for (row, sums) in (row..rows).zip(tile) {
                let mut values = [0.0; WIDE];
                for (v, sum) in sums.into_iter().enumerate() {
                    sum.store(&mut values[v * Lanes::COUNT..]);
                }
                for (column, value) in (left..columns).zip(values) {
                    let to = &mut c[row * stride + column];
                    *to = value
                        + match start {
                            Start::Zero => 0.0,
                            Start::Sum => *to,
                            Start::Rows(values) => values[row],
                            Start::Columns(values) => values[column],
                        };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::parallel;

    fn values(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| ((i + seed) * 7919 % 1009) as f32 / 500.0 - 1.0).collect()
    }

    #[test]
    fn a_product_that_is_shared_out_is_the_same() {
        let (rows, inner, columns, stride) = (67, 150, 301, 305);
        let (left, right) = (values(rows * inner, 1), values(inner * columns, 2));
        let a = Matrix::new(&left, rows, inner);
        let b = tiles::Right::new(Matrix::new(&right, inner, columns));
        let added = values(rows + columns, 3);
        for start in [Start::Zero, Start::Sum, Start::Rows(&added), Start::Columns(&added)] {
            let [expected, found] = [1, 3].map(|threads| {
                let mut c = values(rows * stride, 4);
                parallel::with_threads(threads, || tiles::product(&mut c, stride, a, &b, start));
                c
            });
            assert_eq!(found, expected);
        }
    }

    proptest! {
        #[test]
        fn a_product_is_the_sum_of_products(
            rows in 1..20_usize, inner in 1..40_usize, columns in 1..40_usize, gap in 0..3_usize, transposed: bool, kind in 0..4_usize,
        ) {
            let (left, right) = (values(rows * (inner + gap), 1), values(inner * columns, 2));
            let a = Matrix::strided(&left, rows, inner, inner + gap);
            let b = if transposed {
                Matrix::new(&right, columns, inner).transposed()
            } else {
                Matrix::new(&right, inner, columns)
            };
            let added = values(rows + columns, 3);
            let start = [Start::Zero, Start::Sum, Start::Rows(&added), Start::Columns(&added)][kind];
            let stride = columns + gap;
            let before = values(rows * stride, 4);
            let (mut ours, mut tiled) = (before.clone(), before.clone());
            product(&mut ours, stride, a, &Right::new(b), start);
            tiles::product(&mut tiled, stride, a, &tiles::Right::new(b), start);
            for i in 0..rows {
                for j in 0..stride {
                    let at = i * stride + j;
                    if j >= columns {
                        prop_assert_eq!((ours[at], tiled[at]), (before[at], before[at]));
                        continue;
                    }
                    let sum = (0..inner).map(|k| {
                        let right = right[k * b.row_stride + j * b.column_stride];
                        f64::from(left[i * (inner + gap) + k]) * f64::from(right)
                    });
                    let first = match kind {
                        0 => 0.0,
                        1 => before[at],
                        2 => added[i],
                        _ => added[j],
                    };
                    let expected = sum.sum::<f64>() + f64::from(first);
                    for found in [ours[at], tiled[at]] {
                        prop_assert!((f64::from(found) - expected).abs() < 1e-4, "{} {}", found, expected);
                    }
                }
            }
        }
    }
}
