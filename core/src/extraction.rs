//! What an extraction is asked for and what it gives, as every front end shows and stores it.

use serde::{Deserialize, Serialize};

use crate::text::OffsetUnit;

/// How to extract.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExtractOptions {
    /// Entities and relations below this probability are left out, in [0, 1].
    pub threshold: f32,
    /// Unit of all offsets.
    pub unit: OffsetUnit,
}

impl Default for ExtractOptions {
    fn default() -> Self {
        Self {
            threshold: 0.0,
            unit: OffsetUnit::Utf16,
        }
    }
}

/// An entity in the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtractedEntity {
    /// Start in the text.
    pub start: usize,
    /// End in the text, exclusive.
    pub end: usize,
    /// Entity type.
    #[serde(rename = "type")]
    pub label: String,
    /// The words as they stand in the text.
    pub text: String,
    /// Probability of the type.
    pub score: f32,
}

/// A relation between two entities of the same sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtractedRelation {
    /// First argument, as an index into [`ExtractedSentence::entities`].
    pub head: usize,
    /// Second argument, likewise.
    pub tail: usize,
    /// Relation type.
    #[serde(rename = "type")]
    pub label: String,
    /// Probability of type and direction.
    pub score: f32,
}

/// One sentence with what was found in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ExtractedSentence {
    /// Start in the text.
    pub start: usize,
    /// End in the text, exclusive.
    pub end: usize,
    /// Entities in textual order.
    pub entities: Vec<ExtractedEntity>,
    /// Relations.
    pub relations: Vec<ExtractedRelation>,
}

/// What was found in a text, and how much of it was read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Extraction {
    /// Sentences in textual order.
    pub sentences: Vec<ExtractedSentence>,
    /// Length of the text that was read.
    pub read: usize,
    /// Length of the whole text.
    pub total: usize,
    /// Words so long that the encoder saw only their beginning.
    pub shortened: usize,
    /// Where the time went, if the extractor has a clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing: Option<Timing>,
}

/// Where the time of an extraction went, in the unit of the clock; the caller's own is left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// Sentences, words and word-pieces.
    pub tokenize: f64,
    /// The model.
    pub compute: f64,
    /// Entities and relations from what the model computed.
    pub decode: f64,
}

/// A part of the results, with the progress so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtractionBatch {
    /// Newly finished sentences in textual order, behind those of the batches before.
    pub sentences: Vec<ExtractedSentence>,
    /// Length of the text up to the end of the last finished sentence and the gap behind it.
    pub read: usize,
    /// Length of the whole text.
    pub total: usize,
}
