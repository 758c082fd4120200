//! Annotated sentences: words, entity mentions and directed relations (method §1).

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// A typed entity mention over the words `start..end` of its sentence.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entity {
    /// First word.
    pub start: usize,
    /// One past the last word.
    pub end: usize,
    /// Entity type.
    pub label: String,
}

/// A typed, directed relation between two entities of the same sentence.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Relation {
    /// Index of the first argument in [`Sentence::entities`].
    pub head: usize,
    /// Index of the second argument in [`Sentence::entities`].
    pub tail: usize,
    /// Relation type.
    pub label: String,
}

/// One sentence with its gold annotations, of which there may be none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// Identifier of the document.
    pub document: String,
    /// 0-based position in the document.
    pub index: usize,
    /// The words, in order; none is empty.
    pub words: Vec<String>,
    /// Entity mentions; may overlap or nest.
    pub entities: Vec<Entity>,
    /// Relations between [`Self::entities`].
    pub relations: Vec<Relation>,
}

impl Sentence {
    /// Checks words, spans and arguments.
    ///
    /// # Errors
    /// [`Error::Sentence`] for an empty word, a span that is empty or ends beyond the sentence, or a
    /// relation whose argument does not exist.
    pub fn validate(&self) -> Result<()> {
        let fail = |problem: String| Error::Sentence {
            document: self.document.clone(),
            sentence: self.index,
            problem,
        };
        if let Some(i) = self.words.iter().position(|w| w.trim().is_empty()) {
            return Err(fail(format!(
                "word {i} is empty; remove it or join it to the next word"
            )));
        }
        for (i, e) in self.entities.iter().enumerate() {
            if e.start >= e.end || e.end > self.words.len() {
                return Err(fail(format!(
                    "entity {i} covers the words [{}, {}) of {}; spans are half-open and must lie inside the sentence",
                    e.start,
                    e.end,
                    self.words.len()
                )));
            }
        }
        for (i, r) in self.relations.iter().enumerate() {
            if r.head >= self.entities.len() || r.tail >= self.entities.len() {
                return Err(fail(format!(
                    "relation {i} joins entities {} and {}, but the sentence has {}; count entities from 0",
                    r.head,
                    r.tail,
                    self.entities.len()
                )));
            }
        }
        Ok(())
    }
}
