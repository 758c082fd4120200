//! Evidence for a decision: the alternatives to a type, and the attention of the pair encoder.

use serde::{Deserialize, Serialize};

use crate::pair::SEGMENTS;
use crate::schema::{Direction, Schema};

/// Largest number of alternatives that are listed.
const ALTERNATIVES: usize = 5;

/// Attention of the pair encoder over the five segments of the sentence (method §3.5). The weights add
/// up to 1; empty segments have a weight too.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Attention {
    /// Words left of both arguments.
    pub left: f32,
    /// The first argument.
    pub head: f32,
    /// Words between the arguments.
    pub middle: f32,
    /// The second argument.
    pub tail: f32,
    /// Words right of both arguments.
    pub right: f32,
}

impl Attention {
    /// Names attention weights, given in textual order; `direction` says which of the two spans is the
    /// head.
    pub fn new(weights: [f32; SEGMENTS], direction: Direction) -> Self {
        let [left, first, middle, second, right] = weights;
        let (head, tail) = direction.resolve(first, second);
        Self {
            left,
            head,
            middle,
            tail,
            right,
        }
    }
}

/// A type that the model considered for an entity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EntityAlternative {
    /// Entity type; `None` for "no entity".
    #[serde(rename = "type")]
    pub label: Option<String>,
    /// Probability of the type, given the span.
    pub score: f32,
}

/// A type and direction that the model considered for a relation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RelationAlternative {
    /// Relation type; `None` for "no relation".
    #[serde(rename = "type")]
    pub label: Option<String>,
    /// First argument, as an index into the sentence's entities.
    pub head: usize,
    /// Second argument, likewise.
    pub tail: usize,
    /// Probability of the type and direction, given both arguments.
    pub score: f32,
}

/// The most probable entity types, in descending order, given the probabilities of all classes.
pub(super) fn entity_alternatives(classes: &[f32], schema: &Schema) -> Vec<EntityAlternative> {
    best(classes)
        .map(|(class, score)| EntityAlternative {
            label: schema.entities.get(class).cloned(),
            score,
        })
        .collect()
}

/// The most probable relations of two entities, in descending order, given the probabilities of all
/// classes and the entities in textual order. "No relation" has its arguments in the given direction.
pub(super) fn relation_alternatives(
    classes: &[f32],
    schema: &Schema,
    (left, right): (usize, usize),
    direction: Direction,
) -> Vec<RelationAlternative> {
    best(classes)
        .map(|(class, score)| {
            let named = schema.relation(class);
            let (head, tail) = named
                .map_or(direction, |(_, direction)| direction)
                .resolve(left, right);
            RelationAlternative {
                label: named.map(|(label, _)| label.into()),
                head,
                tail,
                score,
            }
        })
        .collect()
}

fn best(classes: &[f32]) -> impl Iterator<Item = (usize, f32)> {
    let mut ranked: Vec<(usize, f32)> = classes.iter().copied().enumerate().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked.into_iter().take(ALTERNATIVES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        Schema {
            entities: ["Company", "Person"].map(String::from).into(),
            relations: ["lives_in", "works_for"].map(String::from).into(),
            symmetric: vec![],
        }
    }

    #[test]
    fn attention_follows_the_arguments_whichever_comes_first() {
        let weights = [0.1, 0.2, 0.3, 0.15, 0.25];
        let forward = Attention::new(weights, Direction::Forward);
        assert_eq!((forward.head, forward.tail), (0.2, 0.15));
        let backward = Attention::new(weights, Direction::Backward);
        assert_eq!((backward.head, backward.tail), (0.15, 0.2));
        for found in [forward, backward] {
            assert_eq!((found.left, found.middle, found.right), (0.1, 0.3, 0.25));
        }
    }

    #[test]
    fn alternatives_are_ranked_and_name_nothing_too() {
        let found = entity_alternatives(&[0.2, 0.3, 0.5], &schema());
        let named: Vec<_> = found
            .iter()
            .map(|a| (a.label.as_deref(), a.score))
            .collect();
        assert_eq!(
            named,
            [(None, 0.5), (Some("Person"), 0.3), (Some("Company"), 0.2)]
        );
    }

    #[test]
    fn directions_become_arguments() {
        // Classes: lives_in@<, lives_in@>, works_for@<, works_for@>, None.
        let classes = [0.3, 0.4, 0.2, 0.06, 0.04];
        let found = relation_alternatives(&classes, &schema(), (4, 7), Direction::Backward);
        let named: Vec<_> = found
            .iter()
            .map(|a| (a.label.as_deref(), a.head, a.tail))
            .collect();
        assert_eq!(
            named,
            [
                (Some("lives_in"), 4, 7),
                (Some("lives_in"), 7, 4),
                (Some("works_for"), 7, 4),
                (Some("works_for"), 4, 7),
                (None, 7, 4)
            ]
        );
    }
}
