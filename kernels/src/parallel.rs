//! Work in parts, by several threads where the feature `rayon` is on.
//!
//! Only the outermost call shares its parts out; what is called within one of them runs on that thread alone.

#[cfg(not(feature = "rayon"))]
pub use alone::*;
#[cfg(feature = "rayon")]
pub use shared::*;

/// Runs `work`, whose parts follow each other so closely that no thread is to sleep in between: in the browser it takes longer to
/// wake one than to compute some parts.
pub fn awake<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(all(feature = "rayon", target_arch = "wasm32"))]
    return shared::awake(work);
    #[cfg(not(all(feature = "rayon", target_arch = "wasm32")))]
    work()
}

/// Without threads.
#[cfg(any(test, not(feature = "rayon")))]
mod alone {
    /// Threads that parts are shared out to.
    pub fn threads() -> usize {
        1
    }

    /// Calls `work` with each chunk and its index.
    pub fn chunks(data: &mut [f32], chunk: usize, work: impl Fn(usize, &mut [f32])) {
        data.chunks_mut(chunk).enumerate().for_each(|(i, part)| work(i, part));
    }

    /// Calls `work` for every `part` columns of rows of `stride` values: with the first of them, what begins there, and how far
    /// apart its rows are.
    pub fn columns(
        data: &mut [f32],
        stride: usize,
        part: usize,
        work: impl Fn(usize, &mut [f32], usize),
    ) {
        for first in (0..stride).step_by(part) {
            work(first, &mut data[first..], stride);
        }
    }

    /// Calls `work`, which adds to what it is given, for each of the parts of a sum.
    pub fn sum(data: &mut [f32], parts: usize, work: impl Fn(usize, &mut [f32])) {
        (0..parts).for_each(|i| work(i, data));
    }
}

/// By rayon.
#[cfg(feature = "rayon")]
mod shared {
    use std::cell::Cell;

    use rayon::prelude::*;

    thread_local! {
        /// Whether this thread works on a part.
        static BUSY: Cell<bool> = const { Cell::new(false) };
    }

    /// Threads that parts are shared out to.
    pub fn threads() -> usize {
        if BUSY.get() { 1 } else { rayon::current_num_threads() }
    }

    /// Calls `work` with each chunk and its index.
    pub fn chunks(data: &mut [f32], chunk: usize, work: impl Fn(usize, &mut [f32]) + Sync) {
        if threads() == 1 || data.len() <= chunk {
            return data.chunks_mut(chunk).enumerate().for_each(|(i, part)| work(i, part));
        }
        share_out(data, chunk, &work);
    }

    /// Compiled once for all kernels: rayon's share of a module is not small.
    fn share_out(data: &mut [f32], chunk: usize, work: &(dyn Fn(usize, &mut [f32]) + Sync)) {
        let parts = data.par_chunks_mut(chunk).enumerate();
        parts.for_each(|(i, part)| busy(|| work(i, part)));
    }

    /// What `work` answers for each index.
    fn map<R: Send>(count: usize, work: impl Fn(usize) -> R + Sync) -> Vec<R> {
        if threads() == 1 || count == 1 {
            return (0..count).map(work).collect();
        }
        (0..count).into_par_iter().map(|i| busy(|| work(i))).collect()
    }

    /// Calls `work` for every `part` columns of rows of `stride` values: with the first of them, what begins there, and how far
    /// apart its rows are. Threads have copies, since what they write lies between what others do.
    pub fn columns(
        data: &mut [f32],
        stride: usize,
        part: usize,
        work: impl Fn(usize, &mut [f32], usize) + Sync,
    ) {
        if threads() == 1 || stride <= part {
            return (0..stride)
                .step_by(part)
                .for_each(|first| work(first, &mut data[first..], stride));
        }
        copy_out(data, stride, part, &work);
    }

    fn copy_out(
        data: &mut [f32],
        stride: usize,
        part: usize,
        work: &(dyn Fn(usize, &mut [f32], usize) + Sync),
    ) {
        let parts = map(stride.div_ceil(part), |i| {
            let first = i * part;
            let width = part.min(stride - first);
            let mut copy = Vec::with_capacity(data.len() / stride * width);
            for row in data.chunks_exact(stride) {
                copy.extend_from_slice(&row[first..][..width]);
            }
            work(first, &mut copy, width);
            copy
        });
        chunks(data, stride, |row, to| {
            for (to, part) in to.chunks_mut(part).zip(&parts) {
                to.copy_from_slice(&part[row * to.len()..][..to.len()]);
            }
        });
    }

    /// Calls `work`, which adds to what it is given, for each of the parts of a sum. Their order decides how it is rounded, not
    /// which of them ends first.
    pub fn sum(data: &mut [f32], parts: usize, work: impl Fn(usize, &mut [f32]) + Sync) {
        /// What is added in one go.
        const CHUNK: usize = 1 << 14;
        if threads() == 1 || parts <= 1 {
            return (0..parts).for_each(|i| work(i, data));
        }
        let length = data.len();
        let others = || {
            let rest = (1..parts).into_par_iter().map(|i| {
                let mut sums = vec![0.0; length];
                busy(|| work(i, &mut sums));
                sums
            });
            rest.collect::<Vec<_>>()
        };
        let ((), others) = rayon::join(|| busy(|| work(0, data)), others);
        chunks(data, CHUNK, |i, to| {
            for other in &others {
                let more = &other[i * CHUNK..][..to.len()];
                to.iter_mut().zip(more).for_each(|(to, more)| *to += more);
            }
        });
    }

    /// Keeps the other threads looking for parts while `work` runs, for as long as they find some now and then.
    #[cfg(target_arch = "wasm32")]
    pub fn awake<R>(work: impl FnOnce() -> R) -> R {
        use std::sync::atomic::{AtomicBool, Ordering};

        /// Looks for nothing, a millisecond or two, after which a thread may sleep all the same.
        const PATIENCE: u32 = 1 << 14;
        if threads() == 1 {
            return work();
        }
        let here = rayon::current_thread_index();
        let done = AtomicBool::new(false);
        rayon::in_place_scope(|scope| {
            scope.spawn_broadcast(|_, thread| {
                let mut idle = 0;
                while Some(thread.index()) != here
                    && idle < PATIENCE
                    && !done.load(Ordering::Relaxed)
                {
                    let found = rayon::yield_now() == Some(rayon::Yield::Executed);
                    idle = if found { 0 } else { idle + 1 };
                }
            });
            let result = work();
            done.store(true, Ordering::Relaxed);
            result
        })
    }

    /// Works on a part.
    fn busy<R>(work: impl FnOnce() -> R) -> R {
        struct Before(bool);
        impl Drop for Before {
            fn drop(&mut self) {
                BUSY.set(self.0);
            }
        }
        let _before = Before(BUSY.replace(true));
        work()
    }
}

/// Runs `work` where parts are shared out to `threads` threads, or to none without the feature.
#[cfg(test)]
pub fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    #[cfg(feature = "rayon")]
    return rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work);
    #[cfg(not(feature = "rayon"))]
    {
        let _ = threads;
        work()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn threads_do_what_one_does(
            threads in 1..5_usize, rows in 1..9_usize, stride in 1..40_usize, part in 1..50_usize, parts in 1..7_usize,
        ) {
            let before: Vec<f32> = (0..rows * stride).map(|i| i as f32).collect();
            let fill = |first: usize, to: &mut [f32], pitch: usize| {
                let width = part.min(stride - first);
                for row in 0..rows {
                    let to = &mut to[row * pitch..][..width];
                    to.iter_mut().enumerate().for_each(|(i, to)| *to = *to * 2.0 + (first + i) as f32);
                }
            };
            let add = |i: usize, to: &mut [f32]| to.iter_mut().for_each(|to| *to += i as f32);
            let (mut ours, mut expected) = (before.clone(), before);
            with_threads(threads, || {
                columns(&mut ours, stride, part, fill);
                sum(&mut ours, parts, add);
                chunks(&mut ours, part, add);
            });
            alone::columns(&mut expected, stride, part, fill);
            alone::sum(&mut expected, parts, add);
            alone::chunks(&mut expected, part, add);
            prop_assert_eq!(ours, expected);
        }
    }

    #[test]
    fn a_part_is_not_shared_out_again() {
        let mut seen = [0.0; 4];
        with_threads(3, || chunks(&mut seen, 1, |_, seen| seen[0] = threads() as f32));
        assert_eq!(seen, [1.0; 4]);
        assert_eq!(threads() == alone::threads(), threads() == 1);
    }
}
