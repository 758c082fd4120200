//! From class scores to entities and relations (method §6, steps 3 and 4).

use std::collections::HashMap;

use super::reading::Values;
use super::{Detail, PairEvidence, Predicted, PredictedEntity, PredictedRelation, Relating};
use crate::config::Calibration;
use crate::readback::{Rows, argmax};
use crate::schema::{Schema, Span};

/// How scores become decisions.
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
            let temperature = self.calibration.map_or(1.0, |c| c.relations);
            for (row, pair) in pairs.iter().enumerate() {
                let (Some(&left), Some(&right)) =
                    (entity_of.get(&pair.left), entity_of.get(&pair.right))
                else {
                    continue;
                };
                let none = self.schema.no_relation();
                let Some(choice) = choose(logits, row, none, temperature, self.detail) else {
                    continue;
                };
                let attention = values.attention.as_ref();
                let sure = borders[pair.left] * borders[pair.right];
                found[pair.sentence].relations.push(choice.relation(
                    left,
                    right,
                    sure,
                    attention.map(|rows| rows.row(row)),
                ));
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
        let temperature = self.calibration.map_or(1.0, |c| c.types);
        let none = self.schema.no_entity();
        let mut entity_of = HashMap::new();
        let mut row = 0;
        for sentence in found {
            for &span in &sentence.spans {
                if let Some(choice) = choose(logits, row, none, temperature, self.detail) {
                    entity_of.insert(row, sentence.entities.len());
                    let entity = choice.entity(span, borders[row], self.detail.evidence);
                    sentence.entities.push(entity);
                }
                row += 1;
            }
        }
        entity_of
    }
}

/// A decision between classes.
struct Choice {
    class: usize,
    rejected: bool,
    /// Probabilities of all classes.
    classes: Vec<f32>,
}

/// The most probable class of a row; where that is `none`, the last one, the best other class if it
/// is probable enough to be kept as rejected.
fn choose(
    logits: &Rows,
    row: usize,
    none: usize,
    temperature: f32,
    detail: Detail,
) -> Option<Choice> {
    let class = logits.argmax(row);
    if class != none {
        return Some(Choice {
            class,
            rejected: false,
            classes: logits.softmax(row, temperature),
        });
    }
    let least = detail.rejected?;
    let class = argmax(&logits.row(row)[..none]);
    let classes = logits.softmax(row, temperature);
    (none > 0 && classes[class] >= least).then_some(Choice {
        class,
        rejected: true,
        classes,
    })
}

impl Choice {
    /// `sure` is how probable its borders are.
    fn entity(self, span: Span, sure: f32, evidence: bool) -> PredictedEntity {
        PredictedEntity {
            span,
            class: self.class,
            score: sure * self.classes[self.class],
            rejected: self.rejected,
            classes: evidence.then_some(self.classes),
        }
    }

    /// `attention` is there exactly where evidence is asked for.
    fn relation(
        self,
        left: usize,
        right: usize,
        sure: f32,
        attention: Option<&[f32]>,
    ) -> PredictedRelation {
        PredictedRelation {
            left,
            right,
            class: self.class,
            score: sure * self.classes[self.class],
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
