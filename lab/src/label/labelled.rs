//! Files that `lab label` wrote before vote like models: for ensembles of ensembles, and to give a model
//! several votes.

use std::path::Path;

use spanlight::data::{self, Format, Options};
use spanlight_core::document::Sentence;
use spanlight_core::score::Prediction;

use crate::error::{Error, Result};

/// The annotations of a file of the same sentences in the same order.
///
/// # Errors
/// [`Error::Usage`] for other sentences; whatever keeps the file from being read.
pub fn labelled(
    path: &Path,
    sentences: &[Sentence],
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Prediction>> {
    let as_written = Options {
        unescape: false,
        ..Options::default()
    };
    let annotated = data::read_with(path, Format::Pspe, &as_written)?.sentences;
    let pairs = annotated.iter().zip(sentences);
    let same = pairs
        .take_while(|(one, two)| one.words == two.words)
        .count();
    if same < annotated.len().max(sentences.len()) {
        return Err(Error::Usage(format!(
            "{}: its sentence {} is not that of the text; label as many sentences of the same text",
            path.display(),
            same + 1
        )));
    }
    progress(sentences.len());
    let vote = |sentence: Sentence| Prediction {
        spans: Vec::new(),
        entities: sentence.entities,
        relations: sentence.relations,
    };
    Ok(annotated.into_iter().map(vote).collect())
}
