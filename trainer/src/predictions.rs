//! Writes predictions as annotated sentences in the paper's format.

use std::path::Path;

use spanlight_core::{document::Sentence, score::Prediction};

use crate::{data, error::Result, store::write_atomic};

/// Writes the predictions for gold sentences, in their order.
///
/// # Errors
/// If the file cannot be written; a failure leaves no partial file.
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

/// A word without white space, which separates words in the format: no-break spaces replace it.
pub fn unbroken(word: &str) -> String {
    word.replace(|c: char| c.is_ascii_whitespace(), "\u{a0}")
}
