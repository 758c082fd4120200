//! One sentence in which two models differ.

use std::collections::BTreeSet;
use std::fmt::{Display, Formatter};

use serde::Serialize;
use spanlight_core::document::{Entity, Sentence};
use spanlight_core::score::{Counts, Prediction, Protocol, Scores};
use spanlight_core::{Result, Schema};

use super::bracket::{Numbers, bracketed};

/// The model with fewer mistakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Closer {
    /// The first model.
    A,
    /// The second model.
    B,
    /// Both models made equally many mistakes.
    Neither,
}

/// A sentence with its gold annotations and the predictions of two models.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// Name of the document.
    pub document: String,
    /// Position in the document, from 0.
    pub sentence: usize,
    /// The model with fewer mistakes: entities, and relations under strict scoring, that are missing or wrong.
    pub closer: Closer,
    /// Gold annotations in brackets.
    pub gold: String,
    /// Predictions of the first model in brackets.
    pub a: String,
    /// Predictions of the second model in brackets.
    pub b: String,
}

impl Difference {
    /// Compares two predictions for a sentence; `None` if they are equal.
    ///
    /// # Errors
    /// As [`Scores::add`].
    pub fn new(
        gold: &Sentence,
        a: &Sentence,
        b: &Sentence,
        schema: &Schema,
    ) -> Result<Option<Self>> {
        if facts(a) == facts(b) {
            return Ok(None);
        }
        let [of_a, of_b] = [mistakes(gold, a, schema)?, mistakes(gold, b, schema)?];
        let numbers = Numbers::of(&[gold, a, b]);
        Ok(Some(Self {
            document: gold.document.clone(),
            sentence: gold.index,
            closer: match of_a.cmp(&of_b) {
                std::cmp::Ordering::Less => Closer::A,
                std::cmp::Ordering::Greater => Closer::B,
                std::cmp::Ordering::Equal => Closer::Neither,
            },
            gold: bracketed(gold, &numbers),
            a: bracketed(a, &numbers),
            b: bracketed(b, &numbers),
        }))
    }
}

/// Entities and relations as sets, which have no order.
fn facts(sentence: &Sentence) -> (BTreeSet<&Entity>, BTreeSet<(&str, &Entity, &Entity)>) {
    let relations = sentence.relations.iter().filter_map(|r| {
        let (head, tail) = (
            sentence.entities.get(r.head)?,
            sentence.entities.get(r.tail)?,
        );
        Some((r.label.as_str(), head, tail))
    });
    (sentence.entities.iter().collect(), relations.collect())
}

/// Number of entities and strict relations that are missing or wrong.
fn mistakes(gold: &Sentence, found: &Sentence, schema: &Schema) -> Result<usize> {
    let mut scores = Scores::new(schema);
    scores.add(gold, &Prediction::from(found), schema, Protocol::Full)?;
    let wrong = |c: Counts| c.gold + c.pred - 2 * c.tp;
    Ok(wrong(scores.entity) + wrong(scores.strict))
}

impl Display for Difference {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let closer = match self.closer {
            Closer::A => ", A is closer",
            Closer::B => ", B is closer",
            Closer::Neither => "",
        };
        writeln!(
            f,
            "{}, sentence {}{closer}",
            self.document,
            self.sentence + 1
        )?;
        for (name, text) in [("gold", &self.gold), ("A", &self.a), ("B", &self.b)] {
            writeln!(f, "  {name:<5} {text}")?;
        }
        Ok(())
    }
}
