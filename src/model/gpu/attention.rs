//! Multi-head attention.

use super::{FOUR, Shader, Values, shader};

const ATTENTION: Shader = shader!("attention", [64, 1, 1]);

/// The widest head that the shader knows.
const WIDEST: usize = 32;

/// Tokens `[batch, tokens, …]` among others: how far it is from one to the next, and from one of the batch to the next, and
/// where the first one begins, in values.
#[derive(Clone, Copy)]
pub struct Tokens<'a> {
    pub values: &'a Values,
    pub step: usize,
    pub batch: usize,
    pub start: usize,
}

impl<'a> Tokens<'a> {
    /// The first, second or third part of `[batch, tokens, 3 dim]`.
    pub fn part(values: &'a Values, part: usize, [tokens, dim]: [usize; 2]) -> Self {
        Self { values, step: 3 * dim, batch: 3 * tokens * dim, start: part * dim }
    }
}

/// `softmax(scale query keyT) value`, per head.
pub struct Attention<'a> {
    pub batch: usize,
    pub queries: usize,
    pub keys: usize,
    pub dim: usize,
    pub heads: usize,
    pub scale: f32,
    /// Starts at the first value.
    pub query: Tokens<'a>,
    pub key: Tokens<'a>,
    pub value: Tokens<'a>,
}

impl Attention<'_> {
    /// `[batch, queries, dim]`; `None` where the shader does not know the shape.
    pub fn compute(self) -> Option<Values> {
        let Self { batch, queries, keys, dim, heads, query, key, value, .. } = self;
        let width = dim / heads;
        if !width.is_multiple_of(FOUR) || width > WIDEST {
            return None;
        }
        let out = query.values.room(batch * queries * dim);
        let lengths = [width, query.step, query.batch, key.step, key.batch, key.start];
        let lengths = [&lengths[..], &[value.step, value.batch, value.start]].concat();
        let lengths = lengths.iter().map(|length| length / FOUR);
        let counts = [queries, keys, heads].into_iter().chain(lengths);
        let mut size: Vec<u32> = counts.map(|count| count as u32).collect();
        size.push(self.scale.to_bits());
        let bindings = [query.values, key.values, value.values, &out];
        ATTENTION.launch([queries, heads, batch], &bindings, &size);
        Some(out)
    }
}
