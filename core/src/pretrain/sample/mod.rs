//! From a tokenised sentence to a pre-training sample (method §2.7).
//!
//! In the order of drawing: a span pair ([`cspo`]), up to two segments whose words are shuffled
//! ([`spo`]), masked pieces ([`tbo`]), and the two views of the result. Other orders of the words get
//! masks of their own. Each step is split into a random choice and what follows from it.

pub(crate) mod config;
pub(crate) mod entity;
pub(crate) mod shape;
#[cfg(test)]
mod tests;
mod whole_word;

use rand::Rng;
use serde::{Deserialize, Serialize};

pub use config::{Alignment, SampleConfig, SpanChoice};
pub use shape::{Shape, Word};

use super::spo::Permuted;
use super::tbo::{Mask, MaskedPiece};
use super::{cspo, spo, tbo};
use crate::batch::Pieces;
use crate::schema::Span;
use crate::wordpiece::SpecialPieces;

/// What the encoder reads of a sentence, and what it is trained on there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct View {
    /// Word-pieces with `[CLS]` and `[SEP]`; equally many in both views.
    pub ids: Vec<u32>,
    /// The shuffled segments of this view.
    pub permuted: Vec<Permuted>,
    /// The masked pieces of the words of this view.
    pub masked: Vec<MaskedPiece>,
}

/// One sentence drawn for pre-training.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// The view that shows the span pair; everything else is masked.
    pub target: View,
    /// The view that shows everything else; the pair is masked.
    pub context: View,
    /// Position of the first piece of each word after shuffling, the same in both views.
    pub first: Vec<usize>,
    /// `L, s1, M, s2, R`: half-open spans of words, one behind the other, that cover the sentence.
    pub segments: [Span; 5],
    /// The same pair in other orders of words, each with masks of its own; see
    /// [`SampleConfig::spo_permutations`].
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
    let pair = cspo::choose_pair(words, config, rng).ok_or(Skip::NoPair)?;
    let segments = cspo::segments(pair, words.len());
    let permuted = if config.spo {
        spo::choose(&segments, config.permuted_segments, rng)
    } else {
        Vec::new()
    };
    let orders = match config.spo_permutations {
        Some(count) if !permuted.is_empty() => spo::orders(&permuted, count, rng),
        _ => vec![permuted],
    };
    let mut orders = orders.into_iter();
    let own = orders.next().unwrap_or_default();

    let (pieces, masks) = mask(words, &own, special, config, rng);
    let kept = cspo::choose_kept(words.len(), config.view_keep_prob, rng);
    let assemble = |pieces, permuted: &[Permuted], masks: &[Mask]| {
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

/// The pieces of the words in an order, and the masks for them.
fn mask(
    words: &[Word<'_>],
    permuted: &[Permuted],
    special: &SpecialPieces,
    config: &SampleConfig,
    rng: &mut impl Rng,
) -> (Pieces, Vec<Mask>) {
    let pieces = join(&spo::apply(words, permuted), special);
    let mut masks = if config.tbo {
        tbo::choose(&pieces, special, config, rng)
    } else {
        Vec::new()
    };
    let whole = whole_word::choose(&pieces, &masks, special, config.whole_word_share, rng);
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
    masks: &[Mask],
    kept: &[usize],
    special: &SpecialPieces,
    alignment: Alignment,
) -> Sample {
    let (of_pair, of_context): (Vec<Permuted>, Vec<Permuted>) = permuted
        .iter()
        .partition(|p| cspo::contains(&segments, p.span.0));
    let (mut in_pair, mut in_context) = (Vec::new(), Vec::new());
    for mask in masks {
        // A masked piece is a task of the view that shows the first piece of its word.
        let shown = cspo::contains(&segments, mask.word) || cspo::is_kept(kept, mask.word);
        let view = if shown { &mut in_pair } else { &mut in_context };
        view.push(tbo::apply(&mut pieces, mask));
    }
    let [target, context] = cspo::views(&pieces, &segments, kept, special.mask, alignment);
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
