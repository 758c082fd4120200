//! A share of a data set, for experiments with little data (method §9.3).

use std::{
    collections::{BTreeSet, HashSet},
    fmt::{Display, Formatter},
    str::FromStr,
};

use sha2::{Digest, Sha256};
use spanlight_core::document::Sentence;

/// The unit of a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// All sentences of a document are drawn, or none.
    Document,
    /// Sentences are drawn individually.
    Sentence,
}

impl Display for Unit {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Document => "document",
            Self::Sentence => "sentence",
        })
    }
}

impl FromStr for Unit {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let units = [Self::Document, Self::Sentence];
        let named = units.into_iter().find(|unit| unit.to_string() == name);
        named.ok_or_else(|| "use `document` or `sentence`".into())
    }
}

/// Draws a share in (0, 1] of the documents or sentences, at least one, and keeps their order.
///
/// Subsets with one seed are nested: the smaller is part of the larger. The draw depends on the
/// names of the documents, not on the order of the file or on a random number generator whose
/// sequence may change between versions.
pub fn subset<'a>(
    sentences: &'a [Sentence],
    fraction: f64,
    unit: Unit,
    seed: u64,
) -> Vec<Sentence> {
    let key = |position: usize, sentence: &'a Sentence| -> (&'a str, usize, usize) {
        match unit {
            Unit::Document => (&sentence.document, 0, 0),
            Unit::Sentence => (&sentence.document, sentence.index, position),
        }
    };
    let units: BTreeSet<_> = sentences
        .iter()
        .enumerate()
        .map(|(position, sentence)| key(position, sentence))
        .collect();
    let ranks: Vec<_> = units
        .into_iter()
        .map(|unit| (draw_rank(unit.0, unit.1, seed), unit))
        .collect();
    let mut order = ranks;
    order.sort_unstable();
    let count = (fraction * order.len() as f64).round() as usize;
    let drawn: HashSet<_> = order
        .into_iter()
        .take(count.max(1))
        .map(|(_, unit)| unit)
        .collect();
    sentences
        .iter()
        .enumerate()
        .filter(|(position, sentence)| drawn.contains(&key(*position, sentence)))
        .map(|(_, sentence)| sentence.clone())
        .collect()
}

/// Rank of a document (with index 0) or sentence in a draw: the lowest are drawn first.
///
/// It is a hash, so that it depends on the name and the seed and on nothing else.
pub fn draw_rank(document: &str, index: usize, seed: u64) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update((index as u64).to_le_bytes());
    hash.update(document);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corpus() -> Vec<Sentence> {
        let sentence = |i: usize| Sentence {
            document: format!("d{}", i / 3),
            index: i % 3,
            words: vec![format!("w{i}")],
            ..Sentence::default()
        };
        (0..60).map(sentence).collect()
    }

    fn words(sentences: &[Sentence]) -> Vec<&str> {
        sentences.iter().map(|s| s.words[0].as_str()).collect()
    }

    #[test]
    fn smaller_subsets_are_parts_of_larger_ones() {
        let all = corpus();
        for unit in [Unit::Document, Unit::Sentence] {
            let shares = [0.1, 0.2, 0.5, 1.0].map(|f| subset(&all, f, unit, 7));
            assert_eq!(shares.each_ref().map(Vec::len), [6, 12, 30, 60]);
            for pair in shares.windows(2) {
                assert!(pair[0].iter().all(|s| pair[1].contains(s)), "{unit:?}");
            }
            assert_eq!(shares[3], all);
        }
    }

    #[test]
    fn documents_stay_whole_and_in_order() {
        let all = corpus();
        let drawn = subset(&all, 0.2, Unit::Document, 7);
        let documents: HashSet<&str> = drawn.iter().map(|s| s.document.as_str()).collect();
        assert_eq!(documents.len(), 4);
        let whole: Vec<Sentence> = all
            .iter()
            .filter(|s| documents.contains(s.document.as_str()))
            .cloned()
            .collect();
        assert_eq!(drawn, whole);
    }

    #[test]
    fn the_seed_draws_and_the_order_of_the_file_does_not() {
        let all = corpus();
        let drawn = |seed| subset(&all, 0.5, Unit::Document, seed);
        assert_ne!(words(&drawn(1)), words(&drawn(2)));
        let mut turned = all.clone();
        turned.reverse();
        let mut again = subset(&turned, 0.5, Unit::Document, 1);
        again.reverse();
        assert_eq!(again, drawn(1));
    }

    #[test]
    fn a_tiny_share_is_one_unit() {
        let all = corpus();
        assert_eq!(subset(&all, 1e-6, Unit::Document, 1).len(), 3);
        assert_eq!(subset(&all, 1e-6, Unit::Sentence, 1).len(), 1);
    }
}
