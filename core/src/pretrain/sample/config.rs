//! Settings of drawing, with the paper's values as defaults (method §2.7, §8).

use serde::{Deserialize, Serialize};

use crate::pretrain::spo::CLASSES;
use crate::{Error, Result};

/// Which pieces a view shows (§2.7, 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
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
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[cfg_attr(feature = "cli", value(rename_all = "snake_case"))]
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
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct SampleConfig {
    /// Longest sentence that samples are drawn from, in words
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Samples", default_value_t = Self::default().max_words))]
    pub max_words: usize,
    /// Longest sentence, in word-pieces with `[CLS]` and `[SEP]`
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Samples", default_value_t = Self::default().max_pieces))]
    pub max_pieces: usize,
    /// Parameter of the geometric distribution of span lengths
    #[cfg_attr(feature = "cli", arg(skip = Self::default().geometric))]
    #[serde(skip)]
    pub geometric: f64,
    /// Longest span, in words
    #[cfg_attr(feature = "cli", arg(skip = Self::default().longest_span))]
    #[serde(skip)]
    pub longest_span: usize,
    /// Spans proposed before a sentence is given up
    #[cfg_attr(feature = "cli", arg(skip = Self::default().tries))]
    #[serde(skip)]
    pub tries: usize,
    /// Where spans come from
    #[cfg_attr(feature = "cli", arg(long, value_enum, help_heading = "Samples", default_value_t = Self::default().span_choice))]
    pub span_choice: SpanChoice,
    /// Probability that a proposed span is entity-like, where some are
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Samples", default_value_t = Self::default().entity_share))]
    pub entity_share: f64,
    /// Shuffle words inside segments (span permutation objective)
    #[cfg_attr(feature = "cli", arg(long, action = clap::ArgAction::Set, value_name = "BOOL", help_heading = "Samples", default_value_t = Self::default().spo))]
    pub spo: bool,
    /// Most segments shuffled in a sentence
    #[cfg_attr(feature = "cli", arg(skip = Self::default().permuted_segments))]
    #[serde(skip)]
    pub permuted_segments: usize,
    /// Word orders in which a sentence is encoded, 2 to 6, the right one among them, as in the paper;
    /// by default one random order, which may be the right one, as in its code
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "ORDERS", help_heading = "Samples")
    )]
    pub spo_permutations: Option<usize>,
    /// Mask pieces inside words (token boundary objective)
    #[cfg_attr(feature = "cli", arg(long, action = clap::ArgAction::Set, value_name = "BOOL", help_heading = "Samples", default_value_t = Self::default().tbo))]
    pub tbo: bool,
    /// Share of the pieces that is masked inside words; the number is rounded up
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Samples", default_value_t = Self::default().mask_share))]
    pub mask_share: f64,
    /// Largest number of pieces masked inside words; the last word may exceed it
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Samples", default_value_t = Self::default().mask_cap))]
    pub mask_cap: usize,
    /// Share of the pieces masked besides, whole word by whole word: 80 % by `[MASK]`, 10 % by another
    /// piece, and 10 % stay as they are
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Samples", default_value_t = Self::default().whole_word_share))]
    pub whole_word_share: f64,
    /// Which pieces a view shows
    #[cfg_attr(feature = "cli", arg(long, value_enum, help_heading = "Samples", default_value_t = Self::default().view_mask_alignment))]
    pub view_mask_alignment: Alignment,
    /// Probability that a word outside the pair moves from the context view to the target view
    #[cfg_attr(feature = "cli", arg(long, help_heading = "Samples", default_value_t = Self::default().view_keep_prob))]
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
