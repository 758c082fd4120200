//! What a run leaves behind: its checkpoint, and the networks that others start from.

use burn::tensor::Device;
use pollster::block_on;
use serde::{Deserialize, Serialize};
use spanlight_core::weights::{state_of, write_safetensors};
use spanlight_learn::pretrain::{PretrainObjective, Source};
use spanlight_learn::{Checkpoint, Contrast, MOMENTUM, Places, Progress, Trainer};

use super::config::PretrainConfig;
use super::setup::Setup;
use crate::error::{Error, Result};
use crate::run::Run;
use crate::store::{self, RunFolder};

/// What a run remembers besides arrays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Where the next keys go.
    pub places: Places,
    /// Of the corpus it was trained on.
    pub corpus: String,
}

/// Saves the run on the corpus with this fingerprint.
///
/// # Errors
/// A full disk; what was saved before stays.
pub fn save<S: Source>(
    trainer: &Trainer<PretrainObjective<S>>,
    corpus: &str,
    run: &mut Run<'_>,
) -> Result<()> {
    let (model, optimizer) = (trainer.model(), trainer.optimizer());
    let (extra, places) = block_on(trainer.objective().contrast().state())?;
    let mut networks = block_on(state_of(model))?;
    let momentum = extra.iter().filter(|(name, _)| name.starts_with(MOMENTUM));
    networks.extend(momentum.map(|(name, array)| (name.clone(), array.clone())));
    // First, since a run whose checkpoint is that of its last step never saves again.
    let pretrained = run.folder.pretrained();
    store::write_atomic(&pretrained, &write_safetensors(&networks, None)?)?;
    let corpus = corpus.to_owned();
    let progress = Progress {
        step: trainer.finished(),
        seconds: run.seconds(),
        task: Memory { places, corpus },
    };
    let packed = block_on(Checkpoint::pack(model, optimizer, extra, &progress))?;
    run.save(&packed, progress.step)
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
