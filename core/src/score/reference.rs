//! The gold standard of the authors' code (method §2.2): its reader drops some sentences and relations, from
//! test data too.

use std::collections::HashMap;

use crate::{
    document::{Entity, Relation, Sentence},
    schema::Span,
};

/// Largest number of words of a sentence that the authors' reader keeps.
///
/// It also drops sentences of more than 512 word-pieces. That depends on the vocabulary, so the caller has
/// to drop them.
pub const MAX_WORDS: usize = 400;

/// The annotations of a sentence that the authors' reader keeps; `None` if it drops the sentence.
///
/// It drops sentences of more than [`MAX_WORDS`] words, with a span outside the sentence, or with two
/// mentions that share a word (an exact repetition is one mention). It drops relations whose arguments do
/// not exist or are the same, and all but the last relation of a pair of spans, whatever its direction.
pub fn reference_view(sentence: &Sentence) -> Option<Sentence> {
    let words = sentence.words.len();
    if words > MAX_WORDS {
        return None;
    }
    let mut entities: Vec<Entity> = Vec::with_capacity(sentence.entities.len());
    let mut kept = Vec::with_capacity(sentence.entities.len());
    for e in &sentence.entities {
        if e.start >= e.end || e.end > words {
            return None;
        }
        if let Some(same) = entities.iter().position(|k| k == e) {
            kept.push(same);
            continue;
        }
        if entities.iter().any(|k| k.start < e.end && e.start < k.end) {
            return None;
        }
        kept.push(entities.len());
        entities.push(e.clone());
    }

    let relations: Vec<Relation> = sentence
        .relations
        .iter()
        .filter_map(|r| {
            let (head, tail) = (*kept.get(r.head)?, *kept.get(r.tail)?);
            // Mentions do not overlap here, so only the arguments of a self-relation do.
            (head != tail).then(|| Relation {
                head,
                tail,
                label: r.label.clone(),
            })
        })
        .collect();
    let relations = last_per_pair(&entities, &relations).cloned().collect();

    Some(Sentence {
        entities,
        relations,
        words: sentence.words.clone(),
        ..meta(sentence)
    })
}

/// The last relation of every pair of spans, whatever its direction, in their order.
pub(super) fn last_per_pair<'a>(
    entities: &[Entity],
    relations: &'a [Relation],
) -> impl Iterator<Item = &'a Relation> {
    let pair = |r: &Relation| -> Option<(Span, Span)> {
        let (a, b) = (entities.get(r.head)?, entities.get(r.tail)?);
        let (a, b) = ((a.start, a.end), (b.start, b.end));
        Some((a.min(b), a.max(b)))
    };
    let last: HashMap<_, _> = relations
        .iter()
        .enumerate()
        .filter_map(|(i, r)| Some((pair(r)?, i)))
        .collect();
    let mut keep: Vec<usize> = last.into_values().collect();
    keep.sort_unstable();
    keep.into_iter().filter_map(|i| relations.get(i))
}

fn meta(sentence: &Sentence) -> Sentence {
    Sentence {
        document: sentence.document.clone(),
        index: sentence.index,
        ..Sentence::default()
    }
}
