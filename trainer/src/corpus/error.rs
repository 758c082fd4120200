//! Errors of corpora.

use std::io;
use std::path::{Path, PathBuf};

use crate::data::{Defect, printable, shorten};
use crate::output::shown;
use crate::store::StoreError;

/// Why a corpus cannot be used; every message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// A file or folder cannot be read.
    #[error("{path}: cannot read: {source}", path = shown(path))]
    Io {
        /// File or folder concerned.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },

    /// A file or folder that holds no corpus.
    #[error("{path}: {problem}", path = shown(path), problem = printable(problem))]
    Source {
        /// File or folder concerned.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: String,
    },

    /// A compressed file is truncated or damaged.
    #[error(
        "{path}: damaged or cut off after line {line} ({source}); fetch or compress it again",
        path = shown(path)
    )]
    Packed {
        /// The file.
        path: PathBuf,
        /// Last line that could be read.
        line: usize,
        /// What the decompressor says.
        source: io::Error,
    },

    /// A column is missing.
    #[error(
        "{path}: no column `{column}`; {remedy}",
        path = shown(path),
        column = shorten(column),
        remedy = printable(remedy)
    )]
    Column {
        /// The file.
        path: PathBuf,
        /// Name or number of the column.
        column: String,
        /// The columns that exist, and what to do.
        remedy: String,
    },

    /// A record holds no readable text.
    #[error("{path}: {defect}; or skip such records with --skip-bad", path = shown(path))]
    IllFormed {
        /// The file.
        path: PathBuf,
        /// Location and problem.
        defect: Defect,
    },

    /// The corpus has no usable sentence.
    #[error("the corpus has no usable sentence: {problem}")]
    Empty {
        /// What happened to its sentences, and what to do.
        problem: String,
    },

    /// A cache that was damaged after it was opened.
    #[error("{path}: the prepared corpus is damaged ({problem}); remove it and run the command again", path = shown(path))]
    Cache {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },

    /// A setting has an invalid value.
    #[error("{0}")]
    Usage(String),

    /// The user asked to stop.
    #[error("stopped before the corpus was ready; nothing was written")]
    Interrupted,

    /// The tokenizer fails, or the sampling settings are invalid.
    #[error(transparent)]
    Core(#[from] spanlight_core::Error),

    /// A file cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CorpusError {
    /// The error of reading the file or folder at `path`.
    pub fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        Self::Io { path, source }
    }
}
