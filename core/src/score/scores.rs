//! Micro-averaged counts of the four metrics, overall and by type.

use std::{
    collections::{BTreeMap, HashSet},
    hash::Hash,
};

use serde::{Deserialize, Serialize};

use super::{Counts, Prediction, Protocol, facts::Facts, reference};
use crate::{
    Result,
    document::{Entity, Sentence},
    schema::Schema,
};

/// Counts of one protocol, summed over sentences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scores {
    /// Borders of entities, compared with the spans of the tagger before they were typed.
    pub span: Counts,
    /// Entities: borders and type.
    pub entity: Counts,
    /// Relations: type, and the borders of head and tail (boundary F1).
    pub relation: Counts,
    /// Relations: type, and borders and types of head and tail (strict F1).
    pub strict: Counts,
    /// `entity`, `relation` and `strict` by type.
    #[serde(default, skip_serializing_if = "ByType::is_empty")]
    pub by_type: ByType,
}

/// Counts for each entity or relation type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByType {
    /// [`Scores::entity`] by entity type.
    pub entity: BTreeMap<String, Counts>,
    /// [`Scores::relation`] by relation type.
    pub relation: BTreeMap<String, Counts>,
    /// [`Scores::strict`] by relation type.
    pub strict: BTreeMap<String, Counts>,
}

impl ByType {
    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.entity.is_empty() && self.relation.is_empty() && self.strict.is_empty()
    }
}

impl Scores {
    /// Zero counts, with a row for every type of the schema.
    pub fn new(schema: &Schema) -> Self {
        let rows = |labels: &[String]| {
            labels
                .iter()
                .map(|l| (l.clone(), Counts::default()))
                .collect::<BTreeMap<_, _>>()
        };
        Self {
            by_type: ByType {
                entity: rows(&schema.entities),
                relation: rows(&schema.relations),
                strict: rows(&schema.relations),
            },
            ..Self::default()
        }
    }

    /// Adds the counts of one sentence.
    ///
    /// # Errors
    /// [`Error::Sentence`](crate::Error::Sentence) if an annotation or a prediction points outside
    /// the sentence; the counts stay as they were then.
    pub fn add(
        &mut self,
        gold: &Sentence,
        prediction: &Prediction,
        schema: &Schema,
        protocol: Protocol,
    ) -> Result<()> {
        gold.validate()?;
        prediction.validate(gold)?;
        let Prediction {
            spans,
            entities,
            relations,
        } = prediction;
        if protocol == Protocol::Reference {
            let Some(view) = reference::reference_view(gold) else {
                return Ok(());
            };
            let relations = reference::last_per_pair(entities, relations);
            self.compare(
                &Facts::new(
                    boundaries(&view.entities),
                    &view.entities,
                    &view.relations,
                    None,
                ),
                &Facts::new(spans.iter().copied(), entities, relations, None),
            );
        } else {
            let order = (protocol == Protocol::Symmetric).then_some(schema);
            self.compare(
                &Facts::new(
                    boundaries(&gold.entities),
                    &gold.entities,
                    &gold.relations,
                    order,
                ),
                &Facts::new(spans.iter().copied(), entities, relations, order),
            );
        }
        Ok(())
    }

    fn compare(&mut self, gold: &Facts<'_>, pred: &Facts<'_>) {
        self.span += Counts::of(&gold.spans, &pred.spans);
        self.entity += Counts::of(&gold.entities, &pred.entities);
        self.relation += Counts::of(&gold.relations, &pred.relations);
        self.strict += Counts::of(&gold.strict, &pred.strict);
        count(
            &mut self.by_type.entity,
            &gold.entities,
            &pred.entities,
            |e| e.1,
        );
        count(
            &mut self.by_type.relation,
            &gold.relations,
            &pred.relations,
            |r| r.0,
        );
        count(&mut self.by_type.strict, &gold.strict, &pred.strict, |r| {
            r.0
        });
    }
}

fn boundaries(entities: &[Entity]) -> impl Iterator<Item = (usize, usize)> {
    entities.iter().map(|e| (e.start, e.end))
}

fn count<T: Eq + Hash>(
    rows: &mut BTreeMap<String, Counts>,
    gold: &HashSet<T>,
    pred: &HashSet<T>,
    label: impl Fn(&T) -> &str,
) {
    let mut add = |label: &str, counts: Counts| match rows.get_mut(label) {
        Some(row) => *row += counts,
        None => {
            rows.insert(label.to_owned(), counts);
        }
    };
    for g in gold {
        let tp = usize::from(pred.contains(g));
        add(
            label(g),
            Counts {
                gold: 1,
                pred: 0,
                tp,
            },
        );
    }
    for p in pred {
        add(
            label(p),
            Counts {
                pred: 1,
                ..Counts::default()
            },
        );
    }
}
