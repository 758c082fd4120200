//! The annotations of a sentence as the sets that the metrics compare.

use std::collections::HashSet;

use crate::{
    document::{Entity, Relation},
    schema::{Schema, Span},
};

/// The span and the type of an entity.
type Typed<'a> = (Span, &'a str);

/// The spans, entities and relations of a sentence, as sets.
#[derive(Default)]
pub(crate) struct Facts<'a> {
    /// Spans, whatever their type.
    pub spans: HashSet<Span>,
    /// Spans with their types.
    pub entities: HashSet<Typed<'a>>,
    /// Relation type, span of the head, span of the tail.
    pub relations: HashSet<(&'a str, Span, Span)>,
    /// As `relations`, with the types of head and tail.
    pub strict: HashSet<(&'a str, Typed<'a>, Typed<'a>)>,
}

impl<'a> Facts<'a> {
    /// Collects the sets of a sentence. With a schema in `either_order`, the arguments of its symmetric
    /// types are sorted, so that their order does not count.
    pub fn new(
        spans: impl IntoIterator<Item = Span>,
        entities: &'a [Entity],
        relations: impl IntoIterator<Item = &'a Relation>,
        either_order: Option<&Schema>,
    ) -> Self {
        let mut facts = Self {
            spans: spans.into_iter().collect(),
            entities: entities.iter().map(typed).collect(),
            ..Self::default()
        };
        for r in relations {
            let (Some(head), Some(tail)) = (entities.get(r.head), entities.get(r.tail)) else {
                continue;
            };
            let (mut head, mut tail) = (typed(head), typed(tail));
            if head > tail && either_order.is_some_and(|s| s.is_symmetric(&r.label)) {
                std::mem::swap(&mut head, &mut tail);
            }
            facts.relations.insert((&r.label, head.0, tail.0));
            facts.strict.insert((&r.label, head, tail));
        }
        facts
    }
}

fn typed(e: &Entity) -> Typed<'_> {
    ((e.start, e.end), &e.label)
}
