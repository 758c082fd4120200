//! One sentence's annotations as the sets that the metrics compare.

use std::collections::HashSet;

use crate::{
    document::{Entity, Relation},
    schema::{Schema, Span},
};

/// A typed mention.
type Typed<'a> = (Span, &'a str);

/// The compared elements of a sentence; borrowed labels.
#[derive(Default)]
pub(crate) struct Facts<'a> {
    pub spans: HashSet<Span>,
    pub entities: HashSet<Typed<'a>>,
    /// Type, first and second argument.
    pub relations: HashSet<(&'a str, Span, Span)>,
    /// As `relations`, with the arguments' types.
    pub strict: HashSet<(&'a str, Typed<'a>, Typed<'a>)>,
}

impl<'a> Facts<'a> {
    /// Collects the sets; `either_order` sorts the arguments of that schema's symmetric types.
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
