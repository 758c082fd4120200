//! A checkpoint becomes a run that others can start from, be evaluated and exported.

use std::path::{Path, PathBuf};

use spanlight_core::weights::{
    LabelOrder, Stage, StateDict, from_pspe, read_safetensors, reorder, sizes, write_safetensors,
};

use super::LABELS;
use crate::encoder::{EncoderFolder, read_pytorch};
use crate::error::{Error, Result};
use crate::store::{self, RunFolder};

/// What to import.
pub struct Import<'a> {
    /// PyTorch or safetensors file.
    pub checkpoint: &'a Path,
    /// Folder with configuration and tokenizer of its encoder.
    pub encoder: &'a Path,
    /// Order of its labels; by default the file beside it.
    pub labels: Option<PathBuf>,
}

/// Writes a checkpoint as a run; says which of the paper's models it is.
///
/// # Errors
/// [`Error::Folder`] for a file that is none, [`Error::Core`] for weights that do not fit together.
pub fn import(from: &Import<'_>, folder: &RunFolder) -> Result<Stage> {
    let checkpoint = read(from.checkpoint)?;
    let stage = Stage::of(checkpoint.keys()).ok_or_else(|| Error::Folder {
        path: from.checkpoint.into(),
        problem: "holds no model of the paper's code".into(),
    })?;
    let encoder = EncoderFolder::open(from.encoder)?;
    let tokenizer = encoder.tokenizer()?;
    let config = sizes(&checkpoint, encoder.config.clone())?;
    let mut state = from_pspe(checkpoint, stage)?;
    match stage {
        Stage::Pretraining => {
            store::write_atomic(&folder.pretrained(), &write_safetensors(&state, None)?)?;
        }
        Stage::FineTuning => {
            let labels = from
                .labels
                .clone()
                .unwrap_or_else(|| from.checkpoint.with_file_name(LABELS));
            let theirs: LabelOrder = store::read_json(&labels)?;
            let schema = theirs.schema()?;
            reorder(&mut state, &theirs, &LabelOrder::of(&schema))?;
            store::write_json(&folder.schema(), &schema)?;
            store::write_atomic(&folder.best(), &write_safetensors(&state, None)?)?;
        }
    }
    store::write_atomic(&folder.tokenizer(), tokenizer.to_json()?.as_bytes())?;
    store::write_json(&folder.model_config(), &config)?;
    Ok(stage)
}

fn read(path: &Path) -> Result<StateDict> {
    match path.extension().is_some_and(|e| e == "safetensors") {
        true => Ok(read_safetensors(&store::read(path)?)?),
        false => read_pytorch(path),
    }
}
