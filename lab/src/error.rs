//! The error type of `lab`.

use std::path::PathBuf;

use spanlight::Fatal;

/// An error that stops a command. Every message names the file or field and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An error of the crate `spanlight`: training, reading data, opening models.
    #[error(transparent)]
    Spanlight(spanlight::Error),
    /// A malformed grid, recipe or table of published figures.
    #[error("{path}: {problem}", path = path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong, and the remedy.
        problem: String,
    },
    /// A folder that lacks a file or does not fit.
    #[error("{path}: {problem}", path = path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is missing or differs, and the remedy.
        problem: String,
    },
    /// Arguments that contradict each other or the data.
    #[error("{0}")]
    Usage(String),
    /// Failed cells of an experiment.
    #[error(
        "{failed} of {cells} cells failed; add --dry-run to list them with their errors, or run the same \
         command to try them again"
    )]
    Cells {
        /// Number of failed cells.
        failed: usize,
        /// Number of cells in the grid.
        cells: usize,
    },
}

impl Fatal for Error {
    fn status(&self) -> u8 {
        match self {
            Self::Spanlight(error) => error.status(),
            _ => 1,
        }
    }
}

/// Every error that converts into an error of `spanlight`.
impl<E: Into<spanlight::Error>> From<E> for Error {
    fn from(error: E) -> Self {
        Self::Spanlight(error.into())
    }
}

/// Result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
