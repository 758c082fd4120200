//! Token boundary objective (TBO, method §2.7, §3.6): the inner pieces of a word from its first piece.
//!
//! Inner pieces of words are masked. With the hidden state t of the word's first piece and an embedding
//! p of the masked piece's distance from it, the loss of a masked piece x is
//!
//! ```text
//! L = -log softmax(E · Dense([t ; p]) + b)_x
//! ```
//!
//! where E is a matrix of the objective's own, or the table of word embeddings (`tbo_tied`).

use burn::module::{Module, Param};
use burn::nn::Embedding;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use rand::seq::SliceRandom;
use serde::Serialize;

use super::config::ObjectiveConfig;
use super::sample::config::SampleConfig;
use crate::batch::Pieces;
use crate::config::ModelConfig;
use crate::loss::{Term, cross_entropy};
use crate::ops::{Dense, Init, Linear, Pass, indices, select_rows};
use crate::wordpiece::SpecialPieces;

/// A piece to mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mask {
    /// Its word.
    pub word: usize,
    /// Its distance from the first piece of the word.
    pub offset: usize,
    /// The piece to put in its place.
    pub by: u32,
}

/// Chooses words of several pieces at random, and masks all their inner pieces, until the budget is
/// used up (§2.7, 3).
pub(crate) fn choose(
    pieces: &Pieces,
    special: &SpecialPieces,
    config: &SampleConfig,
    rng: &mut impl Rng,
) -> Vec<Mask> {
    let mut words: Vec<usize> = (0..pieces.first.len())
        .filter(|&word| pieces.range(word).len() > 1)
        .collect();
    words.shuffle(rng);
    let budget = budget(pieces.ids.len().saturating_sub(2), config);
    mask_words(&words, pieces, 1, budget, |_| special.mask)
}

/// Largest number of inner pieces to mask in a sentence of `pieces` pieces, `[CLS]` and `[SEP]` left
/// out.
pub(crate) fn budget(pieces: usize, config: &SampleConfig) -> usize {
    let share = (config.mask_share * pieces as f64).ceil() as usize;
    share.min(config.mask_cap)
}

/// Masks the pieces of one word after another, from the piece `from` of a word on, until the budget is
/// used up. The last word may overshoot it, because a word is never masked in part.
pub(crate) fn mask_words(
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
        let inner = own.iter().enumerate().skip(from);
        masks.extend(inner.map(|(offset, &piece)| Mask {
            word,
            offset,
            by: by(piece),
        }));
    }
    masks
}

/// A masked piece of a sentence: what the objective predicts, and from which piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MaskedPiece {
    /// Position of the first piece of its word.
    pub first: usize,
    /// Its distance from there: 1 or more for inner pieces, 0 for the first piece of a whole word that
    /// is masked (§13.5).
    pub offset: usize,
    /// The piece that was masked.
    pub label: u32,
}

/// Masks one piece; returns what it was.
pub(crate) fn apply(pieces: &mut Pieces, mask: &Mask) -> MaskedPiece {
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

/// A masked piece in the hidden states of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaskedRow {
    /// Row of the first piece of its word.
    pub row: usize,
    /// Its distance from there.
    pub offset: usize,
    /// The piece that was masked.
    pub label: usize,
}

/// Head that predicts masked pieces.
#[derive(Module, Debug)]
pub struct TokenBoundary {
    /// `[positions, position size]`, by distance from the first piece.
    position: Embedding,
    dense: Dense,
    /// `[hidden, vocabulary]`; `None` where the word embeddings serve.
    decoder: Option<Linear>,
    /// `[vocabulary]`.
    bias: Param<Tensor<1>>,
}

impl TokenBoundary {
    /// A new head.
    pub fn new(
        config: &ModelConfig,
        objectives: &ObjectiveConfig,
        init: &mut Init,
        device: &Device,
    ) -> Self {
        let hidden = config.encoder.hidden_size;
        let vocabulary = config.encoder.vocab_size;
        let width = objectives.tbo_position_size;
        Self {
            position: init.embedding(objectives.tbo_positions, width, device),
            dense: Dense::new(hidden + width, hidden, init, device),
            decoder: (!objectives.tbo_tied).then(|| init.projection(hidden, vocabulary, device)),
            bias: init.zeros([vocabulary], device),
        }
    }

    /// Logits of masked pieces: hidden states `[rows, hidden]` → `[masked, vocabulary]`.
    ///
    /// `words` is the table of word embeddings `[vocabulary, hidden]`.
    pub fn logits(
        &self,
        hidden: Tensor<2>,
        masked: &[MaskedRow],
        words: &Embedding,
        pass: &mut Pass,
    ) -> Tensor<2> {
        let device = hidden.device();
        let last = self.position.weight.lazy_shape()[0].saturating_sub(1);
        let rows = masked.iter().map(|m| m.row as i32).collect();
        let offsets = masked.iter().map(|m| m.offset.min(last) as i32).collect();
        let first = select_rows(hidden, indices(rows, &device), pass.backward()); // [masked, hidden]
        let offset = self.position.weight.val();
        let offset = offset.select(0, indices(offsets, &device)); // [masked, position size]
        let features = Tensor::cat(vec![first, offset], 1);
        let features = self.dense.forward(features, pass); // [masked, hidden]
        let scores = match &self.decoder {
            Some(decoder) => decoder.forward(features),
            None => features.matmul(words.weight.val().transpose()),
        }; // [masked, vocabulary]
        scores + self.bias.val().unsqueeze::<2>()
    }

    /// Summed loss of masked pieces; arguments as for [`Self::logits`].
    pub fn loss(
        &self,
        hidden: Tensor<2>,
        masked: &[MaskedRow],
        words: &Embedding,
        pass: &mut Pass,
    ) -> Term {
        if masked.is_empty() {
            return Term::default();
        }
        let labels: Vec<usize> = masked.iter().map(|m| m.label).collect();
        cross_entropy(self.logits(hidden, masked, words, pass), &labels)
    }
}
