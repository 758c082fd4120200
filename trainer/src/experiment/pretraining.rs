//! What variants start from, trained once for all cells.

use std::path::PathBuf;

use serde_json::json;

use super::{
    cell::layered,
    checksum::Checksums,
    folders::Folders,
    grid::{Grid, Kind},
    identity::Identity,
    pretrain::pretrain,
    run,
};
use crate::{error::Result, place::Place, store::write_json};

/// The folder of a finished pre-training, which is trained first if it is not; nothing when it was
/// interrupted.
///
/// # Errors
/// Whatever stops it; the next call goes on where it stopped.
pub fn start(
    grid: &Grid,
    name: &str,
    checksums: &mut Checksums,
    place: &Place<'_>,
) -> Result<Option<PathBuf>> {
    let identity = Identity::of_pretraining(grid, name, checksums)?;
    let parent = grid.output.join("pretrainings");
    let folder = parent.join(Folders::list(&parent)?.name(name, &identity));
    let done = folder.join("done.json");
    if done.is_file() {
        return Ok(Some(folder));
    }
    match grid.pretrainings.get(name) {
        Some(spec) if spec.kind == Kind::Finetune => {
            let config = layered(grid, &[&grid.finetune, &spec.settings])?;
            if run::complete(&config, &folder, place)?.is_none() {
                return Ok(None);
            }
        }
        _ => pretrain(&grid.pretraining(name)?, &folder, place)?,
    }
    if place.interrupt.requested() {
        return Ok(None);
    }
    write_json(
        &done,
        &json!({"id": identity.id, "inputs": identity.inputs}),
    )?;
    Ok(Some(folder))
}
