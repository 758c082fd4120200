//! Maps a sentence of a source to the common types.

use std::cmp::Reverse;

use spanlight::data::{Overlap, trainable};
use spanlight_core::document::{Entity, Relation, Sentence};

use super::{Recipe, Source, complete, names};

/// Reason to leave a sentence out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unused {
    /// The sentence is too long.
    Long,
    /// A name in the sentence may lack its annotation.
    Names,
    /// A pair of mentions may lack its relation.
    Pairs,
}

/// The sentence with common types, without overlapping mentions and with at most one relation per pair: the one that
/// the recipe prefers.
///
/// # Errors
/// The reason to leave the sentence out.
pub fn common(sentence: &Sentence, source: &Source, recipe: &Recipe) -> Result<Sentence, Unused> {
    let named = if source.names_only {
        names::names_only(sentence)
    } else {
        sentence.clone()
    };
    let mapped = Sentence {
        entities: vec![],
        relations: vec![],
        ..named.clone()
    };
    let (mut mapped, mut indices) = (mapped, Vec::new());
    for entity in &named.entities {
        let label = source
            .entities
            .iter()
            .find(|(_, own)| own.contains(&entity.label));
        indices.push(label.map(|_| mapped.entities.len()));
        mapped.entities.extend(label.map(|(label, _)| Entity {
            label: label.clone(),
            ..entity.clone()
        }));
    }
    let new_index = |old: usize| indices.get(old).copied().flatten();
    let relations = named.relations.iter().filter_map(|r| {
        let (label, reversed) = direction(source, &r.label)?;
        let (head, tail) = (new_index(r.head)?, new_index(r.tail)?);
        let start = |i: usize| mapped.entities.get(i).map(|e: &Entity| e.start);
        let swap = if recipe.symmetric.contains(label) {
            start(tail) < start(head)
        } else {
            reversed
        };
        let (head, tail) = if swap { (tail, head) } else { (head, tail) };
        let label = label.clone();
        Some(Relation { head, tail, label })
    });
    let mut relations: Vec<Relation> = relations.collect();
    // `trainable` keeps the last relation of a pair.
    relations.sort_by_key(|r| Reverse((recipe.rank(&r.label), r.head, r.tail)));
    mapped.relations = relations;

    let mut kept = trainable(&[mapped], Overlap::Longest).0;
    let mut kept = kept.pop().ok_or(Unused::Long)?;
    kept.relations.sort();
    if source.partial_entities && !complete::all_names_annotated(&kept) {
        return Err(Unused::Names);
    }
    if source.partial_relations && !complete::all_pairs_related(&kept) {
        return Err(Unused::Pairs);
    }
    Ok(kept)
}

/// The common type of a source's relation type, and whether to swap head and tail.
pub fn direction<'a>(source: &'a Source, own: &str) -> Option<(&'a String, bool)> {
    let is = |label: &String| label == own;
    source.relations.iter().find_map(|(label, types)| {
        let reversed = types.reversed.iter().any(is);
        (reversed || types.from.iter().any(is)).then_some((label, reversed))
    })
}
