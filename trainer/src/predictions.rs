//! Predictions as a file of annotated sentences, in the paper's format.

use std::path::Path;

use spanlight_core::{document::Sentence, score::Prediction};

use crate::{data, error::Result, store::write_atomic};

/// Writes what was predicted for the sentences of a gold standard, in their order.
///
/// # Errors
/// What stops the writing; the file is whole or not there.
pub fn write(path: &Path, gold: &[Sentence], predictions: &[Prediction]) -> Result<()> {
    let predicted: Vec<Sentence> = gold
        .iter()
        .zip(predictions)
        .map(|(sentence, prediction)| Sentence {
            document: sentence.document.clone(),
            index: sentence.index,
            words: sentence.words.iter().map(|word| unbroken(word)).collect(),
            entities: prediction.entities.clone(),
            relations: prediction.relations.clone(),
        })
        .collect();
    let mut lines = Vec::new();
    data::write(&mut lines, path, &predicted)?;
    Ok(write_atomic(path, &lines)?)
}

/// A word that the format, which separates words by spaces, can hold.
pub fn unbroken(word: &str) -> String {
    word.replace(|c: char| c.is_ascii_whitespace(), "\u{a0}")
}
