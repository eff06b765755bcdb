//! The first convolution of the trunk.

use crate::inverted_residual::Convolution;
use crate::parallel;
use crate::product::{Matrix, Right, Start, product};

/// Output cells that are multiplied in one go, at least.
const CELLS: usize = 2048;

/// A 3 x 3 convolution of stride 2 of `scale x + shift`, `[3, height, width]` of even sides to `[out, height / 2, width / 2]`, not
/// bounded: by columns of what each output reads, and a product.
///
/// # Panics
/// When shapes do not agree.
pub fn stem(
    convolution: Convolution,
    input: &[f32],
    [height, width]: [usize; 2],
    [scale, shift]: [f32; 2],
) -> Vec<f32> {
    let [rows, columns] = [height / 2, width / 2];
    let out = convolution.bias.len();
    assert!(input.len() == 3 * height * width && height % 2 == 0 && width % 2 == 0);
    let mut output = vec![0.0; out * rows * columns];
    if output.is_empty() {
        return output;
    }
    let strip = CELLS.div_ceil(columns).min(rows);
    parallel::columns(&mut output, rows * columns, strip * columns, |first, to, stride| {
        let top = first / columns;
        let cells = strip.min(rows - top) * columns;
        let mut read = vec![0.0; 27 * cells];
        for (i, to) in read.chunks_exact_mut(cells).enumerate() {
            let (channel, dy, dx) = (i / 9, i / 3 % 3, i % 3);
            for (y, to) in (top..).zip(to.chunks_exact_mut(columns)) {
                // No padding before, one row and column after.
                if 2 * y + dy == height {
                    continue;
                }
                let row = &input[(channel * height + 2 * y + dy) * width..][..width];
                let cells = row[dx..].iter().step_by(2);
                to.iter_mut().zip(cells).for_each(|(to, value)| *to = value * scale + shift);
                if dx == 2 {
                    to[columns - 1] = 0.0;
                }
            }
        }
        let read = Right::new(Matrix::new(&read, 27, cells));
        let weight = Matrix::new(convolution.weight, out, 27);
        product(to, stride, weight, &read, Start::Rows(convolution.bias));
    });
    output
}
