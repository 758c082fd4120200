//! Where a prediction differs from gold, one by one, to look at.

use serde::{Deserialize, Serialize};

use super::{Prediction, same_length};
use crate::{
    Result,
    document::{Entity, Relation, Sentence},
    schema::Span,
};

/// What a difference is about.
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
    /// Gold that nothing predicted resembles.
    Missed,
    /// A prediction that no gold resembles.
    Spurious,
    /// The right place and another type.
    Type,
    /// Another place that overlaps the right one.
    Border,
    /// The right relation with its arguments swapped.
    Direction,
    /// The right relation, but an argument has another entity type: wrong only by the strict metric.
    Arguments,
}

/// One difference, as indices into the gold and the predicted entities or relations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Difference {
    /// What it is about.
    #[serde(rename = "what")]
    pub subject: Subject,
    /// How they differ.
    pub kind: Kind,
    /// What was right; nothing if the prediction is spurious.
    pub gold: Option<usize>,
    /// What was predicted; nothing if the gold was missed.
    pub predicted: Option<usize>,
}

/// The differences of one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentenceDifferences {
    /// Which of the sentences given.
    pub sentence: usize,
    /// Entities first.
    pub errors: Vec<Difference>,
}

/// Compares predictions with gold sentences, in the same order and as [`Protocol::Full`] does;
/// sentences without a difference are left out.
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

/// Gold and predicted elements that are not paired yet; repetitions count once.
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

    /// Pairs what is alike, each element with the first that is; without a kind there is no difference.
    fn pair(mut self, kind: Option<Kind>, alike: impl Fn(&T, &T) -> bool) -> Self {
        let mut left = Vec::new();
        for (gold, element) in self.gold {
            let other = self.predicted.iter().position(|(_, b)| alike(&element, b));
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

    /// All differences; what is left has no counterpart.
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

/// The first of each of equal elements, with its index.
fn distinct<T: Eq>(elements: impl Iterator<Item = T>) -> Vec<(usize, T)> {
    let mut all: Vec<(usize, T)> = Vec::new();
    for (i, element) in elements.enumerate() {
        if all.iter().all(|(_, other)| *other != element) {
            all.push((i, element));
        }
    }
    all
}
