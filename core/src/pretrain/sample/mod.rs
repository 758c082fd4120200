//! From a tokenised sentence to a pre-training sample (method §2.7).
//!
//! In the order of drawing: a span pair, up to two shuffled segments, masked word-pieces, and two
//! views of the result; for other orders of words shuffled segments and masks again. Each step is
//! split into a random choice and what follows from it.

mod config;
mod entity;
mod masking;
mod pair;
mod permutation;
mod shape;
#[cfg(test)]
mod tests;
mod view;

use rand::Rng;
use serde::{Deserialize, Serialize};

pub use config::{Alignment, SampleConfig, SpanChoice};
pub use masking::MaskedPiece;
pub use permutation::{CLASSES, Permuted};
pub use shape::Shape;
pub use view::View;

use crate::batch::Pieces;
use crate::schema::Span;
use crate::wordpiece::SpecialPieces;

/// A word as drawing sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'a> {
    /// Its word-pieces, at least one.
    pub pieces: &'a [u32],
    /// What kind of word it is; only [`SpanChoice::EntityLike`] asks.
    pub shape: Shape,
}

/// One sentence drawn for pre-training.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// The span pair visible, the rest masked.
    pub target: View,
    /// The reverse.
    pub context: View,
    /// Position of the first piece of each word, after shuffling; the same in both views.
    pub first: Vec<usize>,
    /// `L, s1, M, s2, R`: half-open, adjoining word spans that cover the sentence.
    pub segments: [Span; 5],
    /// The same pair in other orders of words, masked anew; for [`SampleConfig::spo_permutations`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Sample>,
}

impl Sample {
    /// Word-pieces of a view, in all orders.
    pub fn pieces(&self) -> usize {
        self.target.ids.len() * (1 + self.others.len())
    }
}

/// Why a sentence gives no sample; to be counted, not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    /// Fewer than two words.
    TooShort,
    /// More words than [`SampleConfig::max_words`].
    TooLong,
    /// More pieces than [`SampleConfig::max_pieces`].
    TooManyPieces,
    /// No two separate spans were found; the only reason that depends on chance.
    NoPair,
}

impl Skip {
    /// Whether a sentence of so many words and pieces (without `[CLS]` and `[SEP]`) must be skipped.
    pub fn of_size(words: usize, pieces: usize, config: &SampleConfig) -> Option<Self> {
        if words < 2 {
            Some(Self::TooShort)
        } else if words > config.max_words {
            Some(Self::TooLong)
        } else if pieces + 2 > config.max_pieces {
            Some(Self::TooManyPieces)
        } else {
            None
        }
    }
}

/// Draws a sample from a sentence.
///
/// # Errors
/// [`Skip`] for a sentence that gives none.
pub fn draw(
    words: &[Word<'_>],
    special: &SpecialPieces,
    config: &SampleConfig,
    rng: &mut impl Rng,
) -> Result<Sample, Skip> {
    let pieces = words.iter().map(|word| word.pieces.len()).sum();
    if let Some(skip) = Skip::of_size(words.len(), pieces, config) {
        return Err(skip);
    }
    let pair = pair::choose(words, config, rng).ok_or(Skip::NoPair)?;
    let segments = pair::segments(pair, words.len());
    let permuted = match config.spo {
        true => permutation::choose(&segments, config.permuted_segments, rng),
        false => Vec::new(),
    };
    let orders = match config.spo_permutations {
        Some(count) if !permuted.is_empty() => permutation::orders(&permuted, count, rng),
        _ => vec![permuted],
    };
    let mut orders = orders.into_iter();
    let own = orders.next().unwrap_or_default();

    let (pieces, masks) = mask(words, &own, special, config, rng);
    let kept = view::choose_kept(words.len(), config.view_keep_prob, rng);
    let assemble = |pieces, permuted: &[Permuted], masks: &[masking::Mask]| {
        let alignment = config.view_mask_alignment;
        assemble(pieces, segments, permuted, masks, &kept, special, alignment)
    };
    let mut sample = assemble(pieces, &own, &masks);
    for permuted in orders {
        let (pieces, masks) = mask(words, &permuted, special, config, rng);
        sample.others.push(assemble(pieces, &permuted, &masks));
    }
    Ok(sample)
}

/// The pieces of the words in an order, and which of them to mask.
fn mask(
    words: &[Word<'_>],
    permuted: &[Permuted],
    special: &SpecialPieces,
    config: &SampleConfig,
    rng: &mut impl Rng,
) -> (Pieces, Vec<masking::Mask>) {
    let pieces = join(&permutation::apply(words, permuted), special);
    let mut masks = match config.tbo {
        true => masking::choose_inner(&pieces, special, config, rng),
        false => Vec::new(),
    };
    let whole = masking::choose_whole(&pieces, &masks, special, config.whole_word_share, rng);
    masks.extend(whole);
    (pieces, masks)
}

/// The pieces of the words between `[CLS]` and `[SEP]`.
fn join(words: &[Word<'_>], special: &SpecialPieces) -> Pieces {
    let mut ids = vec![special.cls];
    let mut first = Vec::with_capacity(words.len());
    for word in words {
        first.push(ids.len());
        ids.extend(word.pieces);
    }
    ids.push(special.sep);
    Pieces {
        ids,
        first,
        ..Default::default()
    }
}

/// Masks the pieces, forms the two views and gives each view the tasks of its words.
fn assemble(
    mut pieces: Pieces,
    segments: [Span; 5],
    permuted: &[Permuted],
    masks: &[masking::Mask],
    kept: &[usize],
    special: &SpecialPieces,
    alignment: Alignment,
) -> Sample {
    let (of_pair, of_context): (Vec<Permuted>, Vec<Permuted>) = permuted
        .iter()
        .partition(|p| pair::contains(&segments, p.span.0));
    let (mut in_pair, mut in_context) = (Vec::new(), Vec::new());
    for mask in masks {
        // Where the first piece of its word can be seen.
        match pair::contains(&segments, mask.word) || view::is_kept(kept, mask.word) {
            true => &mut in_pair,
            false => &mut in_context,
        }
        .push(masking::apply(&mut pieces, mask));
    }
    let [target, context] = view::form(&pieces, &segments, kept, special.mask, alignment);
    Sample {
        target: View {
            ids: target,
            permuted: of_pair,
            masked: in_pair,
        },
        context: View {
            ids: context,
            permuted: of_context,
            masked: in_context,
        },
        first: pieces.first,
        segments,
        others: Vec::new(),
    }
}
