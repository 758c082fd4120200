//! Which predicted entities and relations are correct.

use crate::Result;
use crate::document::Sentence;
use crate::predict::{Predicted, named};
use crate::schema::Schema;
use crate::score::{Facts, same_length};

/// Whether each predicted entity and relation of a sentence is correct, in the order of the prediction.
pub(super) struct Correctness {
    /// Whether both borders of an entity are correct, whatever its type.
    pub borders: Vec<bool>,
    /// Whether borders and type of an entity are correct.
    pub entities: Vec<bool>,
    /// Whether type, direction and the borders of both arguments of a relation are correct; the
    /// direction of a symmetric type does not count.
    pub relations: Vec<bool>,
}

impl Correctness {
    fn new(gold: &Sentence, found: &Predicted, schema: &Schema) -> Self {
        let spans = gold.entities.iter().map(|e| (e.start, e.end));
        let facts = Facts::new(spans, &gold.entities, &gold.relations, Some(schema));
        let borders = found.entities.iter().map(|e| facts.spans.contains(&e.span));
        let named = named(found, schema);
        let entities = named.entities.iter().map(|entity| {
            let one = Facts::new([], std::slice::from_ref(entity), [], None);
            !one.entities.is_disjoint(&facts.entities)
        });
        let relations = named.relations.iter().map(|relation| {
            let one = Facts::new([], &named.entities, [relation], Some(schema));
            !one.relations.is_disjoint(&facts.relations)
        });
        Self {
            borders: borders.collect(),
            entities: entities.collect(),
            relations: relations.collect(),
        }
    }
}

/// The predictions for all sentences, each with its correctness.
///
/// # Errors
/// [`Error::Predictions`](crate::Error::Predictions) if the lengths differ.
pub(super) fn compared<'a>(
    gold: &[Sentence],
    found: &'a [Predicted],
    schema: &Schema,
) -> Result<Vec<(&'a Predicted, Correctness)>> {
    same_length(gold, found)?;
    let both = gold.iter().zip(found);
    Ok(both
        .map(|(gold, found)| (found, Correctness::new(gold, found, schema)))
        .collect())
}
