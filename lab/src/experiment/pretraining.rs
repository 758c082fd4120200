//! What variants start from, trained once for all cells.

use std::path::{Path, PathBuf};

use serde_json::json;
use spanlight::machine::Machine;
use spanlight::settings::Settings;
use spanlight::store::{DONE, Lock, write_json};

use super::{
    cell::layered,
    checksum::Checksums,
    grid::{Grid, Kind},
    identity::{Folders, Identity},
    run,
};
use crate::error::Result;

/// The folder of a finished pre-training, which is trained first if it is not, and before it what
/// it starts from; nothing when it was interrupted.
///
/// # Errors
/// Whatever stops it; the next call goes on where it stopped.
pub fn start(
    grid: &Grid,
    name: &str,
    checksums: &mut Checksums,
    machine: &Machine<'_>,
) -> Result<Option<PathBuf>> {
    let identity = Identity::of_pretraining(grid, name, checksums)?;
    let folder = folder(grid, name, &identity)?;
    if finished(&folder) {
        return Ok(Some(folder));
    }
    let spec = grid.pretrainings.get(name);
    let mut settings = Settings::new();
    if let Some(from) = spec.and_then(|spec| spec.from.as_ref()) {
        let Some(earlier) = start(grid, from, checksums, machine)? else {
            return Ok(None);
        };
        settings.insert("init_from".into(), json!(earlier));
    }
    let run = match spec {
        Some(spec) if spec.kind == Kind::Finetune => {
            let config = layered(grid, &[&grid.finetune, &spec.settings, &settings])?;
            run::finetune(&config, &folder, machine)?.map(|run| run.folder)
        }
        _ => {
            let settings = grid
                .pretraining(name)?
                .into_iter()
                .chain(settings)
                .collect();
            run::pretrain(&settings, &folder, machine)?
        }
    };
    let Some(run) = run else { return Ok(None) };
    write_json(
        &run.done(),
        &json!({"id": identity.id, "inputs": identity.inputs}),
    )?;
    Ok(Some(folder))
}

/// Whether another process is at work on it or on what it starts from.
///
/// # Errors
/// Missing or contradicting settings, or an input that cannot be read.
pub fn is_taken(grid: &Grid, name: &str, checksums: &mut Checksums) -> Result<bool> {
    let identity = Identity::of_pretraining(grid, name, checksums)?;
    let folder = folder(grid, name, &identity)?;
    if finished(&folder) || Lock::taken(&folder) {
        return Ok(!finished(&folder));
    }
    let before = grid
        .pretrainings
        .get(name)
        .and_then(|spec| spec.from.as_ref());
    before.map_or(Ok(false), |name| is_taken(grid, name, checksums))
}

fn folder(grid: &Grid, name: &str, identity: &Identity) -> Result<PathBuf> {
    let parent = grid.output.join("pretrainings");
    let name = Folders::list(&parent)?.name(name, identity);
    Ok(parent.join(name))
}

fn finished(folder: &Path) -> bool {
    folder.join(DONE).is_file()
}
