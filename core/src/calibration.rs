//! Scores that are right as often as they say: temperatures fitted to development data, and how
//! reliable scores are.
//!
//! An entity is right with its type and both borders, a relation with its type, its direction (unless
//! the type is symmetric) and the borders of both arguments. So an entity's score is the probability of
//! its borders times that of its type, and a relation's that of four borders times that of its type.

use std::collections::HashMap;
use std::fmt::{Display, Formatter};

use serde::Serialize;

use crate::config::Calibration;
use crate::document::Sentence;
use crate::evaluate::named;
use crate::predict::Predicted;
use crate::schema::Schema;
use crate::tagger::Borders;
use crate::{Error, Result};

/// Temperatures that are tried: `2^(n/8)` for these `n`, a quarter to 16.
const EIGHTHS: std::ops::RangeInclusive<i32> = -16..=32;
/// Scores are compared with what is right within bins of this width.
const BINS: usize = 10;
/// Nothing is held to be surer than this in a logarithm.
const SUREST: f64 = 1e-6;

/// Some scores against what was right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Reliability {
    /// Number of scores.
    pub count: usize,
    /// Their mean.
    pub score: f64,
    /// Share that is right.
    pub right: f64,
    /// Expected calibration error: mean distance of both within tenths.
    pub error: f64,
}

impl Reliability {
    /// Of scores, each with whether it belongs to something right.
    pub fn of(scores: &[(f64, bool)]) -> Self {
        let count = scores.len();
        if count == 0 {
            return Self::default();
        }
        let mut bins = [(0.0, 0.0); BINS];
        for &(score, right) in scores {
            let bin = &mut bins[((score * BINS as f64) as usize).min(BINS - 1)];
            *bin = (bin.0 + score, bin.1 + f64::from(u8::from(right)));
        }
        let share = |sum: f64| sum / count as f64;
        Self {
            count,
            score: share(bins.iter().map(|b| b.0).sum()),
            right: share(bins.iter().map(|b| b.1).sum()),
            error: share(bins.iter().map(|b| (b.0 - b.1).abs()).sum()),
        }
    }
}

impl Display for Reliability {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:.1} % on average, {:.1} % right, {:.1} apart",
            100.0 * self.score,
            100.0 * self.right,
            100.0 * self.error
        )
    }
}

/// Reliability of a model's scores on annotated sentences.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Reliabilities {
    /// Of entities.
    pub entity: Reliability,
    /// Of relations.
    pub relation: Reliability,
}

impl Reliabilities {
    /// Of what was predicted for some sentences, in their order.
    pub fn of(gold: &[Sentence], found: &[Predicted], schema: &Schema) -> Self {
        let (mut entities, mut relations) = (Vec::new(), Vec::new());
        for (gold, found) in gold.iter().zip(found) {
            let right = Right::new(gold, found, schema);
            let entity = found.entities.iter().zip(right.entities);
            entities.extend(entity.map(|(e, right)| (f64::from(e.score), right)));
            let relation = found.relations.iter().zip(right.relations);
            relations.extend(relation.map(|(r, right)| (f64::from(r.score), right)));
        }
        Self {
            entity: Reliability::of(&entities),
            relation: Reliability::of(&relations),
        }
    }
}

impl Display for Reliabilities {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "scores of entities:  {}", self.entity)?;
        write!(f, "scores of relations: {}", self.relation)
    }
}

/// What of a sentence's predictions is right.
struct Right {
    entities: Vec<bool>,
    relations: Vec<bool>,
}

impl Right {
    fn new(gold: &Sentence, found: &Predicted, schema: &Schema) -> Self {
        let named = named(found, schema);
        let types: HashMap<_, _> = (gold.entities.iter())
            .map(|e| ((e.start, e.end), &e.label))
            .collect();
        let entities = named.entities.iter();
        let span = |entities: &[crate::document::Entity], i: usize| {
            entities.get(i).map(|e| (e.start, e.end))
        };
        let relations = named.relations.iter().map(|r| {
            let ends = [r.head, r.tail].map(|i| span(&named.entities, i));
            gold.relations.iter().any(|g| {
                let [head, tail] = [g.head, g.tail].map(|i| span(&gold.entities, i));
                let symmetric = schema.is_symmetric(&g.label);
                g.label == r.label && (ends == [head, tail] || symmetric && ends == [tail, head])
            })
        });
        Self {
            entities: entities
                .map(|e| types.get(&(e.start, e.end)) == Some(&&e.label))
                .collect(),
            relations: relations.collect(),
        }
    }
}

/// A decision: the logarithms of all classes' probabilities, less that of the one that was chosen.
struct Decision {
    /// Behind it, whatever the temperature.
    rivals: Vec<f64>,
    right: bool,
}

impl Decision {
    fn new(classes: &[f32], chosen: usize, right: bool) -> Self {
        let logit = |p: f32| f64::from(p).ln();
        let rivals = classes.iter().map(|&p| logit(p) - logit(classes[chosen]));
        Self {
            rivals: rivals.collect(),
            right,
        }
    }

    /// Probability of the chosen class at a temperature.
    fn probability(&self, temperature: f32) -> f64 {
        let rivals = self.rivals.iter();
        1.0 / rivals
            .map(|gap| (gap / f64::from(temperature)).exp())
            .sum::<f64>()
    }
}

/// Mean logarithmic loss of scores.
fn loss(scores: impl Iterator<Item = (f64, bool)>) -> f64 {
    scores
        .map(|(score, right)| {
            let p = score.clamp(SUREST, 1.0 - SUREST);
            -(if right { p } else { 1.0 - p }).ln()
        })
        .sum()
}

/// The temperature with the least loss; the lower one of equals.
fn least(loss: impl Fn(f32) -> f64) -> (f32, f64) {
    EIGHTHS
        .map(|n| (f32::from(n as i8) / 8.0).exp2())
        .map(|temperature| (temperature, loss(temperature)))
        .fold((1.0, f64::INFINITY), |best, next| {
            if next.1 < best.1 { next } else { best }
        })
}

/// Temperatures under which the scores of what was predicted for some annotated sentences have the
/// least logarithmic loss. The model must have none yet, and the predictions their evidence.
///
/// # Errors
/// [`Error::Calibration`] when nothing was predicted or evidence is missing.
pub fn fit(gold: &[Sentence], found: &[Predicted], schema: &Schema) -> Result<Calibration> {
    let missing = || Error::Calibration("predictions need their evidence".into());
    // Of all sentences, entities and where the relations have their arguments among them.
    let (mut tags, mut spans, mut types) = (Vec::new(), Vec::new(), Vec::new());
    let (mut ends, mut relations) = (Vec::new(), Vec::new());
    for (gold, found) in gold.iter().zip(found) {
        let right = Right::new(gold, found, schema);
        let base = types.len();
        for (entity, right) in found.entities.iter().zip(right.entities) {
            let classes = entity.classes.as_ref().ok_or_else(missing)?;
            spans.push((tags.len(), entity.span));
            types.push(Decision::new(classes, entity.class, right));
        }
        for (relation, right) in found.relations.iter().zip(right.relations) {
            let evidence = relation.evidence.as_ref().ok_or_else(missing)?;
            ends.push([base + relation.left, base + relation.right]);
            relations.push(Decision::new(&evidence.classes, relation.class, right));
        }
        tags.push(match found.entities.is_empty() {
            true => Vec::new(),
            false => found.tags.clone().ok_or_else(missing)?,
        });
    }
    if types.is_empty() {
        return Err(Error::Calibration(
            "the model finds no entity in these sentences; take others".into(),
        ));
    }
    let borders = |temperature: f32| -> Vec<f64> {
        let sentences = tags.iter();
        let sentences: Vec<Borders> = sentences
            .map(|tags| Borders::new(tags.iter().map(Vec::as_slice), temperature))
            .collect();
        let probability = |&(sentence, span): &(usize, _)| {
            f64::from(Borders::probability(&sentences[sentence], span))
        };
        spans.iter().map(probability).collect()
    };
    let entities = |borders: &[f64], temperature: f32| {
        let scores = types.iter().zip(borders);
        loss(scores.map(|(t, sure)| (sure * t.probability(temperature), t.right)))
    };
    let (of_tags, _) = least(|temperature| {
        let borders = borders(temperature);
        least(|temperature| entities(&borders, temperature)).1
    });
    let borders = borders(of_tags);
    let (of_types, _) = least(|temperature| entities(&borders, temperature));
    let (of_relations, _) = least(|temperature| {
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

    #[test]
    fn reliability_is_what_one_counts_by_hand() {
        let found = Reliability::of(&[(0.9, true), (0.95, false), (0.2, false), (1.0, true)]);
        // One bin holds 0.9, 0.95 and 1.0, of which two are right; the other one 0.2.
        let expected = Reliability {
            count: 4,
            score: 3.05 / 4.0,
            right: 0.5,
            error: (0.85 + 0.2) / 4.0,
        };
        for (a, b) in [
            (found.score, expected.score),
            (found.right, expected.right),
            (found.error, expected.error),
        ] {
            assert!((a - b).abs() < 1e-12, "{found:?}");
        }
        assert_eq!(found.count, 4);
        assert_eq!(Reliability::of(&[]), Reliability::default());
    }

    /// A schema with one type of each, and two sentences of two entities and a relation.
    fn example() -> (Schema, Vec<Sentence>, Vec<Predicted>) {
        let schema = Schema {
            entities: vec!["A".into()],
            relations: vec!["R".into()],
            symmetric: vec![],
        };
        let entity = |start| Entity {
            start,
            end: start + 1,
            label: "A".into(),
        };
        let gold = |relations| Sentence {
            document: "d".into(),
            words: ["a", "b"].map(String::from).into(),
            entities: vec![entity(0), entity(1)],
            relations,
            ..Default::default()
        };
        let related = Relation {
            head: 0,
            tail: 1,
            label: "R".into(),
        };
        let sentences = vec![gold(vec![related]), gold(vec![])];
        // Far too sure of everything.
        let sure = 1.0 - 1e-4_f32;
        let found = |start| PredictedEntity {
            span: (start, start + 1),
            class: 0,
            score: sure,
            rejected: false,
            classes: Some(vec![sure, 1.0 - sure]),
        };
        let relation = PredictedRelation {
            left: 0,
            right: 1,
            class: 1,
            score: sure,
            rejected: false,
            evidence: Some(PairEvidence {
                classes: vec![0.0, sure, 1.0 - sure],
                attention: [0.2; 5],
            }),
        };
        let unit = vec![-9.0, -9.0, -9.0, -9.0, 9.0];
        let predicted = Predicted {
            spans: vec![(0, 1), (1, 2)],
            entities: vec![found(0), found(1)],
            relations: vec![relation],
            tags: Some(vec![unit.clone(), unit]),
        };
        (schema, sentences, vec![predicted.clone(), predicted])
    }

    #[test]
    fn a_relation_that_is_right_every_other_time_gets_a_half() {
        let (schema, gold, mut found) = example();
        let before = Reliabilities::of(&gold, &found, &schema);
        assert_eq!((before.entity.right, before.relation.right), (1.0, 0.5));
        assert!(before.relation.error > 0.49);
        let fitted = fit(&gold, &found, &schema).unwrap();
        // All entities are right: nothing is gained by doubt.
        assert!(fitted.tags < 1.0 && fitted.types < 1.0, "{fitted:?}");
        let decision = Decision::new(&[0.0, 1.0 - 1e-4, 1e-4], 1, true);
        let half = decision.probability(fitted.relations);
        assert!((half - 0.5).abs() < 0.07, "{half} at {fitted:?}");
        found[0].tags = None;
        assert!(fit(&gold, &found, &schema).is_err());
    }

    #[test]
    fn wrong_borders_are_told_from_wrong_types() {
        let (schema, mut gold, mut found) = example();
        // The second sentence's entities are longer than what the tagger is unsure of.
        gold[1].entities = vec![Entity {
            start: 0,
            end: 2,
            label: "A".into(),
        }];
        found[1].tags = Some(vec![
            vec![0.9, -9.0, -9.0, -9.0, 1.0],
            vec![-9.0, -9.0, 0.9, -9.0, 1.0],
        ]);
        let fitted = fit(&gold, &found, &schema).unwrap();
        let sure = |i: usize| {
            let tags = found[i].tags.as_ref().unwrap();
            Borders::new(tags.iter().map(Vec::as_slice), fitted.tags).probability((0, 1))
        };
        assert!(sure(0) > 0.9 && sure(1) < 0.6, "{fitted:?}");
    }
}
