//! Precision, recall and F1 of extracted entities and relations (method §7).
//!
//! There are three protocols, since published numbers differ in the annotations that they count as gold:
//!
//! | protocol | gold | argument order |
//! |---|---|---|
//! | [`Protocol::Full`] | every annotation of every sentence | always counts |
//! | [`Protocol::Reference`] | the annotations that the authors' reader keeps, see [`reference_view`] | always counts |
//! | [`Protocol::Symmetric`] | as `Full` | does not count for the types in [`Schema::symmetric`] |
//!
//! A relation counts as correct with its type and the borders of both arguments, and under the strict
//! metric with the types of both arguments too.

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

/// The entities and relations that a model found in one sentence, with label names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prediction {
    /// Spans that the tagger found, before they were typed.
    pub spans: Vec<Span>,
    /// Typed entity mentions.
    pub entities: Vec<Entity>,
    /// Relations between [`Self::entities`].
    pub relations: Vec<Relation>,
}

impl From<&Sentence> for Prediction {
    /// The prediction that equals the gold annotations of a sentence.
    fn from(sentence: &Sentence) -> Self {
        Self {
            spans: sentence.entities.iter().map(|e| (e.start, e.end)).collect(),
            entities: sentence.entities.clone(),
            relations: sentence.relations.clone(),
        }
    }
}

impl Prediction {
    /// Checks that every span lies inside `sentence` and that the arguments of every relation exist.
    ///
    /// # Errors
    /// [`Error::Sentence`] that names the first invalid span or relation.
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
                "the predicted span [{s}, {e}) is empty or ends beyond the {words} words of the sentence; \
                 predict the sentence again"
            )));
        }
        let count = self.entities.len();
        if let Some(r) = self.relations.iter().find(|r| r.head.max(r.tail) >= count) {
            return Err(fail(format!(
                "the predicted relation `{}` joins entities {} and {}, but only {count} were predicted; \
                 count entities from 0",
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
    /// The annotations that the authors' reader keeps, and at most one predicted relation a pair of spans.
    Reference,
    /// As [`Protocol::Full`], but the order of the arguments of symmetric types does not count.
    Symmetric,
}

impl Protocol {
    /// Every protocol; the first one is that of headline figures.
    pub const ALL: [Self; 3] = [Self::Full, Self::Reference, Self::Symmetric];

    /// The name of the protocol in reports.
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

/// Scores predictions for gold sentences, in the same order, under every protocol.
///
/// ```
/// use spanlight_core::Schema;
/// use spanlight_core::document::{Entity, Relation, Sentence};
/// use spanlight_core::score::{Prediction, score};
///
/// let entity = |start, end, label: &str| Entity { start, end, label: label.into() };
/// let gold = Sentence {
///     document: "d1".into(),
///     words: ["Marie", "Dupont", "leads", "Acme", "."].map(String::from).into(),
///     entities: vec![entity(0, 2, "Person"), entity(3, 4, "Company")],
///     relations: vec![Relation { head: 0, tail: 1, label: "leads".into() }],
///     ..Default::default()
/// };
/// let mut prediction = Prediction::from(&gold);
/// prediction.entities[1].label = "Person".into();
///
/// let schema = Schema::of([&gold], &[]);
/// let report = score(&[gold], &[prediction], &schema)?;
/// assert_eq!(report.full.entity.f1(), 0.5);
/// assert_eq!(report.full.relation.f1(), 1.0); // the borders are right
/// assert_eq!(report.full.strict.f1(), 0.0); // the type of an argument is wrong
/// # Ok::<(), spanlight_core::Error>(())
/// ```
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

/// Scores predictions for gold sentences, in the same order, under one protocol.
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
