//! Errors of the readers and the writer.

use std::{io, path::PathBuf};

use super::Defect;

/// Why data cannot be read or written; every message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The operating system refused.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// File concerned.
        path: PathBuf,
        /// Its reason.
        source: io::Error,
    },

    /// The format cannot be told from the content.
    #[error(
        "{path}: unknown format: {problem}; expected DyGIE, SpERT, PSPE, ARNOR, DocRED, re3d or KnowledgeNet JSON",
        path = path.display()
    )]
    Unknown {
        /// File concerned.
        path: PathBuf,
        /// What was found instead.
        problem: String,
    },

    /// A record breaks the rules of its format.
    #[error("{path}: {defect}", path = path.display())]
    IllFormed {
        /// File concerned.
        path: PathBuf,
        /// Where and what.
        defect: Defect,
    },

    /// No sentence at all.
    #[error("{path}: no sentence found; the file must hold at least one", path = path.display())]
    Empty {
        /// File concerned.
        path: PathBuf,
    },

    /// A schema that cannot be used.
    #[error("{path}: schema: {problem}", path = path.display())]
    Schema {
        /// File concerned.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },

    /// A sentence that the paper's format cannot express.
    #[error("sentence {sentence} of document `{document}` cannot be written: {problem}")]
    Unwritable {
        /// Document of the sentence.
        document: String,
        /// Its position there.
        sentence: usize,
        /// What is wrong and how to mend it.
        problem: String,
    },
}
