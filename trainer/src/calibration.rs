//! Fits a model's scores to annotated sentences.

use burn::tensor::Device;
use spanlight_core::calibration::{Reliabilities, fit};
use spanlight_core::document::Sentence;
use spanlight_core::predict::{Detail, Predicted};

use spanlight_core::SavedModel;

use crate::error::Result;
use crate::evaluation::Evaluation;

/// Word-pieces per batch, padding included.
const CHUNK: usize = 512;

/// Calibrates a model on `workers` threads of the CPU. Returns how reliable its scores were before,
/// and how reliable they are after.
///
/// # Errors
/// [`Error::Core`](crate::error::Error::Core) for sentences that the model cannot read or in which it finds nothing.
pub fn calibrate(
    model: &mut SavedModel,
    gold: &[Sentence],
    workers: usize,
) -> Result<(Reliabilities, Reliabilities)> {
    let evaluation = Evaluation::new(gold, &model.schema, &model.tokenizer, model.room())?;
    let detail = Detail {
        evidence: true,
        tags: true,
        rejected: None,
    };
    let predict = |model: &SavedModel| -> Result<Vec<Predicted>> {
        let predictor = model.predictor(&Device::flex(), CHUNK)?;
        evaluation.predict_with(&predictor, detail, workers, &|_| ())
    };
    model.config.decoding.calibration = None;
    let found = predict(model)?;
    let before = Reliabilities::of(gold, &found, &model.schema)?;
    model.config.decoding.calibration = Some(fit(gold, &found, &model.schema)?);
    let after = Reliabilities::of(gold, &predict(model)?, &model.schema)?;
    Ok((before, after))
}
