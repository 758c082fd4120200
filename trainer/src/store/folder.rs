//! The folder of a run.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    StoreError,
    atomic::UNFINISHED,
    lock::{LOCK, Lock},
};

/// Name of the file with the sizes and switches of a run's model.
pub const MODEL: &str = "model.json";
/// Name of the file with the model of a fine-tuning.
pub const FINETUNED: &str = "best.safetensors";
/// Name of the file with the networks of a pre-training.
pub const PRETRAINED: &str = "pretrained.safetensors";
/// Name of the file from which a run goes on.
pub const CHECKPOINT: &str = "checkpoint.safetensors";
/// Name of the file with the labels.
pub const SCHEMA: &str = "schema.json";
/// Name of the file that marks a finished pre-training of an experiment.
pub const DONE: &str = "done.json";

/// Names of the files that a run writes.
const FILES: [&str; 15] = [
    LOCK,
    "config.json",
    MODEL,
    CHECKPOINT,
    FINETUNED,
    PRETRAINED,
    "corpus.json",
    "events.jsonl",
    "training.svg",
    SCHEMA,
    "tokenizer.json",
    "predictions.jsonl",
    RESULT,
    DONE,
    "problem.txt",
];

/// Whether a run writes a file of this name.
fn of_a_run(name: &str) -> bool {
    FILES.contains(&name) || name.ends_with(UNFINISHED)
}

/// Name of the file with the scores of a finished cell of an experiment.
const RESULT: &str = "result.json";

/// The folder of one run; while this value lives, no other run can open it.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    _lock: Lock,
}

impl RunFolder {
    /// Creates the folder of a new run, or takes an empty folder, or one whose run never saved anything.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`], [`StoreError::Locked`] and [`StoreError::Io`].
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(path).map_err(|e| StoreError::io("create the folder", path, e))?;
        // Checked before locking too, so that a folder with other files gets no lock file.
        Self::check_unsaved(path)?;
        let folder = Self::lock(path)?;
        // Another run may have used the folder since the check.
        Self::check_unsaved(path)?;
        folder.clear()?;
        Ok(folder)
    }

    /// Refuses a folder that holds anything but what a run writes before it saves.
    fn check_unsaved(path: &Path) -> Result<(), StoreError> {
        let saved = [CHECKPOINT, FINETUNED, PRETRAINED, RESULT, DONE];
        let names = names(path)?;
        if names
            .iter()
            .all(|name| of_a_run(name) && !saved.contains(&name.as_str()))
        {
            return Ok(());
        }
        let path = path.to_owned();
        Err(StoreError::NotEmpty { path })
    }

    /// Removes all files but the lock.
    fn clear(&self) -> Result<(), StoreError> {
        for name in names(&self.path)? {
            if name != LOCK {
                remove(&self.path.join(name))?;
            }
        }
        Ok(())
    }

    /// Opens the folder of an interrupted run and removes the files that a killed run left
    /// half-written. Also returns whether there is a checkpoint to resume from.
    ///
    /// # Errors
    /// [`StoreError::NoRun`], [`StoreError::Locked`] and [`StoreError::Io`].
    pub fn resume(path: &Path) -> Result<(Self, bool), StoreError> {
        if !path.join("config.json").is_file() {
            let path = path.to_owned();
            return Err(StoreError::NoRun { path });
        }
        let folder = Self::lock(path)?;
        sweep(path)?;
        let resumed = folder.checkpoint().is_file();
        Ok((folder, resumed))
    }

    /// Creates the folder of a run, or opens it to resume the run. Also returns whether there is a
    /// checkpoint to resume from; without one, the files of the earlier attempt are removed.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`] for a folder that holds anything else, [`StoreError::Finished`] for
    /// one with a result or marked as done, [`StoreError::Locked`] and [`StoreError::Io`].
    pub fn create_or_resume(path: &Path) -> Result<(Self, bool), StoreError> {
        fs::create_dir_all(path).map_err(|e| StoreError::io("create the folder", path, e))?;
        if !names(path)?.iter().all(|name| of_a_run(name)) {
            let path = path.to_owned();
            return Err(StoreError::NotEmpty { path });
        }
        let folder = Self::lock(path)?;
        // Another process may have finished the run since the check.
        if folder.result().is_file() || folder.done().is_file() {
            let path = path.to_owned();
            return Err(StoreError::Finished { path });
        }
        let resumed = folder.checkpoint().is_file();
        if resumed {
            sweep(path)?;
        } else {
            folder.clear()?;
        }
        Ok((folder, resumed))
    }

    fn lock(path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            path: path.to_owned(),
            _lock: Lock::take(path)?,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The configuration of the run.
    pub fn config(&self) -> PathBuf {
        self.path.join("config.json")
    }

    /// Sizes and switches of the model.
    pub fn model_config(&self) -> PathBuf {
        self.path.join(MODEL)
    }

    /// Weights, optimiser state and position of the run: in one file, since two files cannot be
    /// replaced atomically.
    pub fn checkpoint(&self) -> PathBuf {
        self.path.join(CHECKPOINT)
    }

    /// The networks of a pre-training.
    pub fn pretrained(&self) -> PathBuf {
        self.path.join(PRETRAINED)
    }

    /// Counts of the corpus of a pre-training run.
    pub fn corpus(&self) -> PathBuf {
        self.path.join("corpus.json")
    }

    /// The weights of the best evaluation.
    pub fn best(&self) -> PathBuf {
        self.path.join(FINETUNED)
    }

    /// The events of the run, which [`crate::sinks::Jsonl`] writes.
    pub fn events(&self) -> PathBuf {
        self.path.join("events.jsonl")
    }

    /// The chart of the run, which [`crate::sinks::Plot`] draws.
    pub fn chart(&self) -> PathBuf {
        self.path.join("training.svg")
    }

    /// Entity and relation types.
    pub fn schema(&self) -> PathBuf {
        self.path.join(SCHEMA)
    }

    /// The predictions of the best weights on the test data.
    pub fn predictions(&self) -> PathBuf {
        self.path.join("predictions.jsonl")
    }

    /// Scores of a finished cell of an experiment.
    pub fn result(&self) -> PathBuf {
        self.path.join(RESULT)
    }

    /// Marks a finished pre-training of an experiment.
    pub fn done(&self) -> PathBuf {
        self.path.join(DONE)
    }

    /// The tokenizer.
    pub fn tokenizer(&self) -> PathBuf {
        self.path.join("tokenizer.json")
    }
}

/// Removes the files that killed processes left half-written in a folder.
///
/// # Errors
/// [`StoreError::Io`].
pub fn sweep(folder: &Path) -> Result<(), StoreError> {
    for name in names(folder)?.iter().filter(|n| n.ends_with(UNFINISHED)) {
        remove(&folder.join(name))?;
    }
    Ok(())
}

/// Removes a file, if it is still there.
///
/// # Errors
/// [`StoreError::Io`].
pub fn remove(file: &Path) -> Result<(), StoreError> {
    match fs::remove_file(file) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(StoreError::io("remove", file, e)),
        _ => Ok(()),
    }
}

fn names(folder: &Path) -> Result<Vec<String>, StoreError> {
    let list = || {
        fs::read_dir(folder)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<_>>()
    };
    list().map_err(|e| StoreError::io("list", folder, e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::write_atomic;

    #[test]
    fn a_new_run_needs_an_empty_folder() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("runs/first");
        let run = RunFolder::create(&path).unwrap();
        assert!(matches!(
            RunFolder::create(&path),
            Err(StoreError::Locked { .. })
        ));
        drop(run);
        let run = RunFolder::create(&path).unwrap();
        write_atomic(&run.config(), b"{}").unwrap();
        drop(run);
        // A run that failed before it saved anything is in nobody's way.
        let run = RunFolder::create(&path).unwrap();
        assert_eq!(names(&path).unwrap(), [LOCK]);
        write_atomic(&run.checkpoint(), b"weights").unwrap();
        drop(run);
        let error = RunFolder::create(&path).unwrap_err().to_string();
        assert!(error.contains("first: the folder is not empty"), "{error}");
    }

    #[test]
    fn a_folder_with_other_files_gets_no_lock_file() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.tex"), "").unwrap();
        assert!(RunFolder::create(folder.path()).is_err());
        assert!(RunFolder::resume(folder.path()).is_err());
        assert_eq!(names(folder.path()).unwrap(), ["thesis.tex"]);
    }

    #[test]
    fn resuming_needs_a_run_and_removes_half_written_files() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::create(folder.path()).unwrap();
        assert!(matches!(
            RunFolder::resume(folder.path()),
            Err(StoreError::NoRun { .. })
        ));
        write_atomic(&run.config(), b"{}").unwrap();
        fs::write(folder.path().join(".best.safetensors.x.unfinished"), "").unwrap();
        assert!(matches!(
            RunFolder::resume(folder.path()),
            Err(StoreError::Locked { .. })
        ));
        drop(run);
        let (run, resumed) = RunFolder::resume(folder.path()).unwrap();
        assert!(!resumed);
        write_atomic(&run.checkpoint(), b"weights").unwrap();
        drop(run);
        let (run, resumed) = RunFolder::resume(folder.path()).unwrap();
        assert!(resumed);
        let mut left = names(&run.path).unwrap();
        left.sort();
        assert_eq!(left, ["checkpoint.safetensors", "config.json", "lock"]);
    }

    #[test]
    fn a_run_without_a_checkpoint_starts_again_and_keeps_other_files() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("cell");
        let (run, resumed) = RunFolder::create_or_resume(&path).unwrap();
        assert!(!resumed);
        write_atomic(&run.config(), b"{}").unwrap();
        write_atomic(&run.events(), b"").unwrap();
        drop(run);
        let (run, resumed) = RunFolder::create_or_resume(&path).unwrap();
        assert!(!resumed && !run.config().exists());
        write_atomic(&run.checkpoint(), b"weights").unwrap();
        write_atomic(&run.best(), b"weights").unwrap();
        assert!(matches!(
            RunFolder::create_or_resume(&path),
            Err(StoreError::Locked { .. })
        ));
        drop(run);
        let (run, resumed) = RunFolder::create_or_resume(&path).unwrap();
        assert!(resumed && run.best().exists());
        drop(run);
        fs::remove_file(path.join("checkpoint.safetensors")).unwrap();
        fs::write(path.join("thesis.tex"), "").unwrap();
        assert!(matches!(
            RunFolder::create_or_resume(&path),
            Err(StoreError::NotEmpty { .. })
        ));
        assert!(path.join("best.safetensors").exists());
        fs::remove_file(path.join("thesis.tex")).unwrap();
        write_atomic(&path.join("result.json"), b"{}").unwrap();
        assert!(matches!(
            RunFolder::create_or_resume(&path),
            Err(StoreError::Finished { .. })
        ));
        assert!(path.join("best.safetensors").exists());
    }
}
