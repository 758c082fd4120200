//! What can go wrong with a file.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Why a file cannot be read or written; every message names it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operating system refused.
    #[error("{path}: cannot {action}: {source}", path = path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// File or folder concerned.
        path: PathBuf,
        /// Its reason.
        source: io::Error,
    },

    /// No room left.
    #[error(
        "{path}: not written, the disk is full; the previous content, if any, is intact",
        path = path.display()
    )]
    DiskFull {
        /// File concerned.
        path: PathBuf,
    },

    /// Not the JSON expected.
    #[error("{path}: {problem}", path = path.display())]
    Json {
        /// File concerned.
        path: PathBuf,
        /// Line, column and what is wrong.
        problem: String,
    },

    /// A new run in a folder that holds something.
    #[error(
        "{path}: the folder is not empty; choose another one, or resume the run in it",
        path = path.display()
    )]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },

    /// Nothing to resume.
    #[error("{path}: there is no run in this folder to go on with", path = path.display())]
    NoRun {
        /// The folder.
        path: PathBuf,
    },

    /// A run that has its result.
    #[error("{path}: the run in this folder is finished", path = path.display())]
    Finished {
        /// The folder.
        path: PathBuf,
    },

    /// Two runs in one folder.
    #[error("{path}: another run is at work in this folder", path = path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
}

impl StoreError {
    /// What went wrong when trying to `action` the file at `path`.
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
