//! Masked word-pieces: token boundary objective (method §2.7, 3) and whole words (§13.5).

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use serde::Serialize;

use super::SampleConfig;
use crate::batch::Pieces;
use crate::wordpiece::SpecialPieces;

/// A piece that was hidden and is to be told from the first piece of its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MaskedPiece {
    /// Position of the first piece of its word.
    pub first: usize,
    /// Its distance from there: 1 or more inside words, 0 for the first piece of a whole word.
    pub offset: usize,
    /// The piece it was.
    pub label: u32,
}

/// A piece to hide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mask {
    /// Its word.
    pub word: usize,
    /// Its distance from the first piece of the word.
    pub offset: usize,
    /// What to put there.
    pub by: u32,
}

/// Chooses words of several pieces at random until enough of their inner pieces are hidden.
pub fn choose_inner(
    pieces: &Pieces,
    special: &SpecialPieces,
    config: &SampleConfig,
    rng: &mut impl Rng,
) -> Vec<Mask> {
    let mut words: Vec<usize> = (0..pieces.first.len())
        .filter(|&word| pieces.range(word).len() > 1)
        .collect();
    words.shuffle(rng);
    let budget = inner_budget(pieces.ids.len().saturating_sub(2), config);
    take(&words, pieces, 1, budget, |_| special.mask)
}

/// Most pieces to hide inside words, of so many without `[CLS]` and `[SEP]`.
pub fn inner_budget(pieces: usize, config: &SampleConfig) -> usize {
    let share = (config.mask_share * pieces as f64).ceil() as usize;
    share.min(config.mask_cap)
}

/// Chooses whole words at random among those not hidden yet, for a share of all pieces.
pub fn choose_whole(
    pieces: &Pieces,
    hidden: &[Mask],
    special: &SpecialPieces,
    share: f64,
    rng: &mut impl Rng,
) -> Vec<Mask> {
    let budget = (share * pieces.ids.len().saturating_sub(2) as f64).round() as usize;
    if budget == 0 {
        return Vec::new();
    }
    let mut words: Vec<usize> = (0..pieces.first.len())
        .filter(|&word| hidden.iter().all(|mask| mask.word != word))
        .collect();
    words.shuffle(rng);
    take(&words, pieces, 0, budget, |own| {
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

/// Hides the pieces of one word after another, from an offset on, until the budget is used up; it
/// may be overshot, because a word is never hidden in part.
pub fn take(
    words: &[usize],
    pieces: &Pieces,
    from: usize,
    budget: usize,
    mut by: impl FnMut(u32) -> u32,
) -> Vec<Mask> {
    let mut masks = Vec::new();
    for &word in words {
        if masks.len() >= budget {
            break;
        }
        let own = pieces.ids.get(pieces.range(word)).unwrap_or_default();
        masks.extend(
            own.iter()
                .enumerate()
                .skip(from)
                .map(|(offset, &piece)| Mask {
                    word,
                    offset,
                    by: by(piece),
                }),
        );
    }
    masks
}

/// Hides one piece and says what it was.
pub fn apply(pieces: &mut Pieces, mask: &Mask) -> MaskedPiece {
    let first = pieces.first.get(mask.word).copied().unwrap_or_default();
    let mut label = mask.by;
    if let Some(id) = pieces.ids.get_mut(first + mask.offset) {
        std::mem::swap(id, &mut label);
    }
    MaskedPiece {
        first,
        offset: mask.offset,
        label,
    }
}
