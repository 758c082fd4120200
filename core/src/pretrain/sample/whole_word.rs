//! Whole words that are masked besides (method §13.5): masked language modelling beside the token
//! boundary objective, by the same head.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

use crate::batch::Pieces;
use crate::pretrain::tbo::{Mask, mask_words};
use crate::wordpiece::SpecialPieces;

/// Chooses whole words at random among those without a masked piece, for a share of all pieces.
pub(super) fn choose(
    pieces: &Pieces,
    masked: &[Mask],
    special: &SpecialPieces,
    share: f64,
    rng: &mut impl Rng,
) -> Vec<Mask> {
    let budget = (share * pieces.ids.len().saturating_sub(2) as f64).round() as usize;
    if budget == 0 {
        return Vec::new();
    }
    let mut words: Vec<usize> = (0..pieces.first.len())
        .filter(|&word| masked.iter().all(|mask| mask.word != word))
        .collect();
    words.shuffle(rng);
    mask_words(&words, pieces, 0, budget, |own| {
        match rng.random_range(0..10) {
            0 => own,
            1 => any_piece(special, rng),
            _ => special.mask,
        }
    })
}

/// A piece that stands for text; `[MASK]` from a vocabulary that hardly has any.
fn any_piece(special: &SpecialPieces, rng: &mut impl Rng) -> u32 {
    (0..100)
        .map(|_| rng.random_range(0..special.vocabulary.max(1)))
        .find(|&piece| !special.contains(piece))
        .unwrap_or(special.mask)
}
