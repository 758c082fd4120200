//! What a run leaves behind: its checkpoint, and the networks that others start from.

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use spanlight_core::pretrain::PretrainModel;
use spanlight_core::weights::{state_of, write_safetensors};

use super::config::PretrainConfig;
use super::contrast::{Contrast, MOMENTUM, Places};
use super::setup::Setup;
use crate::error::{Error, Result};
use crate::store::{self, RunFolder};
use crate::train::{AdamW, Checkpoint, Progress};

/// What a run remembers besides arrays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Where the next keys go.
    pub places: Places,
    /// Of the corpus it was trained on.
    pub corpus: String,
}

/// Saves the run on a corpus, after so many steps and seconds.
///
/// # Errors
/// A full disk; what was saved before stays.
pub fn save(
    folder: &RunFolder,
    model: &PretrainModel,
    optimizer: &AdamW,
    contrast: &Contrast,
    corpus: &str,
    (step, seconds): (usize, f64),
) -> Result<()> {
    let (extra, places) = contrast.state()?;
    let mut networks = pollster::block_on(state_of(model))?;
    let momentum = extra.iter().filter(|(name, _)| name.starts_with(MOMENTUM));
    networks.extend(momentum.map(|(name, array)| (name.clone(), array.clone())));
    // First, since a run whose checkpoint is that of its last step never saves again.
    store::write_atomic(&folder.pretrained(), &write_safetensors(&networks, None)?)?;
    let corpus = corpus.to_owned();
    let task = Memory { places, corpus };
    let progress = Progress {
        step,
        seconds,
        task,
    };
    let packed = Checkpoint::pack(model, optimizer, extra, &progress)?;
    Ok(store::write_atomic(&folder.checkpoint(), &packed)?)
}

/// Goes on from the checkpoint of a run on the same corpus.
///
/// # Errors
/// A damaged checkpoint, or one of another corpus or other settings.
pub fn restore(
    folder: &RunFolder,
    mut setup: Setup,
    config: &PretrainConfig,
    corpus: &str,
    device: &Device,
) -> Result<(Setup, Contrast, Progress<Memory>)> {
    let bytes = store::read(&folder.checkpoint())?;
    let (extra, progress): (_, Progress<Memory>);
    (setup.model, extra, progress) =
        Checkpoint::unpack(&bytes, setup.model, &mut setup.optimizer, device)?;
    if progress.task.corpus != corpus {
        return Err(Error::Usage(
            "the corpus is not the one this run was started with; put its files back or start a new run".into(),
        ));
    }
    let objectives = config.objectives();
    let contrast = Contrast::new(setup.momentum.clone(), &objectives);
    let contrast = contrast.restore(extra, progress.task.places, &objectives, device)?;
    Ok((setup, contrast, progress))
}
