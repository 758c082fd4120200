//! Gives predictions their offsets in the text: from the words of a window to bytes of the text, and from
//! these to the unit that the caller asked for.

use std::ops::Range;

use super::evidence::{Attention, entity_alternatives, relation_alternatives};
use super::{ExtractOptions, ExtractedEntity, ExtractedRelation, ExtractedSentence};
use crate::predict::{Predicted, PredictedEntity};
use crate::schema::{Schema, Span};
use crate::text::{Offsets, TextSentence};

/// Turns predictions for the windows of a text into entities and relations with offsets in the text.
pub(super) struct Locator<'a> {
    text: &'a str,
    offsets: Offsets<'a>,
    schema: &'a Schema,
    options: &'a ExtractOptions,
}

impl<'a> Locator<'a> {
    pub fn new(text: &'a str, schema: &'a Schema, options: &'a ExtractOptions) -> Self {
        Self {
            text,
            offsets: Offsets::new(text),
            schema,
            options,
        }
    }

    /// Length of the text, in the unit of the options.
    pub fn text_length(&self) -> usize {
        self.offsets.len(self.options.unit)
    }

    /// A byte offset, in the unit of the options.
    pub fn offset(&self, byte: usize) -> usize {
        // Words and sentences begin and end at character boundaries, so there always is an offset.
        self.offsets.get(byte, self.options.unit).unwrap_or(byte)
    }

    /// The sentences that the options ask for, by their indices.
    pub fn requested(&self, sentences: &[TextSentence]) -> Range<usize> {
        let first = sentences.partition_point(|s| self.offset(s.start) < self.options.from);
        let rest = sentences.len() - first;
        first..first + self.options.limit.map_or(rest, |limit| limit.min(rest))
    }

    /// The result for a sentence without entities.
    pub fn empty(&self, sentence: &TextSentence) -> ExtractedSentence {
        ExtractedSentence {
            start: self.offset(sentence.start),
            end: self.offset(sentence.end),
            ..Default::default()
        }
    }

    /// Adds the entities and relations of a window of a sentence to the result for the sentence.
    /// `first_word` is the first word of the window.
    pub fn add_window(
        &self,
        sentence: &TextSentence,
        first_word: usize,
        predicted: &Predicted,
        target: &mut ExtractedSentence,
    ) {
        let mut index: Vec<Option<usize>> = Vec::with_capacity(predicted.entities.len());
        for entity in &predicted.entities {
            let accepted = self.options.accepts(entity.score, entity.rejected);
            index.push(accepted.then_some(target.entities.len()));
            if accepted {
                let bytes = bytes_of(sentence, first_word, entity.span);
                target.entities.push(self.entity(entity, bytes));
            }
        }
        for relation in &predicted.relations {
            let (Some(left), Some(right)) = (index[relation.left], index[relation.right]) else {
                continue;
            };
            if !self.options.accepts(relation.score, relation.rejected) {
                continue;
            }
            let Some((label, direction)) = self.schema.relation(relation.class) else {
                continue;
            };
            let (head, tail) = direction.resolve(left, right);
            let evidence = relation.evidence.as_ref().filter(|_| self.options.evidence);
            target.relations.push(ExtractedRelation {
                head,
                tail,
                label: label.into(),
                score: relation.score,
                rejected: relation.rejected,
                attention: evidence.map(|e| Attention::new(e.attention, direction)),
                alternatives: evidence.map_or_else(Vec::new, |e| {
                    relation_alternatives(&e.classes, self.schema, (left, right), direction)
                }),
            });
        }
    }

    fn entity(&self, entity: &PredictedEntity, (start, end): Span) -> ExtractedEntity {
        let classes = entity.classes.as_ref().filter(|_| self.options.evidence);
        ExtractedEntity {
            start: self.offset(start),
            end: self.offset(end),
            label: self.schema.entities[entity.class].clone(),
            text: self.text[start..end].into(),
            score: entity.score,
            rejected: entity.rejected,
            alternatives: classes.map_or_else(Vec::new, |classes| {
                entity_alternatives(classes, self.schema)
            }),
            borders: entity.borders.filter(|_| self.options.evidence),
        }
    }
}

/// Bytes of the text that a span of words of a window covers, half-open.
fn bytes_of(sentence: &TextSentence, first_word: usize, span: Span) -> Span {
    (
        sentence.words[first_word + span.0].start,
        sentence.words[first_word + span.1 - 1].end,
    )
}
