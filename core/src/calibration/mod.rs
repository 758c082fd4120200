//! Scores that are right as often as they say, by temperatures fitted to development data.
//!
//! An entity is right with its type and both borders, a relation with its type, its direction (unless
//! the type is symmetric) and the borders of both arguments. So an entity's score is the probability of
//! its borders times that of its type, and a relation's that of four borders times that of its type.

mod reliability;
mod right;

use std::ops::RangeInclusive;

pub use reliability::{Reliabilities, Reliability};
use right::judged;

use crate::config::Calibration;
use crate::document::Sentence;
use crate::predict::Predicted;
use crate::schema::{Schema, Span};
use crate::tagger::Borders;
use crate::{Error, Result};

/// Temperatures that are tried: `2^(n/8)` for these `n`, a quarter to 16.
const EIGHTHS: RangeInclusive<i8> = -16..=32;
/// Nothing is held to be surer than this in a logarithm.
const SUREST: f64 = 1e-6;

/// A decision that a temperature makes more or less sure.
struct Decision {
    /// Logarithms of the probabilities of all classes, less that of the one that was chosen.
    gaps: Vec<f64>,
    /// The class that means the same as the chosen one.
    twin: Option<usize>,
    right: bool,
}

impl Decision {
    fn new(classes: &[f32], chosen: usize, twin: Option<usize>, right: bool) -> Self {
        let logit = |p: f32| f64::from(p).ln();
        Self {
            gaps: (classes.iter())
                .map(|&p| logit(p) - logit(classes[chosen]))
                .collect(),
            twin,
            right,
        }
    }

    /// Probability of what was chosen at a temperature.
    fn probability(&self, temperature: f32) -> f64 {
        let weight = |gap: &f64| (gap / f64::from(temperature)).exp();
        let chosen = 1.0 + self.twin.map_or(0.0, |twin| weight(&self.gaps[twin]));
        chosen / self.gaps.iter().map(weight).sum::<f64>()
    }
}

/// Logarithmic loss of scores, summed.
fn loss(scores: impl Iterator<Item = (f64, bool)>) -> f64 {
    scores
        .map(|(score, right)| {
            let p = score.clamp(SUREST, 1.0 - SUREST);
            -(if right { p } else { 1.0 - p }).ln()
        })
        .sum()
}

/// The temperature with the least loss; the lower one of equals.
fn least(loss: impl Fn(f32) -> f64) -> f32 {
    let (temperature, _) = EIGHTHS
        .map(|n| (f32::from(n) / 8.0).exp2())
        .map(|temperature| (temperature, loss(temperature)))
        .fold((1.0, f64::INFINITY), |best, next| {
            if next.1 < best.1 { next } else { best }
        });
    temperature
}

/// Temperatures under which the scores of what was predicted for some annotated sentences, in their
/// order, have the least logarithmic loss: first those of borders, by whether these are right, then
/// those of types given that. Together they would blame on either what both can explain. The model
/// must have none yet, and the predictions their evidence and tags.
///
/// # Errors
/// [`Error::Calibration`] when nothing was predicted or evidence is missing, [`Error::Predictions`] when there
/// are not as many predictions as sentences.
pub fn fit(gold: &[Sentence], found: &[Predicted], schema: &Schema) -> Result<Calibration> {
    let missing = || Error::Calibration("predictions need their evidence and tags".into());
    // Of all sentences: tags; of all entities: sentence, span and whether it is right, and type; of all
    // relations: which entities they join, and type.
    let (mut tags, mut spans, mut types) = (Vec::new(), Vec::new(), Vec::new());
    let (mut ends, mut relations) = (Vec::new(), Vec::new());
    for (found, right) in judged(gold, found, schema)? {
        let base = types.len();
        for (entity, right) in found.entities.iter().zip(right.borders) {
            spans.push((tags.len(), entity.span, right));
        }
        for (entity, right) in found.entities.iter().zip(right.entities) {
            let classes = entity.classes.as_ref().ok_or_else(missing)?;
            types.push(Decision::new(classes, entity.class, None, right));
        }
        for (relation, right) in found.relations.iter().zip(right.relations) {
            let classes = &relation.evidence.as_ref().ok_or_else(missing)?.classes;
            let twin = schema.twin(relation.class);
            ends.push([base + relation.left, base + relation.right]);
            relations.push(Decision::new(classes, relation.class, twin, right));
        }
        tags.push(match found.entities.is_empty() {
            true => &[][..],
            false => found.tags.as_ref().ok_or_else(missing)?,
        });
    }
    if types.is_empty() {
        return Err(Error::Calibration(
            "the model finds no entity in these sentences; take others".into(),
        ));
    }
    let borders = |temperature: f32| -> Vec<f64> {
        let sentences: Vec<Borders> = (tags.iter())
            .map(|tags| Borders::new(tags.iter().map(Vec::as_slice), temperature))
            .collect();
        let probability = |&(sentence, span, _): &(usize, Span, bool)| {
            f64::from(sentences[sentence].probability(span))
        };
        spans.iter().map(probability).collect()
    };
    let of_tags = least(|temperature| {
        let scores = borders(temperature).into_iter().zip(&spans);
        loss(scores.map(|(sure, (_, _, right))| (sure, *right)))
    });
    let borders = borders(of_tags);
    let of_types = least(|temperature| {
        let scores = types.iter().zip(&borders);
        loss(scores.map(|(t, sure)| (sure * t.probability(temperature), t.right)))
    });
    let of_relations = least(|temperature| {
        let scores = relations.iter().zip(&ends);
        loss(scores.map(|(relation, &[left, right])| {
            let sure = borders[left] * borders[right];
            (sure * relation.probability(temperature), relation.right)
        }))
    });
    Ok(Calibration {
        tags: of_tags,
        types: of_types,
        relations: match relations.is_empty() {
            true => 1.0,
            false => of_relations,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Entity, Relation};
    use crate::predict::{PairEvidence, PredictedEntity, PredictedRelation};

    /// As sure as a network that is wrong now and then.
    const SURE: f32 = 1.0 - 1e-4;

    fn schema() -> Schema {
        Schema {
            entities: vec!["A".into()],
            relations: ["R", "S"].map(String::from).into(),
            symmetric: vec!["S".into()],
        }
    }

    fn entity(start: usize, end: usize) -> Entity {
        Entity {
            start,
            end,
            label: "A".into(),
        }
    }

    /// A sentence of two entities of one word, which may be related.
    fn gold(related: Option<(usize, usize, &str)>) -> Sentence {
        let relation = related.map(|(head, tail, label)| Relation {
            head,
            tail,
            label: label.into(),
        });
        Sentence {
            document: "d".into(),
            words: ["a", "b"].map(String::from).into(),
            entities: vec![entity(0, 1), entity(1, 2)],
            relations: relation.into_iter().collect(),
            ..Default::default()
        }
    }

    /// Both entities, and the left one related to the right one by `class`.
    fn predicted(class: usize) -> Predicted {
        let found = |start| PredictedEntity {
            span: (start, start + 1),
            class: 0,
            score: SURE,
            rejected: false,
            classes: Some(vec![SURE, 1.0 - SURE]),
            borders: None,
        };
        // R back and forth, S back and forth, none.
        let mut classes = vec![(1.0 - SURE) / 4.0; 5];
        classes[class] = SURE;
        let relation = PredictedRelation {
            left: 0,
            right: 1,
            class,
            score: SURE,
            rejected: false,
            evidence: Some(PairEvidence {
                classes,
                attention: [0.2; 5],
            }),
        };
        let unit = vec![-9.0, -9.0, -9.0, -9.0, 9.0];
        Predicted {
            spans: vec![(0, 1), (1, 2)],
            entities: vec![found(0), found(1)],
            relations: vec![relation],
            tags: Some(vec![unit.clone(), unit]),
        }
    }

    #[test]
    fn direction_counts_unless_the_type_is_symmetric() {
        let right = |related, class| {
            let found = Reliabilities::of(&[gold(Some(related))], &[predicted(class)], &schema());
            found.unwrap().relation.right
        };
        assert_eq!(right((0, 1, "R"), 1), 1.0);
        assert_eq!(right((1, 0, "R"), 1), 0.0);
        assert_eq!(right((1, 0, "R"), 0), 1.0);
        assert_eq!(right((0, 1, "S"), 2), 1.0);
        assert_eq!(right((1, 0, "S"), 2), 1.0);
        assert_eq!(right((0, 1, "R"), 3), 0.0);
    }

    #[test]
    fn a_mention_of_two_types_is_right_with_either() {
        let mut sentence = gold(None);
        sentence.entities.push(Entity {
            label: "B".into(),
            ..entity(0, 1)
        });
        let found = Reliabilities::of(&[sentence], &[predicted(1)], &schema()).unwrap();
        assert_eq!(found.entity.right, 1.0);
    }

    #[test]
    fn a_relation_that_is_right_every_other_time_gets_a_half() {
        let gold = [gold(Some((0, 1, "R"))), gold(None)];
        let found = [predicted(1), predicted(1)];
        let before = Reliabilities::of(&gold, &found, &schema()).unwrap();
        assert_eq!((before.entity.right, before.relation.right), (1.0, 0.5));
        assert!(before.relation.error > 0.49);
        let fitted = fit(&gold, &found, &schema()).unwrap();
        // All entities are right: nothing is gained by doubt.
        assert!(fitted.tags < 1.0 && fitted.types < 1.0, "{fitted:?}");
        let rival = (1.0 - SURE) / 4.0;
        let classes = [rival, SURE, rival, rival, rival];
        let half = Decision::new(&classes, 1, None, true).probability(fitted.relations);
        assert!((half - 0.5).abs() < 0.07, "{half} at {fitted:?}");
    }

    #[test]
    fn both_directions_of_a_symmetric_relation_are_one_probability() {
        let classes = [0.0, 0.0, 0.25, 0.5, 0.25];
        let decision = |twin| Decision::new(&classes, 3, twin, true);
        assert!((decision(None).probability(1.0) - 0.5).abs() < 1e-6);
        assert!((decision(schema().twin(3)).probability(1.0) - 0.75).abs() < 1e-6);
        // Squares at half the temperature: 4 and 1 of 6.
        assert!((decision(Some(2)).probability(0.5) - 5.0 / 6.0).abs() < 1e-6);
    }

    /// Tags of a sentence in which the tagger wavers between two entities and one of both words.
    fn unsure() -> Vec<Vec<f32>> {
        vec![
            vec![0.9, -9.0, -9.0, -9.0, 1.0],
            vec![-9.0, -9.0, 0.9, -9.0, 1.0],
        ]
    }

    #[test]
    fn wrong_borders_are_blamed_on_the_tagger() {
        let longer = Sentence {
            entities: vec![entity(0, 2)],
            ..gold(None)
        };
        let wavers = Predicted {
            relations: Vec::new(),
            tags: Some(unsure()),
            ..predicted(1)
        };
        let sure = Predicted {
            relations: Vec::new(),
            ..predicted(1)
        };
        let fitted = fit(&[gold(None), longer], &[sure, wavers], &schema()).unwrap();
        // Doubt helps where the tagger wavers and hurts where it does not.
        assert!(fitted.tags > 2.0 && fitted.tags < 5.0, "{fitted:?}");
        assert_eq!(fitted.relations, 1.0);
    }

    #[test]
    fn a_relation_is_as_doubtful_as_its_own_borders() {
        // Right where the tagger is sure, and wrong where it is not: types need no doubt.
        let wavers = Predicted {
            tags: Some(unsure()),
            ..predicted(1)
        };
        let sentences = [gold(Some((0, 1, "R"))), gold(None)];
        let told = fit(&sentences, &[predicted(1), wavers.clone()], &schema()).unwrap();
        let mixed = fit(&sentences, &[wavers, predicted(1)], &schema()).unwrap();
        assert!(told.relations < mixed.relations, "{told:?} {mixed:?}");
    }

    #[test]
    fn what_cannot_calibrate_is_refused() {
        let refuse = |gold: &[Sentence], found: Predicted| {
            let error = fit(gold, &[found], &schema()).unwrap_err();
            error.to_string()
        };
        let without_tags = Predicted {
            tags: None,
            ..predicted(1)
        };
        assert!(refuse(&[gold(None)], without_tags).contains("tags"));
        assert!(refuse(&[gold(None)], Predicted::default()).contains("no entity"));
        assert!(refuse(&[], predicted(1)).contains("1 predictions for 0 sentences"));
    }
}
