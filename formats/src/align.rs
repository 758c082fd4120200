//! Maps character offsets of a running text to words of its sentences.

use spanlight_core::{
    document::Sentence,
    schema::Span,
    text::{OffsetUnit, Offsets, TextSentence, segment},
};

use crate::defect::{Flaw, Kind};
use crate::json::{Node, shorten};

/// A text with its sentences and words.
pub(crate) struct Aligned<'a> {
    text: &'a str,
    offsets: Offsets<'a>,
    sentences: Vec<TextSentence>,
}

impl<'a> Aligned<'a> {
    /// Segments a text.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            offsets: Offsets::new(text),
            sentences: segment(text),
        }
    }

    /// The sentences without annotations; the first has the number `first`.
    pub fn sentences(&self, document: &str, first: usize) -> Vec<Sentence> {
        let sentence = |(i, s): (usize, &TextSentence)| Sentence {
            document: document.to_owned(),
            index: first + i,
            words: s
                .words
                .iter()
                .map(|w| w.surface(self.text).to_owned())
                .collect(),
            ..Sentence::default()
        };
        self.sentences.iter().enumerate().map(sentence).collect()
    }

    /// The text between two character offsets.
    pub fn between(&self, start: usize, end: usize) -> Option<&'a str> {
        let byte = |offset| self.offsets.byte(offset, OffsetUnit::Char);
        self.text.get(byte(start)?..byte(end)?)
    }

    /// Sentence and words of the characters `start..end`; `node` is where they were given.
    ///
    /// Punctuation that belongs to the last word is included (the full stop of `Inc.`).
    ///
    /// # Errors
    /// [`Kind::Span`] for offsets outside the text; [`Kind::Unaligned`] for offsets that cut a word or
    /// reach into another sentence.
    pub fn locate(&self, node: &Node<'_>, start: usize, end: usize) -> Result<(usize, Span), Flaw> {
        let Some(found) = self.between(start, end).filter(|t| !t.is_empty()) else {
            return Err(node.flaw(
                Kind::Span,
                format!(
                    "characters [{start}, {end}) are no part of the text's {}; \
                     offsets count characters from 0 and the end is exclusive",
                    self.offsets.len(OffsetUnit::Char)
                ),
            ));
        };
        let first = self.offsets.byte(start, OffsetUnit::Char).unwrap_or(0);
        let from = first + (found.len() - found.trim_start().len());
        let to = from + found.trim().len();
        self.words(from, to).ok_or_else(|| {
            let problem = "it is blank, or its borders are inside words or in two sentences";
            node.flaw(
                Kind::Unaligned,
                format!("`{}` is left out: {problem}", shorten(found)),
            )
        })
    }

    fn words(&self, from: usize, to: usize) -> Option<(usize, Span)> {
        let index = self.sentences.partition_point(|s| s.end <= from);
        let sentence = self.sentences.get(index).filter(|s| to <= s.end)?;
        let start = sentence.words.partition_point(|w| w.end <= from);
        let end = sentence.words.partition_point(|w| w.start < to);
        let (first, last) = (
            sentence.words.get(start)?,
            sentence.words.get(end.checked_sub(1)?)?,
        );
        let outside = [
            self.text.get(first.start..from),
            self.text.get(to..last.end),
        ];
        let cuts = outside
            .iter()
            .flatten()
            .any(|t| t.contains(char::is_alphanumeric));
        (!cuts && start < end).then_some((index, (start, end)))
    }
}
