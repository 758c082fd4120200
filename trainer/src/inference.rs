//! Prediction of many sentences on all threads.

use spanlight_core::Result;
use spanlight_core::batch::Pieces;
use spanlight_core::predict::{Detail, Predicted, Predictor};

/// Predicts all sentences, in their order; `progress` learns how many are done.
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
    let run = |share: &[Pieces]| -> Result<Vec<Predicted>> {
        let mut found = vec![Predicted::default(); share.len()];
        pollster::block_on(predictor.run_with(share, detail, async |results| {
            progress(results.len());
            for (i, predicted) in results {
                found[i] = predicted;
            }
            true
        }))?;
        Ok(found)
    };
    let share = sentences.len().div_ceil(workers.max(1)).max(1);
    if share >= sentences.len() {
        return run(sentences);
    }
    let parts: Vec<Result<Vec<Predicted>>> = std::thread::scope(|scope| {
        let handles: Vec<_> = sentences
            .chunks(share)
            .map(|share| scope.spawn(move || run(share)))
            .collect();
        handles
            .into_iter()
            .map(|h| {
                h.join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    });
    let parts: Result<Vec<Vec<Predicted>>> = parts.into_iter().collect();
    Ok(parts?.concat())
}
