//! How the parts of a step are computed: one after the other, or several at the same time.

use std::pin::Pin;

/// A part of a step. The future is made by the worker that runs it, so that it need not be `Send`.
pub type Job<'a, T> = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = T> + 'a>> + Send + 'a>;

/// Boxes a function that returns a future.
pub fn job<'a, T, F>(work: impl FnOnce() -> F + Send + 'a) -> Job<'a, T>
where
    F: Future<Output = T> + 'a,
{
    Box::new(move || Box::pin(work()))
}

/// Computes jobs. Callers keep sums in the order of the jobs, so that results do not depend on how many run
/// at the same time.
pub trait Workers {
    /// Runs all jobs, each begun in their order, and returns their results in that order.
    fn run<'a, T: Send + 'a>(&self, jobs: Vec<Job<'a, T>>) -> impl Future<Output = Vec<T>>;
}

/// One job after the other, on the thread that asks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sequential;

impl Workers for Sequential {
    async fn run<'a, T: Send + 'a>(&self, jobs: Vec<Job<'a, T>>) -> Vec<T> {
        let mut results = Vec::with_capacity(jobs.len());
        for job in jobs {
            results.push(job().await);
        }
        results
    }
}
