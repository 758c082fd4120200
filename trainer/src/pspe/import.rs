//! Imports a checkpoint of the paper's code as a run, from which other runs can start.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use spanlight_core::config::{EmptySegment, ModelConfig};
use spanlight_core::ops::Init;
use spanlight_core::pretrain::SpanPairNetwork;
use spanlight_core::pretrain::config::{ObjectiveConfig, ProjectionHead};
use spanlight_core::weights::{
    Array, LabelOrder, Stage, StateDict, from_pspe, load_state, read_safetensors, reorder, sizes,
    write_safetensors,
};
use spanlight_core::{Decoding, JointModel, ModelSettings};

use super::LABELS;
use crate::encoder::{EncoderFolder, read_pytorch};
use crate::error::{Error, Result};
use crate::store::{self, RunFolder};

/// What to import.
pub struct Import<'a> {
    /// PyTorch or safetensors file.
    pub checkpoint: &'a Path,
    /// Folder with the configuration and the tokenizer of the checkpoint's encoder.
    pub encoder: &'a Path,
    /// File with the order of the labels; by default `labels.json` beside the checkpoint.
    pub labels: Option<PathBuf>,
}

/// Writes a checkpoint as a run; returns which of the paper's models it is.
///
/// # Errors
/// [`Error::Folder`] for a file that is no checkpoint of the paper's code, [`Error::Core`] for a
/// checkpoint that is incomplete or does not fit the encoder.
pub fn import(from: &Import<'_>, folder: &RunFolder) -> Result<Stage> {
    let checkpoint = read(from.checkpoint)?;
    let stage = Stage::of(checkpoint.keys()).ok_or_else(|| Error::Folder {
        path: from.checkpoint.into(),
        problem: "holds no model of the paper's code".into(),
    })?;
    let encoder = EncoderFolder::open(from.encoder)?;
    let tokenizer = encoder.tokenizer()?;
    let mut config = sizes(&checkpoint, encoder.config.clone())?;
    let mut state = from_pspe(checkpoint, stage)?;
    match stage {
        Stage::Pretraining => {
            config.empty_segment = EmptySegment::Cnn;
            fits(&config, &state)?;
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
            JointModel::load(&config, &schema, state.clone(), &Device::flex())?;
            store::write_json(&folder.schema(), &schema)?;
            store::write_atomic(&folder.best(), &write_safetensors(&state, None)?)?;
        }
    }
    store::write_atomic(&folder.tokenizer(), tokenizer.to_json()?.as_bytes())?;
    let settings = ModelSettings {
        model: config,
        decoding: Decoding::default(),
    };
    store::write_json(&folder.model_config(), &settings)?;
    Ok(stage)
}

/// Checks that both networks of a pre-training checkpoint are complete and fit the encoder.
fn fits(config: &ModelConfig, state: &StateDict) -> Result<()> {
    for prefix in ["network.", "momentum.network."] {
        let of_network = |(name, array): (&String, &Array)| {
            Some((name.strip_prefix(prefix)?.to_owned(), array.clone()))
        };
        let network: StateDict = state.iter().filter_map(of_network).collect();
        let projected = network.keys().any(|name| name.starts_with("projection."));
        let objectives = ObjectiveConfig {
            proj_head: if projected {
                ProjectionHead::Mlp
            } else {
                ProjectionHead::None
            },
            ..ObjectiveConfig::default()
        };
        let device = Device::flex();
        let blank = SpanPairNetwork::new(config, &objectives, &mut Init::blank(), &device);
        load_state(blank, network)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<StateDict> {
    if path.extension().is_some_and(|e| e == "safetensors") {
        Ok(read_safetensors(&store::read(path)?)?)
    } else {
        read_pytorch(path)
    }
}
