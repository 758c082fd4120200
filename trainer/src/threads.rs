//! The threads that compute: chunks of a training step, and shares of many sentences.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use pollster::block_on;
use spanlight_core::Result;
use spanlight_core::batch::Pieces;
use spanlight_core::predict::{Detail, Predicted, Predictor};
use spanlight_learn::{Job, Sequential, Workers, job};

/// Up to so many threads, that of the caller among them.
#[derive(Debug, Clone, Copy)]
pub struct Threads(pub usize);

impl Workers for Threads {
    async fn run<'a, T: Send + 'a>(&self, jobs: Vec<Job<'a, T>>) -> Vec<T> {
        let threads = self.0.min(jobs.len());
        if threads <= 1 {
            return Sequential.run(jobs).await;
        }
        let results = Mutex::new(Vec::with_capacity(jobs.len()));
        let open = Mutex::new(jobs.into_iter().enumerate());
        let work = || {
            loop {
                let Some((index, job)) = lock(&open).next() else {
                    break;
                };
                let result = block_on(job());
                lock(&results).push((index, result));
            }
        };
        // A thread that panics ends the others no earlier than their jobs, and then the caller.
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        results.sort_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    }
}

impl Threads {
    /// Runs functions that do not wait for anything; returns their results in order.
    pub fn map<I, T>(self, items: I, work: impl Fn(I::Item) -> T + Sync) -> Vec<T>
    where
        I: IntoIterator<Item: Send>,
        T: Send,
    {
        let work = &work;
        let jobs = items
            .into_iter()
            .map(|item| job(move || async move { work(item) }));
        block_on(self.run(jobs.collect()))
    }
}

/// A panicking thread ends the run anyway, so a poisoned lock is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Predicts all sentences, in their order; `progress` learns how many more are done.
///
/// # Errors
/// The first error of any thread.
pub fn predict_all(
    predictor: &Predictor,
    sentences: &[Pieces],
    detail: Detail,
    workers: usize,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Predicted>> {
    let share = sentences.len().div_ceil(workers.max(1)).max(1);
    let parts = Threads(workers).map(sentences.chunks(share), |share| {
        let mut found = vec![Predicted::default(); share.len()];
        block_on(predictor.run_with(share, detail, async |results| {
            progress(results.len());
            for (i, predicted) in results {
                found[i] = predicted;
            }
            true
        }))?;
        Ok(found)
    });
    let parts: Result<Vec<Vec<Predicted>>> = parts.into_iter().collect();
    Ok(parts?.concat())
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use spanlight_tests::regression::{Regression, regression_step};

    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_jobs() {
        for threads in [0, 1, 2, 3, 20] {
            let squares = Threads(threads).map(0..9, |n| n * n);
            assert_eq!(squares, [0, 1, 4, 9, 16, 25, 36, 49, 64]);
        }
        assert!(Threads(2).map([0; 0], |n| n).is_empty());
    }

    #[test]
    fn the_number_of_threads_does_not_change_a_bit() {
        let (gradients, losses) = regression_step(&Regression::new(), &Threads(1));
        assert!(gradients.iter().all(|g| g.abs() > 1e-3) && losses.iter().all(Option::is_some));
        for threads in [2, 3, 9] {
            let found = regression_step(&Regression::new(), &Threads(threads));
            assert_eq!(found, (gradients.clone(), losses.clone()));
        }
    }

    #[test]
    fn a_panic_of_a_thread_ends_the_step() {
        let (sender, receiver) = channel();
        thread::spawn(move || {
            let panic = |n| assert_ne!(n, 1, "on purpose");
            let step = catch_unwind(|| Threads(2).map(0..5, panic));
            let _ = sender.send(step.is_err());
        });
        let ended = receiver.recv_timeout(Duration::from_secs(20));
        assert_eq!(ended, Ok(true), "the other threads wait for ever");
    }
}
