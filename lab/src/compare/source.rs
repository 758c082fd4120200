//! Predictions from a file or a run folder.

use std::path::Path;

use spanlight::data::{self, Format};
use spanlight::predictions::unbroken;
use spanlight_core::document::Sentence;

use crate::error::{Error, Result};

/// Name of the predictions file in a run folder.
const FILE: &str = "predictions.jsonl";

/// Reads predictions for the sentences of `gold`, in any format of annotated data.
///
/// # Errors
/// [`Error::Folder`] for a folder without predictions, [`Error::Usage`] if the sentences differ from `gold`.
pub fn read(path: &Path, gold: &[Sentence]) -> Result<Vec<Sentence>> {
    let file = path.join(FILE);
    if path.is_dir() && !file.is_file() {
        return Err(Error::Folder {
            path: path.into(),
            problem: format!(
                "has no {FILE}; name a finished cell of an experiment, or write the file with `spanlight \
                 evaluate --predictions FILE`"
            ),
        });
    }
    let path = if path.is_dir() { file.as_path() } else { path };
    let found = data::read(path, Format::Auto)?.sentences;
    let fail = |problem: String| Err(Error::Usage(format!("{}: {problem}", path.display())));
    if found.len() != gold.len() {
        return fail(format!(
            "has {} sentences, but the gold file has {}; predict the sentences of the gold file",
            found.len(),
            gold.len()
        ));
    }
    let words = |s: &Sentence| -> Vec<String> { s.words.iter().map(|w| unbroken(w)).collect() };
    match found
        .iter()
        .zip(gold)
        .position(|(a, b)| words(a) != words(b))
    {
        Some(i) => fail(format!(
            "sentence {} has other words than in the gold file; predict the sentences of the gold file",
            i + 1
        )),
        None => Ok(found),
    }
}
