//! Counts of the sentences that preparing a corpus keeps and drops.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter};

use serde::{Deserialize, Serialize};

use crate::data::Kind;

/// Why a sentence was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Fewer words than `--min-sentence`.
    TooShort,
    /// More words than `--max-sentence`.
    TooLong,
    /// More word-pieces than an encoder reads.
    TooManyPieces,
    /// It has `<unk>` in place of words.
    Placeholder,
    /// Mostly web addresses.
    Address,
    /// Too much LaTeX.
    Latex,
    /// Mostly numbers and signs: tables, formulas, lists.
    NotProse,
    /// It repeats one of the last few million sentences.
    Repeated,
}

impl Reason {
    /// Name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::TooShort => "too short",
            Self::TooLong => "too long",
            Self::TooManyPieces => "too many word-pieces",
            Self::Placeholder => "words replaced by <unk>",
            Self::Address => "web addresses",
            Self::Latex => "LaTeX",
            Self::NotProse => "not prose",
            Self::Repeated => "repeated",
        }
    }
}

/// Counts of one pass over a corpus.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Files read.
    pub files: u64,
    /// Size of the files on disk.
    pub bytes: u64,
    /// Lines, paragraphs or cells with text.
    pub passages: u64,
    /// Records that were skipped because they hold no readable text, by kind of defect.
    pub bad: BTreeMap<Kind, u64>,
    /// Passages from which markup was removed.
    pub markup: u64,
    /// Passages in which `\uXXXX` was replaced.
    pub escapes: u64,
    /// Sentences found.
    pub found: u64,
    /// Sentences dropped, by reason.
    pub dropped: BTreeMap<Reason, u64>,
    /// Sentences kept.
    pub sentences: u64,
    /// Words of the sentences kept.
    pub words: u64,
    /// Word-pieces of the sentences kept, without `[CLS]` and `[SEP]`; 0 if the pass did not tokenise.
    pub pieces: u64,
}

impl Counts {
    /// Counts a dropped sentence.
    pub fn drop(&mut self, reason: Reason) {
        *self.dropped.entry(reason).or_default() += 1;
    }

    /// Adds the counts of another part.
    pub fn add(&mut self, other: &Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.passages += other.passages;
        self.markup += other.markup;
        self.escapes += other.escapes;
        self.found += other.found;
        self.sentences += other.sentences;
        self.words += other.words;
        self.pieces += other.pieces;
        for (kind, count) in &other.bad {
            *self.bad.entry(*kind).or_default() += count;
        }
        for (reason, count) in &other.dropped {
            *self.dropped.entry(*reason).or_default() += count;
        }
    }
}

impl Display for Counts {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let mut row = |name: &str, count: u64| writeln!(f, "{name:<34}{count:>14}");
        row("files", self.files)?;
        row("bytes", self.bytes)?;
        row("passages", self.passages)?;
        for (kind, count) in &self.bad {
            row(&format!("  left out: {}", kind.name()), *count)?;
        }
        row("  with markup removed", self.markup)?;
        row("  with \\uXXXX replaced", self.escapes)?;
        row("sentences found", self.found)?;
        for (reason, count) in &self.dropped {
            row(&format!("  left out: {}", reason.name()), *count)?;
        }
        row("sentences kept", self.sentences)?;
        row("words", self.words)?;
        if self.pieces > 0 {
            row("word-pieces", self.pieces)?;
        }
        Ok(())
    }
}
