//! The paper's reader as a filter (method §2.2): what it drops never reaches its gold standard.

use std::collections::HashMap;

use crate::{
    document::{Entity, Relation, Sentence},
    schema::Span,
};

/// Sentences of more words are dropped by the reference reader.
///
/// It also drops sentences of more than 512 word pieces, which depends on the vocabulary and is
/// left to the caller.
pub const MAX_WORDS: usize = 400;

/// What the reference reader keeps of a sentence; nothing if it drops the sentence.
///
/// Dropped sentences: more than [`MAX_WORDS`] words, a span outside the sentence, or two mentions
/// that share a word (an exact repetition counts once). Dropped relations: arguments that do not
/// exist or overlap, and all but the last of those on the same pair, whatever their direction.
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
            // Distinct kept mentions never overlap, so only a self relation can.
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

/// The relations that no later one on the same pair of spans overwrites, in order.
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
