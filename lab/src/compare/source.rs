//! Predictions from a file or a run folder.

use std::path::Path;

use spanlight::data::{self, Format};
use spanlight::predictions::unbroken;
use spanlight_core::document::Sentence;

use crate::error::{Error, Result};

/// Name of the predictions in a run folder.
const FILE: &str = "predictions.jsonl";

/// Reads predictions in any format of annotated data; they must be for the sentences of `gold`.
///
/// # Errors
/// [`Error::Folder`] for a folder without predictions, [`Error::Usage`] for other sentences.
pub fn read(path: &Path, gold: &[Sentence]) -> Result<Vec<Sentence>> {
    let file = path.join(FILE);
    let path = match (path.is_dir(), file.is_file()) {
        (true, false) => {
            return Err(Error::Folder {
                path: path.into(),
                problem: format!(
                    "has no {FILE}; finished cells of experiments have one, and `spanlight evaluate \
                     --predictions FILE` writes one for any model"
                ),
            });
        }
        (true, true) => file.as_path(),
        (false, _) => path,
    };
    let found = data::read(path, Format::Auto)?.sentences;
    let fail = |problem: String| Err(Error::Usage(format!("{}: {problem}", path.display())));
    if found.len() != gold.len() {
        return fail(format!(
            "has {} sentences, and the gold standard {}; predict for that file",
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
            "sentence {} has other words than that of the gold standard; predict for that file",
            i + 1
        )),
        None => Ok(found),
    }
}
