//! Errors of files and run folders.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Why a file or folder cannot be read or written; every message names it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operating system reports an error.
    #[error("{path}: cannot {action}: {source}", path = path.display())]
    Io {
        /// The action that failed, such as `read`.
        action: &'static str,
        /// File or folder concerned.
        path: PathBuf,
        /// The reason that it reports.
        source: io::Error,
    },

    /// The disk is full.
    #[error(
        "{path}: not written, the disk is full; free some space (the previous content, if any, is intact)",
        path = path.display()
    )]
    DiskFull {
        /// File concerned.
        path: PathBuf,
    },

    /// A file does not hold the expected JSON.
    #[error("{path}: {problem}", path = path.display())]
    Json {
        /// File concerned.
        path: PathBuf,
        /// Line, column and what is wrong.
        problem: String,
    },

    /// The folder of a new run is not empty.
    #[error(
        "{path}: the folder is not empty; choose another one, or go on with the run in it (--resume)",
        path = path.display()
    )]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },

    /// The folder holds no run to resume.
    #[error("{path}: there is no run in this folder to resume; check the name of the folder", path = path.display())]
    NoRun {
        /// The folder.
        path: PathBuf,
    },

    /// The run in the folder is finished.
    #[error("{path}: the run in this folder is finished; choose another folder", path = path.display())]
    Finished {
        /// The folder.
        path: PathBuf,
    },

    /// Another run uses the folder.
    #[error("{path}: another run uses this folder; wait for it or choose another folder", path = path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
}

impl StoreError {
    /// The error of trying to `action` the file at `path`.
    pub fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Io {
                action,
                path,
                source,
            },
        }
    }
}
