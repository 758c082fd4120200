//! What of a prediction is right.

use crate::Result;
use crate::document::Sentence;
use crate::predict::Predicted;
use crate::predict::named;
use crate::schema::Schema;
use crate::score::{Facts, same_length};

/// Which of a sentence's predictions are right, in their order.
pub(super) struct Right {
    /// Whether the borders of an entity are, whatever its type.
    pub borders: Vec<bool>,
    pub entities: Vec<bool>,
    pub relations: Vec<bool>,
}

impl Right {
    fn new(gold: &Sentence, found: &Predicted, schema: &Schema) -> Self {
        let spans = gold.entities.iter().map(|e| (e.start, e.end));
        let known = Facts::new(spans, &gold.entities, &gold.relations, Some(schema));
        let borders = found.entities.iter().map(|e| known.spans.contains(&e.span));
        let named = named(found, schema);
        let entities = named.entities.iter().map(|entity| {
            let one = Facts::new([], std::slice::from_ref(entity), [], None);
            !one.entities.is_disjoint(&known.entities)
        });
        let relations = named.relations.iter().map(|relation| {
            let one = Facts::new([], &named.entities, [relation], Some(schema));
            !one.relations.is_disjoint(&known.relations)
        });
        Self {
            borders: borders.collect(),
            entities: entities.collect(),
            relations: relations.collect(),
        }
    }
}

/// The predictions of all sentences with what of them is right.
///
/// # Errors
/// [`Error::Predictions`](crate::Error::Predictions) when there are not as many predictions as sentences.
pub(super) fn judged<'a>(
    gold: &[Sentence],
    found: &'a [Predicted],
    schema: &Schema,
) -> Result<Vec<(&'a Predicted, Right)>> {
    same_length(gold, found)?;
    let both = gold.iter().zip(found);
    Ok(both
        .map(|(gold, found)| (found, Right::new(gold, found, schema)))
        .collect())
}
