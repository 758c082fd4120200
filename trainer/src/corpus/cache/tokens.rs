//! Tokenises words into records and remembers the word-pieces of frequent words.

use std::collections::HashMap;

use spanlight_core::pretrain::sample::Shape;
use spanlight_core::wordpiece::WordPiece;

use super::Sentence;
use crate::corpus::CorpusError;

/// Most words to remember; most of a text consists of fewer different words.
const REMEMBERED: usize = 1 << 16;

/// Longest word to remember, in bytes.
const LONGEST: usize = 64;

/// Tokenises sentences and remembers the word-pieces of their words.
#[derive(Default)]
pub struct Tokens {
    known: HashMap<String, (Vec<u32>, Shape)>,
    sentence: Sentence,
}

impl Tokens {
    /// Appends the record of a sentence and returns its number of word-pieces.
    ///
    /// # Errors
    /// [`CorpusError::Core`] when the tokenizer fails.
    pub fn add(
        &mut self,
        words: &[&str],
        tokenizer: &WordPiece,
        wide: bool,
        out: &mut Vec<u8>,
    ) -> Result<usize, CorpusError> {
        self.sentence.clear();
        for &word in words {
            if let Some((pieces, shape)) = self.known.get(word) {
                self.sentence.push(pieces, *shape);
                continue;
            }
            let (pieces, shape) = (tokenizer.word(word)?, Shape::of(word));
            self.sentence.push(&pieces, shape);
            if self.known.len() < REMEMBERED && word.len() <= LONGEST {
                self.known.insert(word.to_owned(), (pieces, shape));
            }
        }
        self.sentence.encode(wide, out);
        Ok(self.sentence.pieces())
    }
}
