//! Settings of drawing, with the paper's values as defaults (method §2.7, §8).

use serde::{Deserialize, Serialize};

use crate::pretrain::spo::CLASSES;
use crate::{Error, Result};

/// Which pieces a view shows (§2.7, 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Alignment {
    /// The pieces of its words.
    #[default]
    Word,
    /// By the mistake of the authors' code, which compares positions of pieces with indices of words.
    Reference,
}

/// Where spans come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanChoice {
    /// Anywhere, of geometric length.
    #[default]
    Geometric,
    /// A share of them are names and runs of content words (§13.4).
    EntityLike,
}

/// Settings of [`draw`](super::draw).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SampleConfig {
    /// Longest sentence, in words.
    pub max_words: usize,
    /// Longest sentence, in word-pieces with `[CLS]` and `[SEP]`.
    pub max_pieces: usize,
    /// Parameter of the geometric distribution of span lengths.
    pub geometric: f64,
    /// Longest span, in words.
    pub longest_span: usize,
    /// Spans proposed before a sentence is given up.
    pub tries: usize,
    /// Source of spans.
    pub span_choice: SpanChoice,
    /// Probability that a proposed span is entity-like; for [`SpanChoice::EntityLike`].
    pub entity_share: f64,
    /// Whether words are shuffled inside segments (span permutation objective).
    pub spo: bool,
    /// Most segments shuffled in a sentence.
    pub permuted_segments: usize,
    /// Number of word orders in which a sentence is encoded, the right one among them, as in the paper
    /// (§8). `None` encodes one random order, which may be the right one, as in its code.
    pub spo_permutations: Option<usize>,
    /// Whether pieces inside words are masked (token boundary objective).
    pub tbo: bool,
    /// Share of the pieces that are masked inside words; the number is rounded up.
    pub mask_share: f64,
    /// Largest number of pieces masked inside words; the last word may exceed it.
    pub mask_cap: usize,
    /// Share of the pieces that are masked besides, whole word by whole word: 80 % by `[MASK]`, 10 % by
    /// another piece, and 10 % stay as they are (§13.5).
    pub whole_word_share: f64,
    /// Which pieces a view shows.
    pub view_mask_alignment: Alignment,
    /// Probability that a word outside the pair moves from the context view to the target view (§13.3).
    pub view_keep_prob: f64,
}

impl Default for SampleConfig {
    fn default() -> Self {
        Self {
            max_words: 128,
            max_pieces: 128,
            geometric: 0.2,
            longest_span: 10,
            tries: 1000,
            span_choice: SpanChoice::Geometric,
            entity_share: 0.5,
            spo: true,
            permuted_segments: 2,
            spo_permutations: None,
            tbo: true,
            mask_share: 0.15,
            mask_cap: 20,
            whole_word_share: 0.0,
            view_mask_alignment: Alignment::Word,
            view_keep_prob: 0.0,
        }
    }
}

impl SampleConfig {
    /// Checks that samples can be drawn.
    ///
    /// # Errors
    /// [`Error::Config`] that names the field and the allowed values.
    pub fn validate(&self) -> Result<()> {
        let shares = [
            ("mask_share", self.mask_share),
            ("whole_word_share", self.whole_word_share),
            ("view_keep_prob", self.view_keep_prob),
            ("entity_share", self.entity_share),
        ];
        for (field, share) in shares {
            if !(0.0..=1.0).contains(&share) {
                return Err(Error::Config {
                    field,
                    problem: format!("{share} is not in [0, 1]"),
                });
            }
        }
        let least = [
            ("max_words", self.max_words, 2),
            ("max_pieces", self.max_pieces, 4),
            ("longest_span", self.longest_span, 1),
            ("tries", self.tries, 2),
        ];
        for (field, value, least) in least {
            if value < least {
                return Err(Error::Config {
                    field,
                    problem: format!("{value} is too small; it must be at least {least}"),
                });
            }
        }
        if let Some(orders) = self.spo_permutations
            && !(2..=CLASSES).contains(&orders)
        {
            return Err(Error::Config {
                field: "spo_permutations",
                problem: format!("{orders} is not in 2 to {CLASSES}"),
            });
        }
        if !(self.geometric > 0.0 && self.geometric <= 1.0) {
            return Err(Error::Config {
                field: "geometric",
                problem: format!("{} is not in (0, 1]", self.geometric),
            });
        }
        Ok(())
    }
}
