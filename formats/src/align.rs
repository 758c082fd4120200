//! Maps character offsets of a running text to words of its sentences.

use spanlight_core::{
    document::Sentence,
    schema::Span,
    text::{OffsetUnit, Offsets, segment},
};

use crate::defect::{Flaw, Kind};
use crate::json::Node;
use crate::printable::shorten;

/// A text with its sentences and words.
pub(crate) struct Aligned<'a> {
    text: &'a str,
    offsets: Offsets<'a>,
    words: Vec<Placed>,
    /// One past the last word of every sentence.
    ends: Vec<usize>,
}

/// A word's bytes, and those from its first to its last letter or digit (empty if it has none): to look
/// for letters anew for every mention would take mentions times the length of a word.
struct Placed {
    start: usize,
    end: usize,
    core: (usize, usize),
}

impl<'a> Aligned<'a> {
    /// Segments a text.
    pub fn new(text: &'a str) -> Self {
        let (mut words, mut ends) = (Vec::new(), Vec::new());
        for sentence in segment(text) {
            words.extend(sentence.words.iter().map(|word| {
                let surface = word.surface(text);
                let first = surface.find(char::is_alphanumeric);
                let last = surface.rfind(char::is_alphanumeric);
                let core = match (first, last) {
                    (Some(first), Some(last)) => (word.start + first, word.start + last + 1),
                    _ => (word.end, word.start),
                };
                Placed {
                    start: word.start,
                    end: word.end,
                    core,
                }
            }));
            ends.push(words.len());
        }
        Self {
            text,
            offsets: Offsets::new(text),
            words,
            ends,
        }
    }

    /// The sentences without annotations; the first has the number `first`.
    pub fn sentences(&self, document: &str, first: usize) -> Vec<Sentence> {
        let surface = |w: &Placed| self.text.get(w.start..w.end).unwrap_or_default().to_owned();
        let sentence = |(i, end): (usize, &usize)| {
            let start = self.start(i);
            let words = self.words.get(start..*end).unwrap_or_default();
            Sentence {
                document: document.to_owned(),
                index: first.saturating_add(i),
                words: words.iter().map(surface).collect(),
                ..Sentence::default()
            }
        };
        self.ends.iter().enumerate().map(sentence).collect()
    }

    /// First word of a sentence.
    fn start(&self, sentence: usize) -> usize {
        let before = sentence.checked_sub(1);
        before
            .and_then(|i| self.ends.get(i).copied())
            .unwrap_or_default()
    }

    /// The text between two character offsets.
    pub fn between(&self, start: usize, end: usize) -> Option<&'a str> {
        self.text.get(self.bytes(start, end)?)
    }

    fn bytes(&self, start: usize, end: usize) -> Option<std::ops::Range<usize>> {
        let byte = |offset| self.offsets.byte(offset, OffsetUnit::Char);
        Some(byte(start)?..byte(end)?)
    }

    /// Sentence and words of the characters `start..end`; `node` is where they were given.
    ///
    /// Punctuation that belongs to the last word is included (the full stop of `Inc.`).
    ///
    /// # Errors
    /// [`Kind::Span`] for offsets outside the text; [`Kind::Unaligned`] for offsets that cut a word or
    /// reach into another sentence.
    pub fn locate(&self, node: &Node<'_>, start: usize, end: usize) -> Result<(usize, Span), Flaw> {
        let Some(bytes) = self.bytes(start, end).filter(|bytes| !bytes.is_empty()) else {
            return Err(node.flaw(
                Kind::Span,
                format!(
                    "characters [{start}, {end}) are no part of the text's {}; mend the offsets, \
                     which count characters from 0, the end exclusive",
                    self.offsets.len(OffsetUnit::Char)
                ),
            ));
        };
        self.spanned(bytes.start, bytes.end).ok_or_else(|| {
            let problem = "it is blank, or its borders are inside words or in two sentences";
            let found = self.text.get(bytes.clone()).unwrap_or_default();
            node.flaw(
                Kind::Unaligned,
                format!("`{}` is left out: {problem}", shorten(found)),
            )
        })
    }

    /// Sentence and words of a range of bytes, whose blank ends do not count.
    fn spanned(&self, from: usize, to: usize) -> Option<(usize, Span)> {
        let start = self.words.partition_point(|w| w.end <= from);
        let end = self.words.partition_point(|w| w.start < to);
        let sentence = self.ends.partition_point(|end| *end <= start);
        let base = self.start(sentence);
        if start >= end || end > *self.ends.get(sentence)? {
            return None;
        }
        let (first, last) = (self.words.get(start)?, self.words.get(end - 1)?);
        let cuts = first.core.0 < from || last.core.1 > to;
        (!cuts).then_some((sentence, (start - base, end - base)))
    }
}
