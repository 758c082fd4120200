//! Order of the classes of the three heads (method §2.3): theirs is that of first appearance.

use serde::{Deserialize, Serialize};

use crate::schema::{Direction, Schema};
use crate::tagger::Tag;
use crate::weights::{Array, StateDict};
use crate::{Error, Result};

/// Bias of a class that a checkpoint does not know: it is never predicted.
const NEVER: f32 = -1e4;
/// "No entity" and "no relation".
const NONE: &str = "None";

/// Classes in the order of the rows of each head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelOrder {
    /// Tags: `PAD` (or whatever stands for padding), `B`, `I`, `E`, `O`, `U`.
    pub tags: Vec<String>,
    /// Entity types and `None`.
    pub entities: Vec<String>,
    /// Directed relation types, `X@>` and `X@<`, and `None`.
    pub relations: Vec<String>,
}

impl LabelOrder {
    /// The order of a model of ours with the paper's PAD class.
    pub fn of(schema: &Schema) -> Self {
        let tags = Tag::ALL.map(|tag| tag.letter().to_string());
        let relation = |class: usize| match schema.relation(class) {
            Some((label, Direction::Forward)) => format!("{label}@>"),
            Some((label, Direction::Backward)) => format!("{label}@<"),
            None => NONE.into(),
        };
        Self {
            tags: std::iter::once("PAD".into()).chain(tags).collect(),
            entities: schema
                .entities
                .iter()
                .cloned()
                .chain([NONE.into()])
                .collect(),
            relations: (0..schema.relation_classes()).map(relation).collect(),
        }
    }

    /// The types that it names.
    ///
    /// # Errors
    /// [`Error::Config`] for a relation without a direction, or tags without the one for padding, which
    /// comes first whatever it is called.
    pub fn schema(&self) -> Result<Schema> {
        let first = self.tags.first().map(String::as_str).unwrap_or_default();
        if Tag::ALL.iter().any(|tag| first == tag.letter().to_string()) {
            return Err(Error::Config {
                field: "tags",
                problem: format!(
                    "begin with `{first}`; the class for padding comes first, as `PAD`"
                ),
            });
        }
        let mut relations = Vec::new();
        for label in self.relations.iter().filter(|label| *label != NONE) {
            let name = label
                .strip_suffix("@>")
                .or_else(|| label.strip_suffix("@<"))
                .ok_or_else(|| Error::Config {
                    field: "relations",
                    problem: format!("`{label}` must end in @> or @<"),
                })?;
            relations.push(name.to_string());
        }
        let mut entities: Vec<String> = self.entities.clone();
        entities.retain(|label| label != NONE);
        for list in [&mut entities, &mut relations] {
            list.sort();
            list.dedup();
        }
        let schema = Schema {
            entities,
            relations,
            symmetric: Vec::new(),
        };
        schema.validate()?;
        Ok(schema)
    }
}

/// Puts the rows of the heads of a fine-tuning model, by our names, from one order into another; a
/// class that is new is never predicted, one that is no longer there is dropped.
///
/// # Errors
/// [`Error::Weight`] for a head of another number of classes.
pub fn reorder(state: &mut StateDict, from: &LabelOrder, to: &LabelOrder) -> Result<()> {
    let heads = [
        ("tagger", &from.tags, &to.tags),
        ("entity_head", &from.entities, &to.entities),
        ("relation.head", &from.relations, &to.relations),
    ];
    for (head, from, to) in heads {
        // Padding has many names and one place.
        let place = |(i, label): (usize, &String)| match head == "tagger" && i == 0 {
            true => Some(0),
            false => from.iter().position(|other| other == label),
        };
        let places: Vec<Option<usize>> = to.iter().enumerate().map(place).collect();
        for (kind, missing) in [("weight", 0.0), ("bias", NEVER)] {
            let name = format!("{head}.{kind}");
            let Some(array) = state.get_mut(&name) else {
                continue;
            };
            if array.shape.first() != Some(&from.len()) {
                return Err(Error::Weight {
                    name,
                    problem: format!(
                        "has the shape {:?}, but {} classes are named",
                        array.shape,
                        from.len()
                    ),
                });
            }
            *array = rows(array, &places, missing);
        }
    }
    Ok(())
}

fn rows(array: &Array, places: &[Option<usize>], missing: f32) -> Array {
    let width = array.values.len() / array.shape[0].max(1);
    let mut values = Vec::with_capacity(places.len() * width);
    for place in places {
        match place {
            Some(row) => values.extend(&array.values[row * width..(row + 1) * width]),
            None => values.extend(std::iter::repeat_n(missing, width)),
        }
    }
    let mut shape = array.shape.clone();
    shape[0] = places.len();
    Array { shape, values }
}
