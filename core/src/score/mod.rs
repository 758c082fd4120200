//! Precision, recall and F1 of extracted entities and relations (method §7).
//!
//! Three protocols, because published numbers differ in what they count as gold:
//!
//! | protocol | gold | argument order |
//! |---|---|---|
//! | [`Protocol::Full`] | every annotation of every sentence | always counts |
//! | [`Protocol::Reference`] | what the paper's reader keeps, see [`reference_view`] | always counts |
//! | [`Protocol::Symmetric`] | as `Full` | ignored for the types in [`Schema::symmetric`] |

mod bucket;
mod counts;
mod differences;
mod facts;
mod reference;
mod scores;
mod table;
#[cfg(test)]
mod tests;
mod unrelated;

use serde::{Deserialize, Serialize};

pub use bucket::{Bucket, BucketScores, Size, score_buckets};
pub use counts::Counts;
pub use differences::{Difference, Kind, SentenceDifferences, Subject, differences};
pub(crate) use facts::Facts;
pub use reference::{MAX_WORDS, reference_view};
pub use scores::{ByType, Scores};
pub use unrelated::{Unrelated, unrelated};

use crate::{
    Error, Result,
    document::{Entity, Relation, Sentence},
    schema::{Schema, Span},
};

/// What a model extracted from one sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prediction {
    /// Spans of the tagger, before typing discards any.
    pub spans: Vec<Span>,
    /// Typed mentions.
    pub entities: Vec<Entity>,
    /// Relations between [`Self::entities`].
    pub relations: Vec<Relation>,
}

impl From<&Sentence> for Prediction {
    /// The prediction that repeats a sentence's own annotations.
    fn from(sentence: &Sentence) -> Self {
        Self {
            spans: sentence.entities.iter().map(|e| (e.start, e.end)).collect(),
            entities: sentence.entities.clone(),
            relations: sentence.relations.clone(),
        }
    }
}

impl Prediction {
    /// Checks that every span lies inside `sentence` and every relation's arguments exist.
    ///
    /// # Errors
    /// [`Error::Sentence`] that names the prediction concerned.
    pub fn validate(&self, sentence: &Sentence) -> Result<()> {
        let fail = |problem: String| Error::Sentence {
            document: sentence.document.clone(),
            sentence: sentence.index,
            problem,
        };
        let words = sentence.words.len();
        let entities = self.entities.iter().map(|e| (e.start, e.end));
        if let Some((s, e)) = self
            .spans
            .iter()
            .copied()
            .chain(entities)
            .find(|&(s, e)| s >= e || e > words)
        {
            return Err(fail(format!(
                "predicted span [{s}, {e}) is empty or leaves the {words} words of the sentence"
            )));
        }
        let count = self.entities.len();
        if let Some(r) = self.relations.iter().find(|r| r.head.max(r.tail) >= count) {
            return Err(fail(format!(
                "predicted relation `{}` joins entities {} and {}, but {count} were predicted",
                r.label, r.head, r.tail
            )));
        }
        Ok(())
    }
}

/// Which annotations count as gold and whether the order of arguments matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// All annotations of all sentences, as sets.
    Full,
    /// Only what survives the paper's reader; at most one relation per pair on either side.
    Reference,
    /// As [`Protocol::Full`], with symmetric types compared in either order.
    Symmetric,
}

impl Protocol {
    /// Every protocol, the headline first.
    pub const ALL: [Self; 3] = [Self::Full, Self::Reference, Self::Symmetric];

    /// Name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Reference => "reference",
            Self::Symmetric => "symmetric",
        }
    }
}

/// Scores under every protocol; its JSON form is the output of `spanlight evaluate`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Under [`Protocol::Full`].
    pub full: Scores,
    /// Under [`Protocol::Reference`].
    pub reference: Scores,
    /// Under [`Protocol::Symmetric`].
    pub symmetric: Scores,
}

impl Report {
    /// Scores under one protocol.
    pub fn get(&self, protocol: Protocol) -> &Scores {
        match protocol {
            Protocol::Full => &self.full,
            Protocol::Reference => &self.reference,
            Protocol::Symmetric => &self.symmetric,
        }
    }
}

/// Compares predictions with gold sentences, in the same order, under every protocol.
///
/// # Errors
/// [`Error::Predictions`] if the lengths differ; [`Error::Sentence`] for annotations or predictions
/// that point outside their sentence.
pub fn score(gold: &[Sentence], predictions: &[Prediction], schema: &Schema) -> Result<Report> {
    let under = |protocol| score_under(gold, predictions, schema, protocol);
    Ok(Report {
        full: under(Protocol::Full)?,
        reference: under(Protocol::Reference)?,
        symmetric: under(Protocol::Symmetric)?,
    })
}

/// As [`score`], under one protocol.
///
/// # Errors
/// As [`score`].
pub fn score_under(
    gold: &[Sentence],
    predictions: &[Prediction],
    schema: &Schema,
    protocol: Protocol,
) -> Result<Scores> {
    same_length(gold, predictions)?;
    let mut scores = Scores::new(schema);
    for (sentence, prediction) in gold.iter().zip(predictions) {
        scores.add(sentence, prediction, schema, protocol)?;
    }
    Ok(scores)
}

pub(crate) fn same_length<P>(gold: &[Sentence], predictions: &[P]) -> Result<()> {
    if gold.len() == predictions.len() {
        return Ok(());
    }
    Err(Error::Predictions {
        given: predictions.len(),
        sentences: gold.len(),
    })
}
