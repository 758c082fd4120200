//! Order of the classes of the three heads (method §2.3). Theirs follows the first appearance in the data;
//! ours is that of a [`Schema`].

use serde::{Deserialize, Serialize};

use crate::schema::{Direction, Schema};
use crate::tagger::Tag;
use crate::weights::{Array, StateDict};
use crate::{Error, Result};

/// Bias of a class that a checkpoint does not have, so low that the class is never predicted.
const NEVER: f32 = -1e4;
/// Label of "no entity" and of "no relation".
const NONE: &str = "None";

/// Labels of the classes of each head, in the order of its rows.
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
    /// The order of our model with these labels and a PAD class.
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

    /// The schema with these labels.
    ///
    /// # Errors
    /// [`Error::Config`] if a relation label has no direction, or the first tag is not the one for padding,
    /// which may have any other name.
    pub fn schema(&self) -> Result<Schema> {
        let first = self.tags.first().map(String::as_str).unwrap_or_default();
        if Tag::ALL.iter().any(|tag| first == tag.letter().to_string()) {
            return Err(Error::Config {
                field: "tags",
                problem: format!(
                    "the first tag is `{first}`; put the tag for padding, such as `PAD`, in front"
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
                    problem: format!(
                        "the label `{label}` has no direction; it must end in @> or @<"
                    ),
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

/// Moves the rows of the three heads from one order of classes to another. A class that only `to` has is
/// never predicted; a class that only `from` has is dropped. The arrays have our names.
///
/// # Errors
/// [`Error::Weight`] for a head with another number of classes than `from`.
pub fn reorder(state: &mut StateDict, from: &LabelOrder, to: &LabelOrder) -> Result<()> {
    let heads = [
        ("tagger", &from.tags, &to.tags),
        ("entity_head", &from.entities, &to.entities),
        ("relation.head", &from.relations, &to.relations),
    ];
    for (head, from, to) in heads {
        // The tag for padding is the first one in either order, whatever its name.
        let place = |(i, label): (usize, &String)| {
            if head == "tagger" && i == 0 {
                Some(0)
            } else {
                from.iter().position(|other| other == label)
            }
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
                        "has the shape {:?}, but the list of labels has {} classes; correct the list",
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
