//! Threads: workers with the same memory, which take part in the kernels' work.

use std::sync::{Condvar, Mutex, PoisonError};

use rayon::{ThreadBuilder, ThreadPoolBuilder};
use wasm_bindgen::prelude::*;

/// Threads of the pool that no worker is yet.
static WAITING: Mutex<Vec<ThreadBuilder>> = Mutex::new(Vec::new());
static ADDED: Condvar = Condvar::new();

/// Shares the kernels' work among `threads` threads: this one, and as many workers as are missing, each of which is in [`work`].
///
/// It waits until all have begun, so a worker that never comes would be waited for for ever.
#[wasm_bindgen(js_name = startThreads)]
pub fn start_threads(threads: usize) -> Result<(), JsError> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).use_current_thread();
    let pool = pool.spawn_handler(|thread| {
        WAITING.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        ADDED.notify_one();
        Ok(())
    });
    Ok(pool.build_global()?)
}

/// Makes this worker a thread of the pool; never returns.
#[wasm_bindgen]
pub fn work() {
    let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
    let thread = loop {
        if let Some(thread) = waiting.pop() {
            break thread;
        }
        waiting = ADDED.wait(waiting).unwrap_or_else(PoisonError::into_inner);
    };
    drop(waiting);
    thread.run();
}
