//! The program's error type.

use std::path::PathBuf;

use crate::corpus::CorpusError;
use crate::data::DataError;
use crate::device::DeviceError;
use crate::interrupt::Stop;
use crate::store::StoreError;

/// Why a command stops; every message names the place and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The model or a bundle fails.
    #[error(transparent)]
    Core(#[from] spanlight_core::Error),
    /// A file of annotated data cannot be read or written.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A corpus cannot be used.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// The compute device cannot be used.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// A file of a run cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A settings file is malformed.
    #[error("{path}: {problem}", path = path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A folder is no encoder, run or bundle.
    #[error("{path}: {problem}", path = path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is missing and what to do.
        problem: String,
    },
    /// Arguments are invalid or contradict each other.
    #[error("{0}")]
    Usage(String),
    /// A signal or the end of its time stopped a command, which has saved what it did.
    #[error("stopped ({reason}); to go on, {resume}", reason = stop.reason())]
    Stopped {
        /// What stopped it.
        stop: Stop,
        /// How to go on.
        resume: String,
    },
    /// A training step fails.
    #[error(transparent)]
    Learn(spanlight_learn::Error),
    /// An event cannot be shown or stored.
    #[error(transparent)]
    Sink(#[from] crate::event::SinkError),
    /// Standard input cannot be read, or standard output cannot be written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// An error that ends a program with an exit status.
pub trait Fatal: std::error::Error {
    /// The status: above 0, and 1 unless it says more.
    fn status(&self) -> u8;
}

impl Fatal for Error {
    fn status(&self) -> u8 {
        match self {
            Self::Stopped { stop, .. } => stop.status(),
            _ => 1,
        }
    }
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
