//! From class scores to entities and relations (method §6, steps 3 and 4).

use std::collections::HashMap;

use super::reading::Values;
use super::{Detail, PairEvidence, Predicted, PredictedEntity, PredictedRelation, Relating};
use crate::readback::{Rows, argmax};
use crate::schema::{Schema, Span};

/// What was found in the sentences of a batch, by their indices.
pub(super) fn decide(
    relating: Relating,
    values: Option<Values>,
    schema: &Schema,
    detail: Detail,
) -> Vec<(usize, Predicted)> {
    let Relating {
        members,
        spans,
        pairs,
        ..
    } = relating;
    let Some(values) = values else {
        let none = |spans| Predicted {
            spans,
            ..Default::default()
        };
        return members
            .into_iter()
            .zip(spans.into_iter().map(none))
            .collect();
    };
    let (mut found, entity_of) = type_spans(spans, &values.types, schema, detail);
    if let Some(logits) = &values.relations {
        for (row, pair) in pairs.iter().enumerate() {
            let (Some(&left), Some(&right)) =
                (entity_of.get(&pair.left), entity_of.get(&pair.right))
            else {
                continue;
            };
            let Some(choice) = choose(logits, row, schema.no_relation(), detail) else {
                continue;
            };
            let attention = values.attention.as_ref();
            found[pair.sentence].relations.push(choice.relation(
                left,
                right,
                attention.map(|rows| rows.row(row)),
            ));
        }
    }
    members.into_iter().zip(found).collect()
}

/// The entities of every sentence, and which of its sentence's entities a span's row became.
fn type_spans(
    spans: Vec<Vec<Span>>,
    logits: &Rows,
    schema: &Schema,
    detail: Detail,
) -> (Vec<Predicted>, HashMap<usize, usize>) {
    let mut entity_of = HashMap::new();
    let mut row = 0;
    let found = spans
        .into_iter()
        .map(|spans| {
            let mut entities = Vec::new();
            for &span in &spans {
                if let Some(choice) = choose(logits, row, schema.no_entity(), detail) {
                    entity_of.insert(row, entities.len());
                    entities.push(choice.entity(span, detail.evidence));
                }
                row += 1;
            }
            Predicted {
                spans,
                entities,
                relations: Vec::new(),
            }
        })
        .collect();
    (found, entity_of)
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
fn choose(logits: &Rows, row: usize, none: usize, detail: Detail) -> Option<Choice> {
    let class = logits.argmax(row);
    if class != none {
        return Some(Choice {
            class,
            rejected: false,
            classes: logits.softmax(row),
        });
    }
    let least = detail.rejected?;
    let class = argmax(&logits.row(row)[..none]);
    let classes = logits.softmax(row);
    (none > 0 && classes[class] >= least).then_some(Choice {
        class,
        rejected: true,
        classes,
    })
}

impl Choice {
    fn entity(self, span: Span, evidence: bool) -> PredictedEntity {
        PredictedEntity {
            span,
            class: self.class,
            score: self.classes[self.class],
            rejected: self.rejected,
            classes: evidence.then_some(self.classes),
        }
    }

    /// `attention` is there exactly where evidence is asked for.
    fn relation(self, left: usize, right: usize, attention: Option<&[f32]>) -> PredictedRelation {
        PredictedRelation {
            left,
            right,
            class: self.class,
            score: self.classes[self.class],
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
