//! What a run saves: its checkpoint, and the networks that other runs start from.

use pollster::block_on;
use serde::{Deserialize, Serialize};
use spanlight_core::pretrain::momentum::{MOMENTUM, QueueRows};
use spanlight_core::weights::{state_of, write_safetensors};
use spanlight_learn::pretrain::{PretrainObjective, Source};
use spanlight_learn::{Checkpoint, Progress, Trainer};

use crate::error::Result;
use crate::run::Run;
use crate::store;

/// What a run remembers besides arrays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Rows of the next keys in the queues.
    pub places: QueueRows,
    /// Fingerprint of the corpus that it is trained on.
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
