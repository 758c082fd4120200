//! A trained model on disk: a run folder or a bundle.

use std::path::Path;

use burn::tensor::Device;
use spanlight_core::bundle::{MANIFEST, Manifest, TOKENIZER, WEIGHTS};
use spanlight_core::extract::Extractor;
use spanlight_core::predict::Predictor;
use spanlight_core::weights::{
    StateDict, current_names, decode, read_safetensors, write_safetensors,
};
use spanlight_core::wordpiece::WordPiece;
use spanlight_core::{JointModel, ModelSettings, Schema};

use crate::device::processor;
use crate::error::{Error, Result};
use crate::store::{
    FINETUNED, MODEL, RunFolder, SCHEMA, read, read_json, write_atomic, write_json,
};

/// The manifest of a bundle; `None` for another folder.
fn manifest(path: &Path) -> Result<Option<Manifest>> {
    let file = path.join(MANIFEST);
    if file.exists() {
        Ok(Some(Manifest::parse(&read(&file)?)?))
    } else {
        Ok(None)
    }
}

/// Sizes, switches and decoding of a bundle or a run.
///
/// # Errors
/// If the manifest or `model.json` cannot be read.
pub fn settings(path: &Path) -> Result<ModelSettings> {
    match manifest(path)? {
        Some(manifest) => Ok(manifest.config),
        None => Ok(read_json(&path.join(MODEL))?),
    }
}

/// Labels of a bundle or a fine-tuned run.
///
/// # Errors
/// [`Error::Folder`] if the folder is neither; otherwise if it cannot be read.
pub fn schema(path: &Path) -> Result<Schema> {
    if let Some(manifest) = manifest(path)? {
        return Ok(manifest.schema);
    }
    finished(path)?;
    Ok(read_json(&path.join(SCHEMA))?)
}

/// Refuses a folder without a fine-tuned model.
fn finished(path: &Path) -> Result<()> {
    if path.join(FINETUNED).exists() {
        Ok(())
    } else {
        Err(Error::Folder {
            path: path.into(),
            problem: format!(
                "is neither a bundle (no {MANIFEST}) nor a fine-tuned run (no {FINETUNED})"
            ),
        })
    }
}

/// Weights and everything needed to use them.
pub struct SavedModel {
    /// Sizes, switches and decoding.
    pub config: ModelSettings,
    /// Labels.
    pub schema: Schema,
    /// The tokenizer as JSON.
    pub tokenizer: Vec<u8>,
    /// All parameters.
    pub weights: StateDict,
}

impl SavedModel {
    /// Reads a run folder (its best weights) or a bundle.
    ///
    /// # Errors
    /// [`Error::Folder`] when it is neither, [`Error::Core`] for a damaged bundle.
    pub fn open(path: &Path) -> Result<Self> {
        if let Some(manifest) = manifest(path)? {
            let (tokenizer, weights) = (read(&path.join(TOKENIZER))?, read(&path.join(WEIGHTS))?);
            manifest.verify(TOKENIZER, &tokenizer)?;
            manifest.verify(WEIGHTS, &weights)?;
            return Ok(Self {
                config: manifest.config,
                schema: manifest.schema,
                tokenizer,
                weights: decode(&weights)?,
            });
        }
        finished(path)?;
        Ok(Self {
            config: read_json(&path.join(MODEL))?,
            schema: read_json(&path.join(SCHEMA))?,
            tokenizer: read(&path.join(TOKENIZER))?,
            weights: current_names(read_safetensors(&read(&path.join(FINETUNED))?)?),
        })
    }

    /// Writes the model as the folder of a fine-tuned run, which [`Self::open`] reads. The weights come
    /// last, so that an incomplete folder is refused.
    ///
    /// # Errors
    /// [`Error::Store`] for a file that cannot be written.
    pub fn write(&self, folder: &RunFolder) -> Result<()> {
        write_json(&folder.model_config(), &self.config)?;
        write_json(&folder.schema(), &self.schema)?;
        write_atomic(&folder.tokenizer(), &self.tokenizer)?;
        let weights = write_safetensors(&self.weights, None)?;
        Ok(write_atomic(&folder.best(), &weights)?)
    }

    /// Longest input of the encoder, in word-pieces.
    pub fn room(&self) -> usize {
        self.config.model.encoder.room()
    }

    /// The tokenizer.
    ///
    /// # Errors
    /// [`Error::Core`] for a malformed one.
    pub fn wordpiece(&self) -> Result<WordPiece> {
        Ok(WordPiece::from_json(&self.tokenizer)?)
    }

    /// Loads the model on a device; batches hold `budget` word-pieces, 16 times as many on a GPU.
    ///
    /// # Errors
    /// [`Error::Core`] for weights that do not fit.
    pub fn predictor(&self, device: &Device, budget: usize) -> Result<Predictor> {
        let weights = self.weights.clone();
        let model = JointModel::load(&self.config.model, &self.schema, weights, device)?;
        Ok(Predictor::new(
            model,
            self.schema.clone(),
            self.config.decoding,
            processor(device).pieces(budget),
        ))
    }

    /// As [`Self::predictor`], with the tokenizer, for raw text.
    ///
    /// # Errors
    /// As [`Self::predictor`] and [`Self::wordpiece`].
    pub fn extractor(&self, device: &Device, budget: usize) -> Result<Extractor> {
        Ok(Extractor::new(
            self.predictor(device, budget)?,
            self.wordpiece()?,
        ))
    }
}
