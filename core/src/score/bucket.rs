//! Scores by the size of sentences (method §9.5): by their number of entities, or of words.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{ByType, Prediction, Protocol, Scores, reference_view};
use crate::{Result, document::Sentence, schema::Schema};

/// Sentences of similar size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Smallest size.
    pub from: usize,
    /// Largest size; `None` if the bucket has no upper limit.
    pub to: Option<usize>,
}

impl Bucket {
    const fn new(from: usize, to: usize) -> Self {
        Self { from, to: Some(to) }
    }

    const fn from(from: usize) -> Self {
        Self { from, to: None }
    }

    /// Whether sentences of a size belong to the bucket.
    pub fn holds(&self, size: usize) -> bool {
        self.from <= size && self.to.is_none_or(|to| size <= to)
    }

    /// The range of the bucket, such as `≤2`, `3-4` or `≥9`.
    pub fn name(&self) -> String {
        match (self.from, self.to) {
            (0, Some(to)) => format!("≤{to}"),
            (from, Some(to)) => format!("{from}-{to}"),
            (from, None) => format!("≥{from}"),
        }
    }
}

/// The size by which sentences are sorted into buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Size {
    /// Number of distinct gold entities.
    Entities,
    /// Number of words.
    Words,
}

impl Size {
    /// The buckets by this size. Every sentence with a word belongs to exactly one.
    pub fn buckets(self) -> [Bucket; 5] {
        match self {
            Self::Entities => [
                Bucket::new(0, 2),
                Bucket::new(3, 4),
                Bucket::new(5, 6),
                Bucket::new(7, 8),
                Bucket::from(9),
            ],
            Self::Words => [
                Bucket::new(1, 10),
                Bucket::new(11, 20),
                Bucket::new(21, 30),
                Bucket::new(31, 50),
                Bucket::from(51),
            ],
        }
    }

    fn of(self, sentence: &Sentence) -> usize {
        match self {
            Self::Entities => sentence.entities.iter().collect::<HashSet<_>>().len(),
            Self::Words => sentence.words.len(),
        }
    }
}

/// Micro-averaged scores of the sentences in a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketScores {
    /// The bucket.
    #[serde(flatten)]
    pub bucket: Bucket,
    /// Number of its sentences.
    pub sentences: usize,
    /// Scores of its sentences, without those by type.
    #[serde(flatten)]
    pub scores: Scores,
}

/// Scores by bucket, in the order of [`Size::buckets`]. Sentences that the protocol drops belong to no
/// bucket.
///
/// # Errors
/// As [`score`](super::score).
pub fn score_buckets(
    gold: &[Sentence],
    predictions: &[Prediction],
    schema: &Schema,
    protocol: Protocol,
    size: Size,
) -> Result<Vec<BucketScores>> {
    super::same_length(gold, predictions)?;
    let mut rows: Vec<BucketScores> = size
        .buckets()
        .into_iter()
        .map(|bucket| BucketScores {
            bucket,
            sentences: 0,
            scores: Scores::default(),
        })
        .collect();
    for (sentence, prediction) in gold.iter().zip(predictions) {
        let size = match protocol {
            Protocol::Reference => reference_view(sentence).map(|view| size.of(&view)),
            Protocol::Full | Protocol::Symmetric => Some(size.of(sentence)),
        };
        let row = size.and_then(|size| rows.iter_mut().find(|row| row.bucket.holds(size)));
        if let Some(row) = row {
            row.sentences += 1;
            row.scores.add(sentence, prediction, schema, protocol)?;
        }
    }
    for row in &mut rows {
        row.scores.by_type = ByType::default();
    }
    Ok(rows)
}
