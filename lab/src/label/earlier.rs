//! What was labelled before, as one more voice: ensembles of ensembles, and heavier votes for some.

use std::path::Path;

use spanlight_core::document::Sentence;
use spanlight_core::score::Prediction;

use crate::data::{self, Format, Options};
use crate::error::{Error, Result};

/// The annotations of a file of the same sentences in the same order.
///
/// # Errors
/// [`Error::Usage`] for other sentences; whatever keeps the file from being read.
pub fn earlier(
    path: &Path,
    sentences: &[Sentence],
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Prediction>> {
    let as_written = Options {
        unescape: false,
        ..Options::default()
    };
    let labelled = data::read_with(path, Format::Pspe, &as_written)?.sentences;
    let pairs = labelled.iter().zip(sentences);
    let other = pairs
        .take_while(|(one, two)| one.words == two.words)
        .count();
    if other < labelled.len().max(sentences.len()) {
        return Err(Error::Usage(format!(
            "{}: its sentence {} is not that of the text; label as many sentences of the same text",
            path.display(),
            other + 1
        )));
    }
    progress(sentences.len());
    let vote = |sentence: Sentence| Prediction {
        spans: Vec::new(),
        entities: sentence.entities,
        relations: sentence.relations,
    };
    Ok(labelled.into_iter().map(vote).collect())
}
