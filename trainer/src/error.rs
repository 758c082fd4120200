//! The program's error type.

use std::path::PathBuf;

use crate::corpus::CorpusError;
use crate::data::DataError;
use crate::device::DeviceError;
use crate::store::StoreError;

/// What can stop a command; every message says where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The model or a bundle.
    #[error(transparent)]
    Core(#[from] spanlight_core::Error),
    /// A data file.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A corpus.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// The compute device.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// A file of ours.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A malformed settings file.
    #[error("{path}: {problem}", path = path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A folder that is no encoder, run or bundle.
    #[error("{path}: {problem}", path = path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is missing and what to do.
        problem: String,
    },
    /// Arguments that contradict each other.
    #[error("{0}")]
    Usage(String),
    /// A training step.
    #[error(transparent)]
    Learn(spanlight_learn::Error),
    /// Showing or storing an event.
    #[error(transparent)]
    Sink(#[from] crate::event::SinkError),
    /// Reading standard input or writing standard output.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Result with this program's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<spanlight_learn::Error> for Error {
    fn from(error: spanlight_learn::Error) -> Self {
        match error {
            spanlight_learn::Error::Core(error) => Self::Core(error),
            error => Self::Learn(error),
        }
    }
}
