//! What an extraction gives, as every front end shows and stores it.

use serde::{Deserialize, Serialize};

use super::{Attention, EntityAlternative, RelationAlternative};

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
    /// Probability that type and span are right, if the model is calibrated; else of the type, given
    /// the span.
    pub score: f32,
    /// Whether "no entity" is more probable; only with
    /// [`ExtractOptions::candidates`](super::ExtractOptions::candidates).
    #[serde(default, skip_serializing_if = "is_false")]
    pub rejected: bool,
    /// The most probable types, the best first; only with
    /// [`ExtractOptions::evidence`](super::ExtractOptions::evidence).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<EntityAlternative>,
    /// Probability that the span is right; likewise, and only of a calibrated model.
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
    /// Probability that type, direction (unless the type is symmetric and not rejected) and both
    /// spans are right, if the model is calibrated; else given both spans.
    pub score: f32,
    /// Whether "no relation" is more probable; only with
    /// [`ExtractOptions::candidates`](super::ExtractOptions::candidates).
    #[serde(default, skip_serializing_if = "is_false")]
    pub rejected: bool,
    /// How the model weighed the words around; only with
    /// [`ExtractOptions::evidence`](super::ExtractOptions::evidence), as are the alternatives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attention: Option<Attention>,
    /// The most probable types and directions, the best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<RelationAlternative>,
}

fn is_false(flag: &bool) -> bool {
    !flag
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

impl ExtractedSentence {
    /// Puts entities, and relations by their arguments, in textual order.
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

/// What was found in a text, and how much of it was read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Extraction {
    /// Sentences in textual order.
    pub sentences: Vec<ExtractedSentence>,
    /// Where reading ended: the length of the text unless it was stopped or limited.
    pub read: usize,
    /// Length of the whole text.
    pub total: usize,
    /// Words so long that the encoder saw only their beginning.
    pub shortened: usize,
    /// Sentences that went through the model.
    #[serde(default)]
    pub computed: usize,
    /// Sentences that were known already.
    #[serde(default)]
    pub reused: usize,
    /// Word-pieces that went through the model, padding left out.
    #[serde(default)]
    pub pieces: usize,
    /// Where the time went, if the extractor has a clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing: Option<Timing>,
}

/// Where the time of an extraction went, in milliseconds; the caller's own is left out.
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
