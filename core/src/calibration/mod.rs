//! Calibration: temperatures, fitted to development data, under which a score is the probability that a
//! decision is correct (§13.10).
//!
//! An entity is correct if its type and both borders are. A relation is correct if its type, its
//! direction (unless the type is symmetric) and the borders of both arguments are. The score of an
//! entity is therefore P(borders) · P(type), and that of a relation P(borders of the head) ·
//! P(borders of the tail) · P(type and direction).

mod correctness;
mod reliability;

use std::ops::RangeInclusive;

pub use reliability::{Reliabilities, Reliability};

use crate::config::Calibration;
use crate::document::Sentence;
use crate::predict::Predicted;
use crate::schema::{Schema, Span};
use crate::tagger::Borders;
use crate::{Error, Result};
use correctness::compared;

/// The fit tries the temperatures `2^(n/8)` for these `n`: from a quarter to 16.
const EIGHTHS: RangeInclusive<i8> = -16..=32;
/// Scores are clamped to [`MARGIN`, 1 - `MARGIN`] in the loss, so that it stays finite.
const MARGIN: f64 = 1e-6;

/// A decision between classes, whose probability depends on a temperature.
struct Decision {
    /// Logarithms of the probabilities of all classes, minus that of the chosen class.
    gaps: Vec<f64>,
    /// The other direction of the chosen class, if its type is symmetric.
    twin: Option<usize>,
    correct: bool,
}

impl Decision {
    fn new(classes: &[f32], chosen: usize, twin: Option<usize>, correct: bool) -> Self {
        let logit = |p: f32| f64::from(p).ln();
        Self {
            gaps: (classes.iter())
                .map(|&p| logit(p) - logit(classes[chosen]))
                .collect(),
            twin,
            correct,
        }
    }

    /// Probability of the chosen class, or of both directions of a symmetric type, at a temperature.
    fn probability(&self, temperature: f32) -> f64 {
        let weight = |gap: &f64| (gap / f64::from(temperature)).exp();
        let chosen = 1.0 + self.twin.map_or(0.0, |twin| weight(&self.gaps[twin]));
        chosen / self.gaps.iter().map(weight).sum::<f64>()
    }
}

/// Logarithmic loss of scores, summed. Each score comes with whether its decision is correct.
fn loss(scores: impl Iterator<Item = (f64, bool)>) -> f64 {
    scores
        .map(|(score, correct)| {
            let p = score.clamp(MARGIN, 1.0 - MARGIN);
            -(if correct { p } else { 1.0 - p }).ln()
        })
        .sum()
}

/// The temperature with the least loss; of several, the lowest.
fn best_temperature(loss: impl Fn(f32) -> f64) -> f32 {
    let (temperature, _) = EIGHTHS
        .map(|n| (f32::from(n) / 8.0).exp2())
        .map(|temperature| (temperature, loss(temperature)))
        .fold((1.0, f64::INFINITY), |best, next| {
            if next.1 < best.1 { next } else { best }
        });
    temperature
}

/// Fits temperatures to predictions for annotated sentences, in the same order. They give the scores of
/// the predictions the least logarithmic loss.
///
/// The temperature of tags is fitted first, to whether borders are correct; those of types and relations
/// are fitted after it. A joint fit could not tell whether a wrong entity is due to its borders or to
/// its type. The model must have no calibration yet, and the predictions need [`Detail::evidence`] and
/// [`Detail::tags`].
///
/// [`Detail::evidence`]: crate::predict::Detail::evidence
/// [`Detail::tags`]: crate::predict::Detail::tags
///
/// # Errors
/// [`Error::Calibration`] if there is no entity among the predictions, or evidence or tags are missing;
/// [`Error::Predictions`] if the lengths differ.
pub fn fit(gold: &[Sentence], found: &[Predicted], schema: &Schema) -> Result<Calibration> {
    let missing = || {
        Error::Calibration(
            "the predictions lack their evidence or their tags; predict with both".into(),
        )
    };
    // `tags` has an entry a sentence. `spans` (sentence, span, whether its borders are correct) and
    // `types` have an entry an entity; `ends` (the entities that it joins) and `relations` one a relation.
    let (mut tags, mut spans, mut types) = (Vec::new(), Vec::new(), Vec::new());
    let (mut ends, mut relations) = (Vec::new(), Vec::new());
    for (found, correct) in compared(gold, found, schema)? {
        let base = types.len();
        for (entity, correct) in found.entities.iter().zip(correct.borders) {
            spans.push((tags.len(), entity.span, correct));
        }
        for (entity, correct) in found.entities.iter().zip(correct.entities) {
            let classes = entity.classes.as_ref().ok_or_else(missing)?;
            types.push(Decision::new(classes, entity.class, None, correct));
        }
        for (relation, correct) in found.relations.iter().zip(correct.relations) {
            let classes = &relation.evidence.as_ref().ok_or_else(missing)?.classes;
            let twin = schema.twin(relation.class);
            ends.push([base + relation.left, base + relation.right]);
            relations.push(Decision::new(classes, relation.class, twin, correct));
        }
        tags.push(if found.entities.is_empty() {
            &[][..]
        } else {
            found.tags.as_ref().ok_or_else(missing)?
        });
    }
    if types.is_empty() {
        return Err(Error::Calibration(
            "the model finds no entity in these sentences; calibrate with others".into(),
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
    let of_tags = best_temperature(|temperature| {
        let scores = borders(temperature).into_iter().zip(&spans);
        loss(scores.map(|(score, (_, _, correct))| (score, *correct)))
    });
    let borders = borders(of_tags);
    let of_types = best_temperature(|temperature| {
        let scores = types.iter().zip(&borders);
        loss(scores.map(|(entity, of_borders)| {
            (of_borders * entity.probability(temperature), entity.correct)
        }))
    });
    let of_relations = best_temperature(|temperature| {
        let scores = relations.iter().zip(&ends);
        loss(scores.map(|(relation, &[left, right])| {
            let of_borders = borders[left] * borders[right];
            (
                of_borders * relation.probability(temperature),
                relation.correct,
            )
        }))
    });
    Ok(Calibration {
        tags: of_tags,
        types: of_types,
        relations: if relations.is_empty() {
            1.0
        } else {
            of_relations
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Entity, Relation};
    use crate::predict::{PairEvidence, PredictedEntity, PredictedRelation};

    /// The probability that an overconfident network gives to its choice.
    const CONFIDENT: f32 = 1.0 - 1e-4;

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
            score: CONFIDENT,
            rejected: false,
            classes: Some(vec![CONFIDENT, 1.0 - CONFIDENT]),
            borders: None,
        };
        // R back and forth, S back and forth, none.
        let mut classes = vec![(1.0 - CONFIDENT) / 4.0; 5];
        classes[class] = CONFIDENT;
        let relation = PredictedRelation {
            left: 0,
            right: 1,
            class,
            score: CONFIDENT,
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
    fn an_entity_is_correct_with_either_type_of_its_mention() {
        let mut sentence = gold(None);
        sentence.entities.push(Entity {
            label: "B".into(),
            ..entity(0, 1)
        });
        let found = Reliabilities::of(&[sentence], &[predicted(1)], &schema()).unwrap();
        assert_eq!(found.entity.right, 1.0);
    }

    #[test]
    fn a_relation_that_is_correct_every_other_time_scores_a_half() {
        let gold = [gold(Some((0, 1, "R"))), gold(None)];
        let found = [predicted(1), predicted(1)];
        let before = Reliabilities::of(&gold, &found, &schema()).unwrap();
        assert_eq!((before.entity.right, before.relation.right), (1.0, 0.5));
        assert!(before.relation.error > 0.49);
        let fitted = fit(&gold, &found, &schema()).unwrap();
        // All entities are correct, so lower temperatures have less loss.
        assert!(fitted.tags < 1.0 && fitted.types < 1.0, "{fitted:?}");
        let rival = (1.0 - CONFIDENT) / 4.0;
        let classes = [rival, CONFIDENT, rival, rival, rival];
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

    /// Tag logits with which two entities of one word are about as probable as one of two words.
    fn uncertain_tags() -> Vec<Vec<f32>> {
        vec![
            vec![0.9, -9.0, -9.0, -9.0, 1.0],
            vec![-9.0, -9.0, 0.9, -9.0, 1.0],
        ]
    }

    #[test]
    fn wrong_borders_raise_the_temperature_of_tags() {
        let longer = Sentence {
            entities: vec![entity(0, 2)],
            ..gold(None)
        };
        let uncertain = Predicted {
            relations: Vec::new(),
            tags: Some(uncertain_tags()),
            ..predicted(1)
        };
        let confident = Predicted {
            relations: Vec::new(),
            ..predicted(1)
        };
        let fitted = fit(&[gold(None), longer], &[confident, uncertain], &schema()).unwrap();
        // A higher temperature helps the uncertain sentence and hurts the confident one.
        assert!(fitted.tags > 2.0 && fitted.tags < 5.0, "{fitted:?}");
        assert_eq!(fitted.relations, 1.0);
    }

    #[test]
    fn a_relation_scores_with_the_borders_of_its_own_entities() {
        // If uncertain borders explain the wrong relation, its type needs no higher temperature.
        let uncertain = Predicted {
            tags: Some(uncertain_tags()),
            ..predicted(1)
        };
        let sentences = [gold(Some((0, 1, "R"))), gold(None)];
        let explained = fit(&sentences, &[predicted(1), uncertain.clone()], &schema()).unwrap();
        let mixed = fit(&sentences, &[uncertain, predicted(1)], &schema()).unwrap();
        assert!(
            explained.relations < mixed.relations,
            "{explained:?} {mixed:?}"
        );
    }

    #[test]
    fn predictions_without_tags_or_entities_are_refused() {
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
