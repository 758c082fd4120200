//! The error type of `lab`.

use std::path::PathBuf;

/// What can stop a command; every message names the file or field and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something that `spanlight` does too: training, reading data, opening models.
    #[error(transparent)]
    Spanlight(spanlight::Error),
    /// A malformed grid, recipe or table of figures.
    #[error("{path}: {problem}", path = path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A folder without what a command needs.
    #[error("{path}: {problem}", path = path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is missing and what to do.
        problem: String,
    },
    /// Arguments that contradict each other or the data.
    #[error("{0}")]
    Usage(String),
    /// Cells of an experiment that failed.
    #[error(
        "{failed} of {cells} cells failed; --dry-run lists them with their errors, and the same \
         command without it tries them again"
    )]
    Cells {
        /// How many failed.
        failed: usize,
        /// Cells of the grid.
        cells: usize,
    },
}

/// Whatever the trainer's error can be made from.
impl<E: Into<spanlight::Error>> From<E> for Error {
    fn from(error: E) -> Self {
        Self::Spanlight(error.into())
    }
}

/// Result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
