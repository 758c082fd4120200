//! The sentences in which two models differ (method §9.6), in the form of the paper's Table 11.

mod bracket;
mod difference;
mod source;

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter};
use std::path::Path;

use serde::Serialize;
use spanlight::data::Format;
use spanlight_core::Schema;
use spanlight_core::document::Sentence;
use spanlight_core::score::{Prediction, Protocol, Scores, score_under};

use crate::error::Result;
pub use difference::{Closer, Difference};

/// The differences between the predictions of two models.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// Path of the first predictions.
    pub a: String,
    /// Path of the second predictions.
    pub b: String,
    /// Number of sentences compared.
    pub sentences: usize,
    /// How often each model is closer to the gold annotations, among the sentences that differ.
    pub closer: BTreeMap<Closer, usize>,
    /// Scores of the first model on all sentences.
    pub scores_a: Scores,
    /// Scores of the second model on all sentences.
    pub scores_b: Scores,
    /// The sentences in which the models differ; a report keeps only the first of them.
    pub differences: Vec<Difference>,
}

impl Comparison {
    /// Reads two files of predictions (or run folders that hold one) and the gold annotations.
    ///
    /// # Errors
    /// [`crate::error::Error::Usage`] if predictions and gold annotations have different sentences.
    pub fn read(a: &Path, b: &Path, gold: &Path, format: Format) -> Result<Self> {
        let sentences = spanlight::data::read(gold, format)?.sentences;
        let [first, second] = [source::read(a, &sentences)?, source::read(b, &sentences)?];
        let schema = Schema::of(&sentences, &[]);
        let score = |found: &[Sentence]| {
            let predictions: Vec<Prediction> = found.iter().map(Prediction::from).collect();
            score_under(&sentences, &predictions, &schema, Protocol::Full)
        };
        let mut differences = Vec::new();
        for ((gold, a), b) in sentences.iter().zip(&first).zip(&second) {
            differences.extend(Difference::new(gold, a, b, &schema)?);
        }
        let mut closer = BTreeMap::new();
        for difference in &differences {
            *closer.entry(difference.closer).or_default() += 1;
        }
        Ok(Self {
            a: a.display().to_string(),
            b: b.display().to_string(),
            sentences: sentences.len(),
            closer,
            scores_a: score(&first)?,
            scores_b: score(&second)?,
            differences,
        })
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        for difference in &self.differences {
            writeln!(f, "{difference}")?;
        }
        let count = |closer| self.closer.get(&closer).copied().unwrap_or_default();
        writeln!(
            f,
            "{} of {} sentences differ; A is closer to gold in {}, B in {}",
            // `differences` may be truncated.
            self.closer.values().sum::<usize>(),
            self.sentences,
            count(Closer::A),
            count(Closer::B)
        )?;
        for (name, path, scores) in [
            ("A", &self.a, &self.scores_a),
            ("B", &self.b, &self.scores_b),
        ] {
            writeln!(
                f,
                "{name} = {path}: entity {}, Ent+Rel {}",
                scores.entity, scores.strict
            )?;
        }
        Ok(())
    }
}
