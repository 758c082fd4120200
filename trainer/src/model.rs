//! A trained model on disk: a run folder or a bundle.

use std::path::Path;

use burn::tensor::Device;
use spanlight_core::bundle::{MANIFEST, Manifest, TOKENIZER, WEIGHTS};
use spanlight_core::extract::Extractor;
use spanlight_core::predict::Predictor;
use spanlight_core::weights::{current_names, read_safetensors, write_safetensors};
use spanlight_core::{Arithmetic, ModelSettings, SavedModel, Schema};

use crate::device::processor;
use crate::error::{Error, Result};
use crate::store::{
    CHECKPOINT, FINETUNED, MODEL, RunFolder, SCHEMA, read, read_json, write_atomic, write_json,
};

/// The manifest of a bundle; `None` for another folder.
fn manifest(path: &Path) -> Result<Option<Manifest>> {
    let file = path.join(MANIFEST);
    if file.exists() {
        Ok(Some(in_folder(path, Manifest::parse(&read(&file)?))?))
    } else {
        Ok(None)
    }
}

/// Names the folder of a part that core refuses.
fn in_folder<T>(path: &Path, found: spanlight_core::Result<T>) -> Result<T> {
    found.map_err(|error| Error::Folder {
        path: path.into(),
        problem: error.to_string(),
    })
}

/// Sizes, switches and decoding of a bundle or a run.
///
/// # Errors
/// If the manifest or `model.json` cannot be read, or no model can be built of it.
pub fn settings(path: &Path) -> Result<ModelSettings> {
    if let Some(manifest) = manifest(path)? {
        return Ok(manifest.config);
    }
    let settings: ModelSettings = read_json(&path.join(MODEL))?;
    in_folder(path, settings.validate())?;
    Ok(settings)
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
        return Ok(());
    }
    let problem = if path.join(CHECKPOINT).exists() {
        format!(
            "holds a run that has not saved a model yet (no {FINETUNED}); go on with it: add --resume to its \
             command"
        )
    } else {
        format!("is neither a bundle (no {MANIFEST}) nor a fine-tuned run (no {FINETUNED})")
    };
    let path = path.into();
    Err(Error::Folder { path, problem })
}

/// Reads a run folder (its best weights) or a bundle, and checks it.
///
/// # Errors
/// [`Error::Folder`] when it is neither, or damaged.
pub fn open(path: &Path) -> Result<SavedModel> {
    open_with(path, Arithmetic::F32)
}

/// As [`open`]; the processor multiplies in this arithmetic what a bundle stores in int8.
///
/// # Errors
/// As [`open`].
pub fn open_with(path: &Path, arithmetic: Arithmetic) -> Result<SavedModel> {
    let device = Device::flex();
    if let Some(manifest) = manifest(path)? {
        let (tokenizer, weights) = (read(&path.join(TOKENIZER))?, read(&path.join(WEIGHTS))?);
        let saved = manifest.saved(&tokenizer, &weights, arithmetic, &device);
        return in_folder(path, saved);
    }
    finished(path)?;
    let config = read_json(&path.join(MODEL))?;
    let schema = read_json(&path.join(SCHEMA))?;
    let tokenizer = read(&path.join(TOKENIZER))?;
    let weights = in_folder(path, read_safetensors(&read(&path.join(FINETUNED))?))?;
    let saved = SavedModel::new(config, schema, &tokenizer, current_names(weights), &device);
    in_folder(path, saved)
}

/// Writes a model as the folder of a fine-tuned run, which [`open`] reads. The weights come last, so that an
/// incomplete folder is refused.
///
/// # Errors
/// [`Error::Store`] for a file that cannot be written.
pub fn write(model: &SavedModel, folder: &RunFolder) -> Result<()> {
    write_json(&folder.model_config(), &model.config)?;
    write_json(&folder.schema(), &model.schema)?;
    write_atomic(&folder.tokenizer(), model.tokenizer.to_json()?.as_bytes())?;
    let weights = write_safetensors(&model.weights, None)?;
    Ok(write_atomic(&folder.best(), &weights)?)
}

/// Loads a model on a device; batches hold `budget` word-pieces, 16 times as many on a GPU.
///
/// # Errors
/// [`Error::Core`] for weights that do not fit.
pub fn predictor(model: &SavedModel, device: &Device, budget: usize) -> Result<Predictor> {
    Ok(model.predictor(device, processor(device).pieces(budget))?)
}

/// As [`predictor`], with the tokenizer, for raw text.
///
/// # Errors
/// As [`predictor`].
pub fn extractor(model: SavedModel, device: &Device, budget: usize) -> Result<Extractor> {
    Ok(model.extractor(device, processor(device).pieces(budget))?)
}
