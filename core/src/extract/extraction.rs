//! The result of an extraction, as every front end shows and stores it.

use serde::{Deserialize, Serialize};

use super::{Attention, EntityAlternative, RelationAlternative, Timing};

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
    /// Probability that type and borders are right if the model is calibrated, else that of the type
    /// given the borders.
    pub score: f32,
    /// Whether the model rejects the entity: "no entity" is more probable. Only with
    /// [`ExtractOptions::candidates`](super::ExtractOptions::candidates).
    #[serde(default, skip_serializing_if = "is_false")]
    pub rejected: bool,
    /// The most probable types, in descending order of their scores. Only with
    /// [`ExtractOptions::evidence`](super::ExtractOptions::evidence).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<EntityAlternative>,
    /// Probability that both borders are right. Only with
    /// [`ExtractOptions::evidence`](super::ExtractOptions::evidence) and a calibrated model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub borders: Option<f32>,
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
    /// Probability that type, direction and the borders of both arguments are right if the model is
    /// calibrated, else that of type and direction given both arguments. Either direction counts if
    /// the type is symmetric and the relation is not rejected.
    pub score: f32,
    /// Whether the model rejects the relation: "no relation" is more probable. Only with
    /// [`ExtractOptions::candidates`](super::ExtractOptions::candidates).
    #[serde(default, skip_serializing_if = "is_false")]
    pub rejected: bool,
    /// Attention of the pair encoder. Only with
    /// [`ExtractOptions::evidence`](super::ExtractOptions::evidence).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attention: Option<Attention>,
    /// The most probable types and directions, in descending order of their scores. Only with
    /// [`ExtractOptions::evidence`](super::ExtractOptions::evidence).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<RelationAlternative>,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// A sentence with its entities and relations.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ExtractedSentence {
    /// Start in the text.
    pub start: usize,
    /// End in the text, exclusive.
    pub end: usize,
    /// Entities in textual order.
    pub entities: Vec<ExtractedEntity>,
    /// Relations, in the order of their arguments.
    pub relations: Vec<ExtractedRelation>,
}

impl ExtractedSentence {
    /// Sorts entities by their start, and relations by their arguments.
    pub(super) fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.entities.len()).collect();
        order.sort_by_key(|&i| self.entities[i].start);
        let mut rank = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            rank[old] = new;
        }
        self.entities.sort_by_key(|e| e.start);
        for relation in &mut self.relations {
            let others = relation.alternatives.iter_mut();
            for (head, tail) in others
                .map(|other| (&mut other.head, &mut other.tail))
                .chain([(&mut relation.head, &mut relation.tail)])
            {
                (*head, *tail) = (rank[*head], rank[*tail]);
            }
        }
        self.relations.sort_by_key(|r| (r.head, r.tail));
    }
}

/// Entities and relations of a text, and how much of the text was read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Extraction {
    /// Sentences in textual order.
    pub sentences: Vec<ExtractedSentence>,
    /// Offset at which reading ended: the length of the text, unless the extraction was stopped or
    /// limited.
    pub read: usize,
    /// Length of the whole text.
    pub total: usize,
    /// Number of words that were too long for the encoder, which saw only their beginning.
    pub shortened: usize,
    /// Number of sentences that went through the model.
    #[serde(default)]
    pub computed: usize,
    /// Number of sentences whose result came from the memory of the extractor.
    #[serde(default)]
    pub reused: usize,
    /// Number of word-pieces that went through the model, without padding.
    #[serde(default)]
    pub pieces: usize,
    /// Time that the extraction took, if the extractor has a clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing: Option<Timing>,
}

/// Newly finished sentences, with the progress so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtractionBatch {
    /// Newly finished sentences in textual order; they follow those of earlier batches.
    pub sentences: Vec<ExtractedSentence>,
    /// Offset of the end of the last finished sentence, the gap behind it included.
    pub read: usize,
    /// Length of the whole text.
    pub total: usize,
}
