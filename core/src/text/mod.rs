//! From raw text to sentences and words, without losing a character.
//!
//! Positions are byte offsets into the text, on character boundaries; [`Offsets`] turns them into
//! character or UTF-16 offsets. Every function here takes time linear in the text.

mod abbreviation;
mod chars;
mod clitic;
mod escape;
mod mark;
mod offset;
mod sentence;
mod stop;
mod url;
mod window;
mod word;

#[cfg(test)]
mod properties;

pub use escape::{unescape, unescape_bracket, unescape_quote};
pub use offset::{OffsetUnit, Offsets};
pub use sentence::sentences;
pub use window::{WindowLimit, windows};
pub use word::words;

use serde::{Deserialize, Serialize};

/// A word as the half-open byte range `start..end` of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Word {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Word {
    /// The characters of this word; empty if its range is no part of `text`.
    pub fn surface<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// A sentence as a half-open byte range of its text, with its words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TextSentence {
    /// First byte; never a whitespace character.
    pub start: usize,
    /// One past the last byte; the character before it is no whitespace.
    pub end: usize,
    /// Words in order, at least one, as byte ranges of the whole text.
    pub words: Vec<Word>,
}

/// Splits a text into sentences, and the sentences into words.
///
/// Every character that is not whitespace lies in exactly one word of exactly one sentence.
///
/// ```
/// use spanlight_core::text::segment;
///
/// let text = "Dr. Dupont leads Acme. She doesn't mind.";
/// let sentences = segment(text);
/// let words = |i: usize| -> Vec<&str> {
///     sentences[i].words.iter().map(|word| word.surface(text)).collect()
/// };
/// assert_eq!(words(0), ["Dr.", "Dupont", "leads", "Acme", "."]);
/// assert_eq!(words(1), ["She", "does", "n't", "mind", "."]);
/// ```
pub fn segment(text: &str) -> Vec<TextSentence> {
    sentences(text)
        .into_iter()
        .map(|range| {
            let mut words = words(text.get(range.clone()).unwrap_or_default());
            for word in &mut words {
                word.start += range.start;
                word.end += range.start;
            }
            TextSentence {
                start: range.start,
                end: range.end,
                words,
            }
        })
        .collect()
}
