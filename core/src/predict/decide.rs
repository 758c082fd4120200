//! From class scores to entities and relations (method §6).

use std::collections::HashMap;

use super::logits::Values;
use super::{Detail, PairEvidence, Predicted, PredictedEntity, PredictedRelation, Relating};
use crate::config::Calibration;
use crate::readback::{Rows, argmax};
use crate::schema::{Schema, Span};

/// How logits become decisions with scores.
pub(super) struct Scoring<'a> {
    pub schema: &'a Schema,
    pub calibration: Option<Calibration>,
    pub detail: Detail,
}

impl Scoring<'_> {
    /// What was found in the sentences of a batch, by their indices.
    pub fn decide(self, relating: Relating, values: Option<Values>) -> Vec<(usize, Predicted)> {
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
        let Some(values) = values else {
            return members.into_iter().zip(found).collect();
        };
        let entity_of = self.type_spans(&mut found, &borders, &values.types);
        if let Some(logits) = &values.relations {
            for (row, pair) in pairs.iter().enumerate() {
                let (Some(&left), Some(&right)) =
                    (entity_of.get(&pair.left), entity_of.get(&pair.right))
                else {
                    continue;
                };
                let sure = borders[pair.left] * borders[pair.right];
                let Some(choice) = self.relation(logits, row, sure) else {
                    continue;
                };
                let attention = values.attention.as_ref().map(|rows| rows.row(row));
                let relation = choice.relation(left, right, attention);
                found[pair.sentence].relations.push(relation);
            }
        }
        members.into_iter().zip(found).collect()
    }

    /// Adds the entities of every sentence; which of its sentence's entities a span's row became.
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

    /// The decision on a span whose borders are so probable.
    fn entity(&self, logits: &Rows, row: usize, sure: f32) -> Option<Choice> {
        let temperature = self.calibration.map_or(1.0, |c| c.types);
        let choice = self.choose(logits, row, self.schema.no_entity(), temperature)?;
        self.scored(choice, sure)
    }

    /// The decision on a pair whose borders are so probable.
    fn relation(&self, logits: &Rows, row: usize, sure: f32) -> Option<Choice> {
        let temperature = self.calibration.map_or(1.0, |c| c.relations);
        let mut choice = self.choose(logits, row, self.schema.no_relation(), temperature)?;
        if let (false, Some(twin)) = (choice.rejected, self.schema.twin(choice.class)) {
            choice.score += choice.classes[twin];
        }
        self.scored(choice, sure)
    }

    /// The most probable class of a row; where that is `none`, the last one, the best other class, if
    /// it can be wanted, as rejected.
    fn choose(&self, logits: &Rows, row: usize, none: usize, temperature: f32) -> Option<Choice> {
        let best = logits.argmax(row);
        let rejected = best == none;
        let class = match rejected {
            true if none == 0 || self.detail.rejected.is_none() => return None,
            true => argmax(&logits.row(row)[..none]),
            false => best,
        };
        let classes = logits.softmax(row, temperature);
        Some(Choice {
            class,
            rejected,
            score: classes[class],
            classes,
        })
    }

    /// The same, if it is to be kept, with the probability of all borders in its score.
    fn scored(&self, mut choice: Choice, sure: f32) -> Option<Choice> {
        choice.score *= sure;
        let wanted = self
            .detail
            .rejected
            .is_some_and(|least| choice.score >= least);
        (!choice.rejected || wanted).then_some(choice)
    }
}

/// A decision between classes.
struct Choice {
    class: usize,
    rejected: bool,
    score: f32,
    /// Probabilities of all classes.
    classes: Vec<f32>,
}

impl Choice {
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

    /// `attention` is there exactly where evidence is asked for.
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
