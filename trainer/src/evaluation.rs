//! Evaluates a model on annotated sentences.

use spanlight_core::Schema;
use spanlight_core::batch::Pieces;
use spanlight_core::document::Sentence;
use spanlight_core::predict::{Detail, Predicted, Predictor};
use spanlight_core::predict::{named, tokenize_gold};
use spanlight_core::score::{Prediction, Report, score};
use spanlight_core::wordpiece::WordPiece;

use crate::error::Result;
use crate::threads::predict_all;

/// Gold sentences, tokenised once.
pub struct Evaluation<'a> {
    gold: &'a [Sentence],
    pieces: Vec<Pieces>,
    schema: Schema,
}

impl<'a> Evaluation<'a> {
    /// Tokenises sentences for an encoder that takes at most `room` word-pieces.
    ///
    /// # Errors
    /// [`Error::Core`](crate::error::Error::Core) for a sentence that the encoder cannot take.
    pub fn new(
        gold: &'a [Sentence],
        schema: &Schema,
        tokenizer: &WordPiece,
        room: usize,
    ) -> Result<Self> {
        let pieces = tokenize_gold(gold, tokenizer, room)?;
        Ok(Self {
            gold,
            pieces,
            schema: schema.clone(),
        })
    }

    /// Predicts and scores all sentences.
    ///
    /// # Errors
    /// [`Error::Core`](crate::error::Error::Core) when the device fails.
    pub fn run(&self, predictor: &Predictor, workers: usize) -> Result<Report> {
        let predictions = self.predict(predictor, workers, &|_| ())?;
        Ok(score(self.gold, &predictions, &self.schema)?)
    }

    /// Predicts all sentences, in their order.
    ///
    /// # Errors
    /// [`Error::Core`](crate::error::Error::Core) when the device fails.
    pub fn predict(
        &self,
        predictor: &Predictor,
        workers: usize,
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<Vec<Prediction>> {
        let predicted = self.predict_with(predictor, Detail::default(), workers, progress)?;
        Ok(self.named(&predicted))
    }

    /// The predictions with label names instead of class numbers.
    pub fn named(&self, predicted: &[Predicted]) -> Vec<Prediction> {
        predicted.iter().map(|p| named(p, &self.schema)).collect()
    }

    /// As [`Self::predict`], with class numbers, scores, and the content that `detail` selects.
    ///
    /// # Errors
    /// As [`Self::predict`].
    pub fn predict_with(
        &self,
        predictor: &Predictor,
        detail: Detail,
        workers: usize,
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<Vec<Predicted>> {
        Ok(predict_all(
            predictor,
            &self.pieces,
            detail,
            workers,
            progress,
        )?)
    }
}
