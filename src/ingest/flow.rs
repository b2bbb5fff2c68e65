//! One file through any number of threads: pieces are cut in order, worked on by whoever is free, and taken in order.
//! What comes out depends on the pieces alone, never on the threads; no more than a few pieces wait at a time.

use crate::error::Result;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Whether further pieces are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Go {
    On,
    Stop,
}

/// Finished pieces that may wait for an earlier one before their maker waits too.
const PATIENCE: usize = 8;

struct Input<N> {
    next: N,
    index: u64,
    dry: bool,
}

struct Output<K> {
    take: K,
    wanted: u64,
    error: Option<crate::error::Error>,
}

struct Flow<N, K, Q> {
    input: Mutex<Input<N>>,
    parked: Mutex<BTreeMap<u64, Result<Q>>>,
    output: Mutex<Output<K>>,
    stopped: AtomicBool,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `next` (in order, one at a time), `work` (at the same time on up to `threads` threads, each with a memory of its
/// own) and `take` (in order, one at a time) until `next` has no more, `take` wants no more, or one of them fails.
///
/// Errors: the first in the order of the pieces.
pub(super) fn flow<P, Q, M>(
    threads: usize,
    next: impl FnMut() -> Result<Option<P>> + Send,
    memory: impl Fn() -> M + Sync,
    work: impl Fn(&mut M, P) -> Result<Q> + Sync,
    take: impl FnMut(Q) -> Result<Go> + Send,
) -> Result<()>
where
    P: Send,
    Q: Send,
{
    let flow = Flow {
        input: Mutex::new(Input { next, index: 0, dry: false }),
        parked: Mutex::new(BTreeMap::new()),
        output: Mutex::new(Output { take, wanted: 0, error: None }),
        stopped: AtomicBool::new(false),
    };
    let one = || flow.run(&memory, &work);
    if threads > 1 {
        rayon::scope(|scope| {
            (1..threads).for_each(|_| scope.spawn(|_| one()));
            one();
        });
    } else {
        one();
    }
    flow.deliver(&mut locked(&flow.output));
    let output = flow.output.into_inner().unwrap_or_else(PoisonError::into_inner);
    output.error.map_or(Ok(()), Err)
}

impl<P, Q, N, K> Flow<N, K, Q>
where
    N: FnMut() -> Result<Option<P>>,
    K: FnMut(Q) -> Result<Go>,
{
    /// The work of one thread.
    fn run<M>(&self, memory: &impl Fn() -> M, work: &impl Fn(&mut M, P) -> Result<Q>) {
        let mut memory = memory();
        while !self.stopped.load(Ordering::Acquire) {
            let Some((index, piece)) = self.next() else { break };
            let made = piece.and_then(|piece| work(&mut memory, piece));
            let waiting = {
                let mut parked = locked(&self.parked);
                parked.insert(index, made);
                parked.len()
            };
            self.hand_over(waiting > PATIENCE);
        }
    }

    fn next(&self) -> Option<(u64, Result<P>)> {
        let mut input = locked(&self.input);
        if input.dry {
            return None;
        }
        let piece = (input.next)().transpose();
        input.dry = !matches!(piece, Some(Ok(_)));
        let index = input.index;
        input.index += 1;
        piece.map(|piece| (index, piece))
    }

    /// Takes what is ready, unless another thread is at it and nothing presses.
    fn hand_over(&self, pressing: bool) {
        loop {
            let mut output = if pressing {
                locked(&self.output)
            } else {
                match self.output.try_lock() {
                    Ok(output) => output,
                    Err(_) => return,
                }
            };
            self.deliver(&mut output);
            let wanted = output.wanted;
            drop(output);
            // A piece may have come while the lock was still held and its maker gone on.
            if self.stopped.load(Ordering::Acquire) || !locked(&self.parked).contains_key(&wanted) {
                return;
            }
        }
    }

    fn deliver(&self, output: &mut Output<K>) {
        while !self.stopped.load(Ordering::Acquire) {
            let Some(made) = locked(&self.parked).remove(&output.wanted) else { return };
            output.wanted += 1;
            match made.and_then(|made| (output.take)(made)) {
                Ok(Go::On) => {}
                Ok(Go::Stop) => self.stopped.store(true, Ordering::Release),
                Err(error) => {
                    output.error = Some(error);
                    self.stopped.store(true, Ordering::Release);
                }
            }
        }
    }
}
