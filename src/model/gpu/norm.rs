//! LayerNorm.

use burn::nn::LayerNorm;

use super::{FOUR, Shader, Values, shader};

const LAYER_NORM: Shader = shader!("layer_norm", [16, 1, 1]);

/// LayerNorm of `[rows, columns]`.
pub fn norm(norm: &LayerNorm, rows: usize, x: &Values) -> Option<Values> {
    let columns = norm.gamma.dims()[0];
    if !columns.is_multiple_of(FOUR) {
        return None;
    }
    let gamma = Values::of(norm.gamma.val())?;
    let beta = Values::of(norm.beta.as_ref()?.val())?;
    let out = x.room(rows * columns);
    let size = [rows as u32, (columns / FOUR) as u32];
    LAYER_NORM.launch([rows, 1, 1], &[x, &gamma, &beta, &out], &size);
    Some(out)
}
