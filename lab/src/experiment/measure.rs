//! Scores of a finished cell, the content of its `result.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use spanlight::settings::Settings;
use spanlight_core::{
    Result, Schema,
    document::Sentence,
    score::{BucketScores, Prediction, Protocol, Scores, Size, score_buckets, score_under},
};

/// Settings, inputs and scores of a finished cell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    /// Identity of the cell.
    pub id: String,
    /// Version of the program.
    pub version: String,
    /// Name of the variant.
    pub variant: String,
    /// Share of the training documents.
    pub fraction: f64,
    /// Seed.
    pub seed: u64,
    /// All fine-tuning settings by name, so that results of other versions can be read.
    pub settings: Settings,
    /// SHA-256 sums of data, encoder and pre-training.
    pub inputs: BTreeMap<String, String>,
    /// Description of the device.
    pub device: String,
    /// Seconds of training.
    pub seconds: f64,
    /// Entity and relation types.
    pub schema: Schema,
    /// Scores on the development data.
    pub dev: Split,
    /// Scores on the test data.
    pub test: Split,
}

/// Scores on one file under every protocol.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// Under [`Protocol::Full`].
    pub full: Measures,
    /// Under [`Protocol::Reference`].
    pub reference: Measures,
    /// Under [`Protocol::Symmetric`].
    pub symmetric: Measures,
}

/// Scores on one file under one protocol.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// Scores on all sentences, in total and by type.
    #[serde(flatten)]
    pub scores: Scores,
    /// Scores by number of gold entities in the sentence.
    pub by_entities: Vec<BucketScores>,
    /// Scores by number of words in the sentence.
    pub by_words: Vec<BucketScores>,
}

impl Split {
    /// Scores predictions under every protocol.
    ///
    /// # Errors
    /// As [`spanlight_core::score::score`].
    pub fn new(gold: &[Sentence], predictions: &[Prediction], schema: &Schema) -> Result<Self> {
        let under = |protocol| -> Result<Measures> {
            let buckets = |size| score_buckets(gold, predictions, schema, protocol, size);
            Ok(Measures {
                scores: score_under(gold, predictions, schema, protocol)?,
                by_entities: buckets(Size::Entities)?,
                by_words: buckets(Size::Words)?,
            })
        };
        Ok(Self {
            full: under(Protocol::Full)?,
            reference: under(Protocol::Reference)?,
            symmetric: under(Protocol::Symmetric)?,
        })
    }

    /// Scores under one protocol.
    pub fn get(&self, protocol: Protocol) -> &Measures {
        match protocol {
            Protocol::Full => &self.full,
            Protocol::Reference => &self.reference,
            Protocol::Symmetric => &self.symmetric,
        }
    }
}
