//! The part of a data set that the model can be trained on: no nested mentions, one relation a pair.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use spanlight_core::{
    document::{Entity, Relation, Sentence},
    score::reference_view,
};

/// What training does with mentions that share a word, which BIEOU tags cannot express.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Overlap {
    /// Drop the sentence, as the paper's code does.
    #[default]
    Drop,
    /// Keep the longer mention (the earlier of equals) and drop the other with its relations.
    Longest,
}

/// Counts of the annotations that [`trainable`] leaves out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// Whole sentences.
    pub sentences: usize,
    /// Entities, those of dropped sentences included.
    pub entities: usize,
    /// Relations, those of dropped sentences included.
    pub relations: usize,
}

/// The part of the data that the tagger and the relation classes can express.
///
/// Long sentences, and repeated and overlapping relations, follow the rules of [`reference_view`].
pub fn trainable(sentences: &[Sentence], overlap: Overlap) -> (Vec<Sentence>, Dropped) {
    let (mut kept, mut dropped) = (Vec::with_capacity(sentences.len()), Dropped::default());
    for sentence in sentences {
        let view = match overlap {
            Overlap::Drop => reference_view(sentence),
            Overlap::Longest => reference_view(&without_overlaps(sentence)),
        };
        let counts = |s: &Sentence| (s.entities.len(), s.relations.len());
        let (entities, relations) = view.as_ref().map(counts).unwrap_or_default();
        dropped.sentences += usize::from(view.is_none());
        dropped.entities += sentence.entities.len() - entities;
        dropped.relations += sentence.relations.len() - relations;
        kept.extend(view);
    }
    (kept, dropped)
}

fn without_overlaps(sentence: &Sentence) -> Sentence {
    let mut order: Vec<(usize, &Entity)> = sentence.entities.iter().enumerate().collect();
    order.sort_by_key(|(i, e)| {
        (
            std::cmp::Reverse(e.end.saturating_sub(e.start)),
            e.start,
            *i,
        )
    });
    // Those kept do not overlap unless they are equal, so the last that starts in front of a mention's end
    // is the only one that it can clash with.
    let mut kept: BTreeMap<usize, &Entity> = BTreeMap::new();
    let mut stays = vec![false; sentence.entities.len()];
    for (i, e) in order {
        let last = kept.range(..e.end).next_back();
        if last.is_none_or(|(_, k)| k.end <= e.start || *k == e) {
            kept.insert(e.start, e);
            if let Some(stays) = stays.get_mut(i) {
                *stays = true;
            }
        }
    }
    let mut count = 0;
    let numbers: Vec<Option<usize>> = stays
        .iter()
        .map(|stays| {
            count += usize::from(*stays);
            stays.then(|| count - 1)
        })
        .collect();
    let renumber = |old: usize| numbers.get(old).copied().flatten();
    let relations = sentence.relations.iter().filter_map(|r| {
        let (head, tail) = (renumber(r.head)?, renumber(r.tail)?);
        Some(Relation {
            head,
            tail,
            label: r.label.clone(),
        })
    });
    Sentence {
        relations: relations.collect(),
        entities: sentence
            .entities
            .iter()
            .zip(&numbers)
            .filter(|(_, number)| number.is_some())
            .map(|(e, _)| e.clone())
            .collect(),
        document: sentence.document.clone(),
        words: sentence.words.clone(),
        index: sentence.index,
    }
}
