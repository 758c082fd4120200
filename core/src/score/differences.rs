//! The single differences between predictions and gold, for people who go through the errors of a model.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

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
        .pair_equal(None, Clone::clone, Clone::clone)
        .pair_equal(Some(Kind::Type), |a| a.span, |b| b.span)
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
        .pair_equal(None, Clone::clone, Clone::clone)
        .pair_equal(
            Some(Kind::Arguments),
            |a| (a.label, a.spans()),
            |b| (b.label, b.spans()),
        )
        .pair_equal(
            Some(Kind::Direction),
            |a| (a.label, a.spans()),
            |b| (b.label, (b.tail.span, b.head.span)),
        )
        .pair_equal(Some(Kind::Type), Link::ends, Link::ends)
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
#[derive(Clone, PartialEq, Eq, Hash)]
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
#[derive(Clone, PartialEq, Eq, Hash)]
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

    /// Both spans, whatever their order.
    fn ends(&self) -> (Span, Span) {
        let (head, tail) = self.spans();
        (head.min(tail), head.max(tail))
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

impl<T: Clone + Eq + Hash> Matching<T> {
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

    /// Pairs each gold element that is left with the first predicted element that is left and has the same key.
    /// `kind` is the difference between them; `None` if they are equal.
    fn pair_equal<K: Eq + Hash>(
        self,
        kind: Option<Kind>,
        of_gold: impl Fn(&T) -> K,
        of_predicted: impl Fn(&T) -> K,
    ) -> Self {
        let mut places: HashMap<K, VecDeque<usize>> = HashMap::new();
        for (place, (_, element)) in self.predicted.iter().enumerate() {
            places
                .entry(of_predicted(element))
                .or_default()
                .push_back(place);
        }
        self.pair_with(kind, |gold, _, _| {
            places.get_mut(&of_gold(gold))?.pop_front()
        })
    }

    /// As [`Self::pair_equal`], for elements that match.
    fn pair(self, kind: Option<Kind>, matches: impl Fn(&T, &T) -> bool) -> Self {
        self.pair_with(kind, |gold, predicted, taken| {
            let mut free = predicted.iter().zip(taken);
            free.position(|((_, other), taken)| !taken && matches(gold, other))
        })
    }

    /// Pairs each gold element that is left with the predicted element whose place `choose` gives, which sees the
    /// gold element, all predicted ones and which of them are taken.
    fn pair_with(
        mut self,
        kind: Option<Kind>,
        mut choose: impl FnMut(&T, &[(usize, T)], &[bool]) -> Option<usize>,
    ) -> Self {
        let mut taken = vec![false; self.predicted.len()];
        let mut left = Vec::new();
        for (gold, element) in self.gold {
            let Some(place) = choose(&element, &self.predicted, &taken) else {
                left.push((gold, element));
                continue;
            };
            taken[place] = true;
            self.found.extend(kind.map(|kind| Difference {
                subject: self.subject,
                kind,
                gold: Some(gold),
                predicted: Some(self.predicted[place].0),
            }));
        }
        self.gold = left;
        let mut taken = taken.into_iter();
        self.predicted.retain(|_| taken.next() == Some(false));
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
fn distinct<T: Clone + Eq + Hash>(elements: impl Iterator<Item = T>) -> Vec<(usize, T)> {
    let mut seen = HashSet::new();
    let all = elements.enumerate();
    all.filter(|(_, element)| seen.insert(element.clone()))
        .collect()
}
