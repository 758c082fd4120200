//! The single differences between predictions and gold, for people who go through the errors of a model.

use serde::{Deserialize, Serialize};

use super::{Prediction, same_length};
use crate::{
    Result,
    document::{Entity, Relation, Sentence},
    schema::Span,
};

/// Whether a difference concerns an entity or a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// A mention.
    Entity,
    /// A relation.
    Relation,
}

/// How gold and prediction differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A gold element without a predicted counterpart.
    Missed,
    /// A predicted element without a gold counterpart.
    Spurious,
    /// The borders are correct, but the type is not.
    Type,
    /// The predicted span overlaps the gold one, or the arguments of a relation do.
    Border,
    /// The relation is correct but for the order of its arguments.
    Direction,
    /// The relation is correct but for the entity type of an argument: wrong only under the strict metric.
    Arguments,
}

/// One difference, as indices into the gold and the predicted entities or relations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Difference {
    /// Whether it concerns an entity or a relation.
    #[serde(rename = "what")]
    pub subject: Subject,
    /// How they differ.
    pub kind: Kind,
    /// The gold element; `None` if the prediction is spurious.
    pub gold: Option<usize>,
    /// The predicted element; `None` if the gold element was missed.
    pub predicted: Option<usize>,
}

/// The differences of one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentenceDifferences {
    /// Index of the sentence.
    pub sentence: usize,
    /// Differences of entities, then those of relations.
    pub errors: Vec<Difference>,
}

/// Compares predictions with gold sentences, in the same order and under [`Protocol::Full`]. Returns the
/// sentences that have a difference.
///
/// # Errors
/// [`Error::Predictions`](crate::Error::Predictions) if the lengths differ;
/// [`Error::Sentence`](crate::Error::Sentence) for annotations or predictions that point outside
/// their sentence.
///
/// [`Protocol::Full`]: super::Protocol::Full
pub fn differences(
    gold: &[Sentence],
    predictions: &[Prediction],
) -> Result<Vec<SentenceDifferences>> {
    same_length(gold, predictions)?;
    let mut all = Vec::new();
    for (sentence, (gold, prediction)) in gold.iter().zip(predictions).enumerate() {
        gold.validate()?;
        prediction.validate(gold)?;
        let errors = between(gold, prediction);
        if !errors.is_empty() {
            all.push(SentenceDifferences { sentence, errors });
        }
    }
    Ok(all)
}

fn between(gold: &Sentence, prediction: &Prediction) -> Vec<Difference> {
    let entities = Matching::new(
        Subject::Entity,
        gold.entities.iter().map(Mention::of),
        prediction.entities.iter().map(Mention::of),
    );
    let entities = entities
        .pair(None, |a, b| a == b)
        .pair(Some(Kind::Type), |a, b| a.span == b.span)
        .pair(Some(Kind::Border), |a, b| {
            overlap(a.span, b.span) && a.label == b.label
        })
        .pair(Some(Kind::Border), |a, b| overlap(a.span, b.span));
    let relations = Matching::new(
        Subject::Relation,
        gold.relations.iter().map(|r| Link::of(r, &gold.entities)),
        (prediction.relations.iter()).map(|r| Link::of(r, &prediction.entities)),
    );
    let relations = relations
        .pair(None, |a, b| a == b)
        .pair(Some(Kind::Arguments), |a, b| {
            a.label == b.label && a.spans() == b.spans()
        })
        .pair(Some(Kind::Direction), |a, b| {
            let (head, tail) = b.spans();
            a.label == b.label && a.spans() == (tail, head)
        })
        .pair(Some(Kind::Type), |a, b| {
            let (head, tail) = b.spans();
            a.spans() == (head, tail) || a.spans() == (tail, head)
        })
        .pair(Some(Kind::Border), |a, b| {
            a.label == b.label
                && overlap(a.head.span, b.head.span)
                && overlap(a.tail.span, b.tail.span)
        });
    let mut all = entities.finish();
    all.extend(relations.finish());
    all
}

/// A typed span.
#[derive(PartialEq, Eq)]
struct Mention<'a> {
    span: Span,
    label: &'a str,
}

impl<'a> Mention<'a> {
    fn of(entity: &'a Entity) -> Self {
        Self {
            span: (entity.start, entity.end),
            label: &entity.label,
        }
    }
}

/// A relation between typed spans.
#[derive(PartialEq, Eq)]
struct Link<'a> {
    label: &'a str,
    head: Mention<'a>,
    tail: Mention<'a>,
}

impl<'a> Link<'a> {
    fn of(relation: &'a Relation, entities: &'a [Entity]) -> Self {
        Self {
            label: &relation.label,
            head: Mention::of(&entities[relation.head]),
            tail: Mention::of(&entities[relation.tail]),
        }
    }

    fn spans(&self) -> (Span, Span) {
        (self.head.span, self.tail.span)
    }
}

fn overlap(a: Span, b: Span) -> bool {
    a.0 < b.1 && b.0 < a.1
}

/// The pairing of gold and predicted elements. Of equal elements, only the first takes part.
struct Matching<T> {
    subject: Subject,
    gold: Vec<(usize, T)>,
    predicted: Vec<(usize, T)>,
    found: Vec<Difference>,
}

impl<T: Eq> Matching<T> {
    fn new(
        subject: Subject,
        gold: impl Iterator<Item = T>,
        predicted: impl Iterator<Item = T>,
    ) -> Self {
        Self {
            subject,
            gold: distinct(gold),
            predicted: distinct(predicted),
            found: Vec::new(),
        }
    }

    /// Pairs each gold element that is left with the first predicted element that is left and matches it.
    /// `kind` is the difference between them; `None` if they are equal.
    fn pair(mut self, kind: Option<Kind>, matches: impl Fn(&T, &T) -> bool) -> Self {
        let mut left = Vec::new();
        for (gold, element) in self.gold {
            let other = self
                .predicted
                .iter()
                .position(|(_, b)| matches(&element, b));
            let Some(other) = other else {
                left.push((gold, element));
                continue;
            };
            let (predicted, _) = self.predicted.remove(other);
            self.found.extend(kind.map(|kind| Difference {
                subject: self.subject,
                kind,
                gold: Some(gold),
                predicted: Some(predicted),
            }));
        }
        self.gold = left;
        self
    }

    /// All differences. The elements that are left are missed or spurious.
    fn finish(self) -> Vec<Difference> {
        let Self {
            subject,
            gold,
            predicted,
            mut found,
        } = self;
        found.extend(gold.into_iter().map(|(i, _)| Difference {
            subject,
            kind: Kind::Missed,
            gold: Some(i),
            predicted: None,
        }));
        found.extend(predicted.into_iter().map(|(i, _)| Difference {
            subject,
            kind: Kind::Spurious,
            gold: None,
            predicted: Some(i),
        }));
        found
    }
}

/// The elements without repetitions, each with its index.
fn distinct<T: Eq>(elements: impl Iterator<Item = T>) -> Vec<(usize, T)> {
    let mut all: Vec<(usize, T)> = Vec::new();
    for (i, element) in elements.enumerate() {
        if all.iter().all(|(_, other)| *other != element) {
            all.push((i, element));
        }
    }
    all
}
