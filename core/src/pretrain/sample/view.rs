//! Two views of one sentence, each without what the other shows (method §2.7, 4).

use rand::{Rng, RngExt};
use serde::Serialize;

use super::{Alignment, MaskedPiece, Permuted, pair};
use crate::batch::Pieces;
use crate::schema::Span;

/// What an encoder sees of a sentence, and what is to be learnt from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct View {
    /// Word-pieces with `[CLS]` and `[SEP]`; as many in both views.
    pub ids: Vec<u32>,
    /// The shuffled ones among the segments of this view.
    pub permuted: Vec<Permuted>,
    /// The masked pieces of the words of this view.
    pub masked: Vec<MaskedPiece>,
}

/// Chooses words that the target view shows even outside the pair; sorted.
pub fn choose_kept(words: usize, probability: f64, rng: &mut impl Rng) -> Vec<usize> {
    if probability <= 0.0 {
        return Vec::new();
    }
    (0..words)
        .filter(|_| rng.random_bool(probability))
        .collect()
}

/// Whether a word is among the kept ones.
pub fn is_kept(kept: &[usize], word: usize) -> bool {
    kept.binary_search(&word).is_ok()
}

/// Pieces of the target and of the context view. A kept word outside the pair changes sides: were it in
/// both views, they would be recognised by the words that they share.
pub fn form(
    pieces: &Pieces,
    segments: &[Span; 5],
    kept: &[usize],
    mask: u32,
    alignment: Alignment,
) -> [Vec<u32>; 2] {
    let (mut target, mut context) = (pieces.ids.clone(), pieces.ids.clone());
    for word in 0..pieces.first.len() {
        for position in pieces.range(word) {
            let index = match alignment {
                Alignment::Word => word,
                Alignment::Reference => position,
            };
            let in_pair = pair::contains(segments, index);
            let hidden = match in_pair || is_kept(kept, word) {
                true => &mut context,
                false => &mut target,
            };
            if let Some(id) = hidden.get_mut(position) {
                *id = mask;
            }
        }
    }
    [target, context]
}
