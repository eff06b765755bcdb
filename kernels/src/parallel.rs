//! The same work on equal parts, by several threads where the feature `rayon` is on.

/// Calls `work` with each chunk and its index.
#[cfg(feature = "rayon")]
pub fn chunks(data: &mut [f32], chunk: usize, work: impl Fn(usize, &mut [f32]) + Send + Sync) {
    use rayon::prelude::*;
    data.par_chunks_mut(chunk).enumerate().for_each(|(i, part)| work(i, part));
}

/// Calls `work` with each chunk and its index.
#[cfg(not(feature = "rayon"))]
pub fn chunks(data: &mut [f32], chunk: usize, work: impl Fn(usize, &mut [f32])) {
    data.chunks_mut(chunk).enumerate().for_each(|(i, part)| work(i, part));
}
