//! From the logits of a batch to entities and relations with scores (method §6).

use std::collections::HashMap;

use super::{Detail, PairEvidence, Predicted, PredictedEntity, PredictedRelation, Relating};
use burn::tensor::Tensor;

use crate::config::Calibration;
use crate::readback::{Rows, argmax};
use crate::schema::{Schema, Span};

/// Logits of a batch on the device.
#[derive(Clone)]
pub(super) struct Logits {
    /// `[spans, types + 1]`.
    pub types: Tensor<2>,
    /// `[pairs, 2 * relation types + 1]`; `None` without a pair.
    pub relations: Option<Tensor<2>>,
    /// Attention of the pair encoder: `[pairs, 5]`; only with [`Detail::evidence`].
    pub attention: Option<Tensor<2>>,
}

/// The copy of [`Logits`] on the host.
pub(super) struct HostLogits {
    types: Rows,
    relations: Option<Rows>,
    attention: Option<Rows>,
}

impl Logits {
    /// The tensors to read back.
    pub fn tensors(self) -> impl Iterator<Item = Tensor<2>> {
        [Some(self.types), self.relations, self.attention]
            .into_iter()
            .flatten()
    }

    /// The logits on the host, given what was read back from [`Self::tensors`], in their order.
    pub fn on_host(&self, mut read: impl Iterator<Item = Rows>) -> Option<HostLogits> {
        Some(HostLogits {
            types: read.next()?,
            relations: self.relations.as_ref().and_then(|_| read.next()),
            attention: self.attention.as_ref().and_then(|_| read.next()),
        })
    }
}

/// The rules by which logits become decisions with scores.
pub(super) struct Scoring<'a> {
    pub schema: &'a Schema,
    pub calibration: Option<Calibration>,
    pub detail: Detail,
}

impl Scoring<'_> {
    /// The predictions for the sentences of a batch, each with the index of its sentence. `logits` is
    /// `None` where the tagger found no span.
    pub fn decide(self, relating: Relating, logits: Option<HostLogits>) -> Vec<(usize, Predicted)> {
        let Relating {
            members,
            spans,
            borders,
            tags,
            pairs,
            ..
        } = relating;
        let blank = spans.into_iter().zip(tags).map(|(spans, tags)| Predicted {
            spans,
            tags,
            ..Default::default()
        });
        let mut found: Vec<Predicted> = blank.collect();
        let Some(logits) = logits else {
            return members.into_iter().zip(found).collect();
        };
        let entity_of = self.type_spans(&mut found, &borders, &logits.types);
        if let Some(relations) = &logits.relations {
            for (row, pair) in pairs.iter().enumerate() {
                let (Some(&left), Some(&right)) =
                    (entity_of.get(&pair.left), entity_of.get(&pair.right))
                else {
                    continue;
                };
                let of_borders = borders[pair.left] * borders[pair.right];
                let Some(choice) = self.relation(relations, row, of_borders) else {
                    continue;
                };
                let attention = logits.attention.as_ref().map(|rows| rows.row(row));
                let relation = choice.relation(left, right, attention);
                found[pair.sentence].relations.push(relation);
            }
        }
        members.into_iter().zip(found).collect()
    }

    /// Adds the entities of every sentence. Returns, for the row of every span that is one, the index of
    /// the entity in its sentence.
    fn type_spans(
        &self,
        found: &mut [Predicted],
        borders: &[f32],
        logits: &Rows,
    ) -> HashMap<usize, usize> {
        let mut entity_of = HashMap::new();
        let mut row = 0;
        for sentence in found {
            for &span in &sentence.spans {
                if let Some(choice) = self.entity(logits, row, borders[row]) {
                    entity_of.insert(row, sentence.entities.len());
                    let shown = self.detail.evidence && self.calibration.is_some();
                    let borders = shown.then_some(borders[row]);
                    let entity = choice.entity(span, borders, self.detail.evidence);
                    sentence.entities.push(entity);
                }
                row += 1;
            }
        }
        entity_of
    }

    /// The decision on a span, given the probability that its borders are right.
    fn entity(&self, logits: &Rows, row: usize, borders: f32) -> Option<Choice> {
        let temperature = self.calibration.map_or(1.0, |c| c.types);
        let choice = self.choose(logits, row, self.schema.no_entity(), temperature)?;
        self.scored(choice, borders)
    }

    /// The decision on a pair, given the probability that the borders of both spans are right.
    fn relation(&self, logits: &Rows, row: usize, borders: f32) -> Option<Choice> {
        let temperature = self.calibration.map_or(1.0, |c| c.relations);
        let mut choice = self.choose(logits, row, self.schema.no_relation(), temperature)?;
        if let (false, Some(twin)) = (choice.rejected, self.schema.twin(choice.class)) {
            choice.score += choice.classes[twin];
        }
        self.scored(choice, borders)
    }

    /// The most probable class of a row. Where that is `none`, the last class: the most probable other
    /// class as a rejected one, if rejected ones are wanted.
    fn choose(&self, logits: &Rows, row: usize, none: usize, temperature: f32) -> Option<Choice> {
        let best = logits.argmax(row);
        let rejected = best == none;
        if rejected && (none == 0 || self.detail.rejected.is_none()) {
            return None;
        }
        let class = if rejected {
            argmax(&logits.row(row)[..none])
        } else {
            best
        };
        let classes = logits.softmax(row, temperature);
        Some(Choice {
            class,
            rejected,
            score: classes[class],
            classes,
        })
    }

    /// Multiplies the score of a choice by the probability that the borders are right; `None` for a
    /// rejected choice whose score is too low.
    fn scored(&self, mut choice: Choice, borders: f32) -> Option<Choice> {
        choice.score *= borders;
        let wanted = self
            .detail
            .rejected
            .is_some_and(|least| choice.score >= least);
        (!choice.rejected || wanted).then_some(choice)
    }
}

/// The class that was chosen for a span or a pair.
struct Choice {
    class: usize,
    rejected: bool,
    score: f32,
    /// Probabilities of all classes.
    classes: Vec<f32>,
}

impl Choice {
    /// The entity at a span.
    fn entity(self, span: Span, borders: Option<f32>, evidence: bool) -> PredictedEntity {
        PredictedEntity {
            span,
            class: self.class,
            score: self.score,
            rejected: self.rejected,
            classes: evidence.then_some(self.classes),
            borders,
        }
    }

    /// The relation between two entities. `attention` is given if evidence is wanted.
    fn relation(self, left: usize, right: usize, attention: Option<&[f32]>) -> PredictedRelation {
        PredictedRelation {
            left,
            right,
            class: self.class,
            score: self.score,
            rejected: self.rejected,
            evidence: attention
                .and_then(|weights| weights.try_into().ok())
                .map(|attention| PairEvidence {
                    classes: self.classes,
                    attention,
                }),
        }
    }
}
