//! Keeps other processes out of a folder.

use std::{
    fs::{File, TryLockError},
    io,
    path::Path,
};

use super::StoreError;

/// Name of the lock file.
pub(super) const LOCK: &str = "lock";

/// A lock on a folder. While this value lives, no other process can lock the folder; the operating
/// system releases the lock when the process ends, even if it is killed.
#[derive(Debug)]
pub struct Lock(#[allow(dead_code, reason = "it is held, not used")] File);

impl Lock {
    /// Locks an existing folder.
    ///
    /// # Errors
    /// [`StoreError::Locked`] and [`StoreError::Io`].
    pub fn take(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(LOCK);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|e| StoreError::io("create", &path, e))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            // Some network file systems cannot lock; training without a lock is better than none.
            Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => Ok(Self(file)),
            Err(TryLockError::Error(e)) => Err(StoreError::io("lock", &path, e)),
            Err(TryLockError::WouldBlock) => {
                let path = folder.to_owned();
                Err(StoreError::Locked { path })
            }
        }
    }

    /// Whether another process holds the lock of a folder, which need not exist.
    pub fn taken(folder: &Path) -> bool {
        // A shared lock, so that processes that only look do not block each other.
        let locked = |file: File| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
        File::options()
            .write(true)
            .open(folder.join(LOCK))
            .is_ok_and(locked)
    }
}
