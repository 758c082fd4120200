//! Private folders for work in progress.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, OnceLock, PoisonError};

use anyhow::{Context, Result};

use crate::folders::Folders;

/// The folders that a signal must remove.
static OPEN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static HANDLER: OnceLock<()> = OnceLock::new();
/// What a shell reports for a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// A folder in the cache, which other users cannot enter. It is empty at first, and gone when it is dropped or
/// the program is interrupted.
pub struct Scratch {
    path: PathBuf,
    /// Keeps other processes out of the folder while it is open.
    _lock: File,
}

impl Scratch {
    /// Opens the folder `name`; waits while another process has it open, and removes what a killed one left.
    pub fn open(folders: &Folders, name: &str) -> Result<Self> {
        Self::open_in(&folders.cache.join("scratch"), name)
    }

    fn open_in(parent: &Path, name: &str) -> Result<Self> {
        fs::create_dir_all(parent)
            .with_context(|| format!("cannot create {}", parent.display()))?;
        let lock_path = parent.join(format!("{name}.lock"));
        let lock = File::create(&lock_path)
            .and_then(|file| file.lock().map(|()| file))
            .with_context(|| format!("cannot lock {}", lock_path.display()))?;
        let path = parent.join(name);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot empty {}", path.display()));
            }
            _ => {}
        }
        HANDLER.get_or_init(|| {
            // Without a handler the folder stays until its next use, which is no reason to stop.
            let _ = ctrlc::set_handler(|| {
                for path in open().iter() {
                    let _ = fs::remove_dir_all(path);
                }
                process::exit(INTERRUPTED);
            });
        });
        open().push(path.clone());
        fs::create_dir(&path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(Self { path, _lock: lock })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
        open().retain(|path| *path != self.path);
    }
}

fn open() -> std::sync::MutexGuard<'static, Vec<PathBuf>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_empty_at_first_and_gone_at_the_end() {
        let parent = tempfile::tempdir().unwrap();
        let left = parent.path().join("work/left-by-a-killed-process");
        fs::create_dir_all(&left).unwrap();
        let scratch = Scratch::open_in(parent.path(), "work").unwrap();
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
        fs::write(scratch.path().join("file"), "text").unwrap();
        drop(scratch);
        assert!(!parent.path().join("work").exists());
    }

    #[test]
    fn a_folder_is_open_once_at_a_time() {
        let parent = tempfile::tempdir().unwrap();
        let _first = Scratch::open_in(parent.path(), "work").unwrap();
        let lock = File::open(parent.path().join("work.lock")).unwrap();
        assert!(lock.try_lock().is_err());
    }
}
