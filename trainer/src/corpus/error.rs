//! Errors of corpora.

use std::io;
use std::path::{Path, PathBuf};

use crate::data::Defect;
use crate::store::StoreError;

/// Why a corpus cannot be used; every message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The operating system refused.
    #[error("{path}: cannot read: {source}", path = path.display())]
    Io {
        /// File or folder concerned.
        path: PathBuf,
        /// Its reason.
        source: io::Error,
    },

    /// A file or folder that holds no corpus.
    #[error("{path}: {problem}", path = path.display())]
    Source {
        /// File or folder concerned.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: String,
    },

    /// A compressed file that ends too early or makes no sense.
    #[error(
        "{path}: damaged or cut off after line {line} ({source}); fetch or compress it again",
        path = path.display()
    )]
    Packed {
        /// The file.
        path: PathBuf,
        /// Last line that could be read.
        line: usize,
        /// What the decompressor says.
        source: io::Error,
    },

    /// A column that is not there.
    #[error("{path}: no column `{column}`; {remedy}", path = path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// What was asked for.
        column: String,
        /// What there is instead and what to do.
        remedy: String,
    },

    /// A record that holds no text.
    #[error("{path}: {defect}; or leave such records out with --skip-bad", path = path.display())]
    IllFormed {
        /// The file.
        path: PathBuf,
        /// Where and what.
        defect: Defect,
    },

    /// Nothing to train on.
    #[error("no sentence is left of the corpus: {problem}")]
    Empty {
        /// What became of it and what to do.
        problem: String,
    },

    /// A cache that was damaged after it was opened.
    #[error("{path}: the prepared corpus is damaged ({problem}); remove it, it is made anew", path = path.display())]
    Cache {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },

    /// A setting that makes no sense.
    #[error("{0}")]
    Usage(String),

    /// Somebody asked to stop.
    #[error("stopped before the corpus was ready; nothing was written")]
    Interrupted,

    /// Tokenizer or sampling settings.
    #[error(transparent)]
    Core(#[from] spanlight_core::Error),

    /// Writing.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CorpusError {
    /// What went wrong when reading the file at `path`.
    pub fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        Self::Io { path, source }
    }
}
