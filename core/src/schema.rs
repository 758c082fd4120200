//! Label vocabularies: entity types and directed relation types (method §2.3).

use serde::{Deserialize, Serialize};

use crate::{Error, Result, document::Sentence};

/// A span of words, half-open.
pub type Span = (usize, usize);

/// The entity and relation types of a model, sorted by name.
///
/// Entity classes are numbered in the order of the types; the last class is `None`, "no entity". A
/// relation type `X` has two classes: `X@<`, whose head is the right span, and `X@>`, whose head is the
/// left span. They are numbered in the order of the types; the last class is `None`, "no relation".
///
/// ```
/// use spanlight_core::Schema;
/// use spanlight_core::schema::Direction;
///
/// let schema = Schema {
///     entities: ["Company", "Person"].map(String::from).into(),
///     relations: vec!["leads".into()],
///     symmetric: vec![],
/// };
/// schema.validate()?;
/// assert_eq!(schema.entity_id("Person"), Some(1));
/// assert_eq!(schema.no_entity(), 2);
/// assert_eq!(schema.relation_id("leads", Direction::Forward), Some(1));
/// assert_eq!(schema.relation(0), Some(("leads", Direction::Backward)));
/// # Ok::<(), spanlight_core::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// Entity types, sorted.
    pub entities: Vec<String>,
    /// Relation types, sorted.
    pub relations: Vec<String>,
    /// Relation types whose arguments may be swapped without a change of meaning.
    #[serde(default)]
    pub symmetric: Vec<String>,
}

/// Which of a left and a right span is the head of a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// `X@>`: head on the left.
    Forward,
    /// `X@<`: head on the right.
    Backward,
}

impl Direction {
    /// Head and tail, given the left and the right argument; or left and right, given head and tail.
    pub fn resolve<T>(self, left: T, right: T) -> (T, T) {
        match self {
            Self::Forward => (left, right),
            Self::Backward => (right, left),
        }
    }
}

impl Schema {
    /// The labels of annotated sentences. Of the names in `symmetric`, those that are relation types of
    /// the sentences are symmetric.
    pub fn of<'a>(sentences: impl IntoIterator<Item = &'a Sentence>, symmetric: &[&str]) -> Self {
        let (mut entities, mut relations) = (
            std::collections::BTreeSet::new(),
            std::collections::BTreeSet::new(),
        );
        for s in sentences {
            entities.extend(s.entities.iter().map(|e| e.label.clone()));
            relations.extend(s.relations.iter().map(|r| r.label.clone()));
        }
        let symmetric = symmetric
            .iter()
            .filter(|s| relations.contains(**s))
            .map(ToString::to_string)
            .collect();
        Self {
            entities: entities.into_iter().collect(),
            relations: relations.into_iter().collect(),
            symmetric,
        }
    }

    /// Number of classes of the typing head, `None` included.
    pub fn entity_classes(&self) -> usize {
        self.entities.len() + 1
    }

    /// Class of "no entity".
    pub fn no_entity(&self) -> usize {
        self.entities.len()
    }

    /// Number of classes of the relation head, `None` included.
    pub fn relation_classes(&self) -> usize {
        2 * self.relations.len() + 1
    }

    /// Class of "no relation".
    pub fn no_relation(&self) -> usize {
        2 * self.relations.len()
    }

    /// Class of an entity type; `None` for an unknown type.
    pub fn entity_id(&self, label: &str) -> Option<usize> {
        self.entities
            .binary_search_by(|e| e.as_str().cmp(label))
            .ok()
    }

    /// Class of a relation type in a direction; `None` for an unknown type.
    pub fn relation_id(&self, label: &str, direction: Direction) -> Option<usize> {
        let i = self
            .relations
            .binary_search_by(|r| r.as_str().cmp(label))
            .ok()?;
        Some(2 * i + usize::from(direction == Direction::Forward))
    }

    /// Type and direction of a relation class; `None` for "no relation".
    pub fn relation(&self, class: usize) -> Option<(&str, Direction)> {
        let direction = if class % 2 == 1 {
            Direction::Forward
        } else {
            Direction::Backward
        };
        self.relations
            .get(class / 2)
            .map(|r| (r.as_str(), direction))
    }

    /// Type, head and tail of a relation class, given the left and the right argument; `None` for "no
    /// relation".
    pub fn directed<T>(&self, class: usize, left: T, right: T) -> Option<(&str, T, T)> {
        let (label, direction) = self.relation(class)?;
        let (head, tail) = direction.resolve(left, right);
        Some((label, head, tail))
    }

    /// The class of the same type in the other direction, if the type is symmetric.
    pub fn twin(&self, class: usize) -> Option<usize> {
        let (label, _) = self.relation(class)?;
        self.is_symmetric(label).then_some(class ^ 1)
    }

    /// Whether swapping the arguments of this type keeps its meaning.
    pub fn is_symmetric(&self, label: &str) -> bool {
        self.symmetric.iter().any(|s| s == label)
    }

    /// Checks that labels are sorted, distinct and valid, and that there is an entity type.
    ///
    /// # Errors
    /// [`Error::Config`] that names the list.
    pub fn validate(&self) -> Result<()> {
        for (field, list) in [
            ("schema.entities", &self.entities),
            ("schema.relations", &self.relations),
        ] {
            if !list.is_sorted_by(|a, b| a < b) || list.iter().any(|l| l.is_empty() || l == "None")
            {
                return Err(Error::Config {
                    field,
                    problem: "labels must be sorted, distinct, non-empty and other than `None`"
                        .into(),
                });
            }
        }
        if self.entities.is_empty() {
            return Err(Error::Config {
                field: "schema.entities",
                problem: "is empty; a model needs at least one entity type".into(),
            });
        }
        Ok(())
    }
}
