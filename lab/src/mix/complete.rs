//! Completely annotated sentences of a partly annotated source.
//!
//! A missing annotation would teach the model that a name is no entity, or that a pair is unrelated.

use spanlight_core::document::{Relation, Sentence};

use super::names::looks_like_name;

/// Whether every word that looks like part of a name is in a mention.
///
/// A sentence always starts with a capital, so its first word must be in a mention or be a function word.
pub fn all_names_annotated(sentence: &Sentence) -> bool {
    sentence.words.iter().enumerate().all(|(i, word)| {
        let inside = sentence.entities.iter().any(|e| e.start <= i && i < e.end);
        inside || !looks_like_name(word)
    })
}

/// Whether every pair of mentions is related.
pub fn all_pairs_related(sentence: &Sentence) -> bool {
    let count = sentence.entities.len();
    let related = |a: usize, b: usize| {
        let joins = |r: &Relation| (r.head.min(r.tail), r.head.max(r.tail)) == (a, b);
        sentence.relations.iter().any(joins)
    };
    (0..count).all(|a| (a + 1..count).all(|b| related(a, b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mix::names::tests::sentence;

    #[test]
    fn a_name_or_number_outside_the_mentions_is_found() {
        for (text, expected) in [
            ("Anna lives in Rome .", true),
            ("Anna lives in Rome since 1990 .", false),
            ("Anna lives in Rome near Acme .", false),
            ("Anna lives in Rome with IBM's dog", false),
        ] {
            let found = all_names_annotated(&sentence(text, &[(0, 1), (3, 4)], &[]));
            assert_eq!(found, expected, "{text}");
        }
        assert!(all_names_annotated(&sentence(
            "In Rome he slept",
            &[(1, 2)],
            &[]
        )));
        assert!(!all_names_annotated(&sentence(
            "Acme left Rome",
            &[(2, 3)],
            &[]
        )));
    }

    #[test]
    fn every_pair_needs_a_relation() {
        let spans = [(0, 1), (1, 2), (2, 3)];
        assert!(all_pairs_related(&sentence("a b c", &spans[..1], &[])));
        assert!(!all_pairs_related(&sentence("a b c", &spans[..2], &[])));
        assert!(all_pairs_related(&sentence(
            "a b c",
            &spans[..2],
            &[(1, 0)]
        )));
        assert!(!all_pairs_related(&sentence(
            "a b c",
            &spans,
            &[(1, 0), (0, 2)]
        )));
    }
}
