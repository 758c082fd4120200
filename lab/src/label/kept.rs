//! Predictions that are kept while an ensemble labels, so that a stopped command repeats one model at most.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use spanlight::data;
use spanlight::store::{self, FINETUNED, MODEL, StoreError};
use spanlight_core::bundle::{MANIFEST, WEIGHTS};
use spanlight_core::document::Sentence;
use spanlight_core::score::Prediction;

use crate::error::Result;

/// A folder beside the output, with a file for every model that is done.
pub struct Kept {
    folder: PathBuf,
    /// Fingerprint of the sentences.
    text: String,
}

impl Kept {
    /// The predictions for these sentences that a command with this output file has kept.
    ///
    /// # Errors
    /// A sentence that JSON cannot express.
    pub fn beside(out: &Path, sentences: &[Sentence]) -> Result<Self> {
        let mut name = out.file_name().unwrap_or_default().to_owned();
        name.push(".votes");
        Ok(Self {
            folder: out.with_file_name(name),
            text: data::fingerprint(sentences)?,
        })
    }

    /// The predictions of a model: those that were kept, or those that `predict` gives, which are kept.
    ///
    /// # Errors
    /// Files that cannot be read or written, and those of `predict`.
    pub fn of(
        &self,
        model: &Path,
        predict: impl FnOnce() -> Result<Vec<Prediction>>,
    ) -> Result<(Vec<Prediction>, bool)> {
        let path = self.folder.join(format!("{}.json", self.key(model)?));
        if path.is_file() {
            return Ok((store::read_json(&path)?, true));
        }
        let found = predict()?;
        fs::create_dir_all(&self.folder)
            .map_err(|e| StoreError::io("create the folder", &self.folder, e))?;
        store::write_json(&path, &found)?;
        Ok((found, false))
    }

    /// A hash of the sentences and of a model.
    fn key(&self, model: &Path) -> Result<String> {
        let mut hash = Sha256::new_with_prefix(&self.text);
        for name in [MANIFEST, WEIGHTS, MODEL, FINETUNED] {
            let path = model.join(name);
            if path.is_file() {
                hash.update(store::fingerprint(&path)?);
            }
        }
        Ok(format!("{:x}", hash.finalize()))
    }

    /// Removes what was kept.
    ///
    /// # Errors
    /// A folder that cannot be removed.
    pub fn remove(&self) -> Result<()> {
        match fs::remove_dir_all(&self.folder) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::io("remove", &self.folder, e).into())
            }
            _ => Ok(()),
        }
    }
}
