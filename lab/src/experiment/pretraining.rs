//! Pre-trainings, each trained once for all cells that start from it.

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

/// Returns the folder of a finished pre-training; `None` after an interruption.
///
/// An unfinished pre-training is trained first, after the pre-training from which it starts.
///
/// # Errors
/// Everything that stops the training; the next call resumes it.
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

/// Whether another process trains this pre-training or one from which it starts.
///
/// # Errors
/// Missing or contradictory settings, or an input that cannot be read.
pub fn is_taken(grid: &Grid, name: &str, checksums: &mut Checksums) -> Result<bool> {
    let identity = Identity::of_pretraining(grid, name, checksums)?;
    let folder = folder(grid, name, &identity)?;
    if finished(&folder) || Lock::taken(&folder) {
        return Ok(!finished(&folder));
    }
    let from = grid
        .pretrainings
        .get(name)
        .and_then(|spec| spec.from.as_ref());
    from.map_or(Ok(false), |name| is_taken(grid, name, checksums))
}

fn folder(grid: &Grid, name: &str, identity: &Identity) -> Result<PathBuf> {
    let parent = grid.output.join("pretrainings");
    let name = Folders::list(&parent)?.name(name, identity);
    Ok(parent.join(name))
}

fn finished(folder: &Path) -> bool {
    folder.join(DONE).is_file()
}
