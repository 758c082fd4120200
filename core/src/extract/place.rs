//! From words of a window to places in the text.

use std::ops::Range;

use super::evidence::{Attention, entity_alternatives, relation_alternatives};
use super::{ExtractOptions, ExtractedEntity, ExtractedRelation, ExtractedSentence};
use crate::predict::{Predicted, PredictedEntity};
use crate::schema::{Schema, Span};
use crate::text::{Offsets, TextSentence};

/// Puts predictions into a text, as the options want them.
pub(super) struct Placer<'a> {
    text: &'a str,
    offsets: Offsets<'a>,
    schema: &'a Schema,
    options: &'a ExtractOptions,
}

impl<'a> Placer<'a> {
    pub fn new(text: &'a str, schema: &'a Schema, options: &'a ExtractOptions) -> Self {
        Self {
            text,
            offsets: Offsets::new(text),
            schema,
            options,
        }
    }

    /// Length of the text.
    pub fn total(&self) -> usize {
        self.offsets.len(self.options.unit)
    }

    /// A byte offset in the unit asked for; segmentation only yields character boundaries.
    pub fn position(&self, byte: usize) -> usize {
        self.offsets.get(byte, self.options.unit).unwrap_or(byte)
    }

    /// The sentences that are asked for.
    pub fn wanted(&self, sentences: &[TextSentence]) -> Range<usize> {
        let first = sentences.partition_point(|s| self.position(s.start) < self.options.from);
        let rest = sentences.len() - first;
        first..first + self.options.limit.map_or(rest, |limit| limit.min(rest))
    }

    /// A sentence in which nothing is found yet.
    pub fn empty(&self, sentence: &TextSentence) -> ExtractedSentence {
        ExtractedSentence {
            start: self.position(sentence.start),
            end: self.position(sentence.end),
            ..Default::default()
        }
    }

    /// Adds what was found in a window of a sentence.
    pub fn place(
        &self,
        sentence: &TextSentence,
        first_word: usize,
        predicted: &Predicted,
        target: &mut ExtractedSentence,
    ) {
        let mut index: Vec<Option<usize>> = Vec::with_capacity(predicted.entities.len());
        for entity in &predicted.entities {
            let taken = self.options.takes(entity.score, entity.rejected);
            index.push(taken.then_some(target.entities.len()));
            if taken {
                let bytes = bytes_of(sentence, first_word, entity.span);
                target.entities.push(self.entity(entity, bytes));
            }
        }
        for relation in &predicted.relations {
            let (Some(left), Some(right)) = (index[relation.left], index[relation.right]) else {
                continue;
            };
            if !self.options.takes(relation.score, relation.rejected) {
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
            start: self.position(start),
            end: self.position(end),
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

fn bytes_of(sentence: &TextSentence, first_word: usize, span: Span) -> Span {
    (
        sentence.words[first_word + span.0].start,
        sentence.words[first_word + span.1 - 1].end,
    )
}
