//! Training sentences as the model reads them.

use std::slice::from_ref;

use spanlight_core::batch::{Gold, Pieces};
use spanlight_core::context::surround;
use spanlight_core::document::Sentence;
use spanlight_core::evaluate::follows;
use spanlight_core::wordpiece::WordPiece;
use spanlight_core::{ModelConfig, Schema};

use crate::data::{self, Overlap};
use crate::error::{Error, Result};

/// Longest training sentence, in words.
const MAX_WORDS: usize = 400;

/// A training sentence.
pub struct Example {
    /// Input.
    pub pieces: Pieces,
    /// Targets.
    pub gold: Gold,
}

/// The training sentences, with context where the model reads some, and how many were left out:
/// those that are too long and, where overlapping mentions, which tags cannot express, are dropped, those
/// that have some.
///
/// # Errors
/// [`Error::Usage`] when none is left, and a sentence that cannot be tokenised.
pub fn examples(
    sentences: &[Sentence],
    overlaps: Overlap,
    schema: &Schema,
    tokenizer: &WordPiece,
    config: &ModelConfig,
) -> Result<(Vec<Example>, usize)> {
    let alone: spanlight_core::Result<Vec<Pieces>> = sentences
        .iter()
        .map(|sentence| tokenizer.sentence(&sentence.words))
        .collect();
    // What is left out is context all the same.
    let frame = config.frame();
    let surrounded = surround(alone?, frame, |i| follows(sentences, i));
    let mut examples = Vec::with_capacity(sentences.len());
    for (sentence, pieces) in sentences.iter().zip(surrounded) {
        let fits = sentence.words.len() <= MAX_WORDS && pieces.ids.len() <= frame.room;
        let kept = data::trainable(from_ref(sentence), overlaps).0;
        for sentence in kept.iter().filter(|_| fits) {
            examples.push(Example {
                pieces: pieces.clone(),
                gold: Gold::new(sentence, schema)?,
            });
        }
    }
    let dropped = sentences.len() - examples.len();
    match examples.is_empty() {
        true => Err(Error::Usage(
            "no training sentence is left; see `spanlight data check`".into(),
        )),
        false => Ok((examples, dropped)),
    }
}
