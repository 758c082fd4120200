//! A run becomes a checkpoint that the paper's code can load.

use std::path::Path;

use spanlight_core::config::{ModelConfig, RelationInput};
use spanlight_core::weights::{
    LabelOrder, Stage, StateDict, read_safetensors, reorder, to_pspe, write_safetensors,
};
use spanlight_core::{Error as CoreError, Schema};

use super::LABELS;
use crate::error::{Error, Result};
use crate::model::SavedModel;
use crate::store;
use crate::transfer::PRETRAINED;

/// Writes the model of a run folder in the paper's names and layouts; beside a fine-tuned one, the
/// order of its labels, which can be given.
///
/// # Errors
/// [`Error::Usage`] for a model that the paper's code has no place for.
pub fn export(run: &Path, out: &Path, labels: Option<&Path>) -> Result<Stage> {
    let pretrained = run.join(PRETRAINED);
    if pretrained.exists() {
        let config: ModelConfig = store::read_json(&run.join("model.json"))?;
        let state = read_safetensors(&store::read(&pretrained)?)?;
        write(state, Stage::Pretraining, &config, out)?;
        return Ok(Stage::Pretraining);
    }
    let saved = SavedModel::open(run)?;
    check(&saved.config)?;
    let ours = LabelOrder::of(&saved.schema);
    let theirs = match labels {
        Some(path) => store::read_json(path)?,
        None => ours.clone(),
    };
    let mut state = with_pad(saved.weights, &saved.config)?;
    if theirs.schema()?.entities != saved.schema.entities {
        return Err(other_labels(&saved.schema));
    }
    reorder(&mut state, &ours, &theirs)?;
    write(state, Stage::FineTuning, &saved.config, out)?;
    store::write_json(&out.with_file_name(LABELS), &theirs)?;
    Ok(Stage::FineTuning)
}

fn write(state: StateDict, stage: Stage, config: &ModelConfig, out: &Path) -> Result<()> {
    let checkpoint = to_pspe(state, stage, &config.span_kernels)?;
    Ok(store::write_atomic(
        out,
        &write_safetensors(&checkpoint, None)?,
    )?)
}

/// What the paper's model cannot express.
fn check(config: &ModelConfig) -> Result<()> {
    let refuse = |what: &str| {
        Err(Error::Usage(format!(
            "the model was trained with {what}, for which the paper's code has no place"
        )))
    };
    if config.relation_input != RelationInput::Pooled {
        return refuse("--relation-input typed");
    }
    if config.share_span_encoder {
        return refuse("--share-span-encoder");
    }
    Ok(())
}

/// The tag head with the PAD class that the paper's code expects in front.
fn with_pad(mut state: StateDict, config: &ModelConfig) -> Result<StateDict> {
    if config.tag_pad_class {
        return Ok(state);
    }
    for (name, value) in [("tagger.weight", 0.0), ("tagger.bias", -1e4)] {
        let array = state.get_mut(name).ok_or_else(|| CoreError::Weight {
            name: name.into(),
            problem: "is missing".into(),
        })?;
        let width = array.values.len() / array.shape[0].max(1);
        array.shape[0] += 1;
        array.values.splice(0..0, std::iter::repeat_n(value, width));
    }
    Ok(state)
}

fn other_labels(schema: &Schema) -> Error {
    Error::Usage(format!(
        "the labels must be those of the model: {}",
        schema.entities.join(", ")
    ))
}
