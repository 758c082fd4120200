//! Errors of the readers and the writer.

use std::io;

use crate::{Defect, printable, shorten};

/// Why data cannot be read or written; every message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened, read or written.
    #[error("{}: {source}", printable(file))]
    Io {
        /// Name of the file.
        file: String,
        /// What the operating system says.
        source: io::Error,
    },

    /// The content belongs to no known format.
    #[error(
        "{}: unknown format: {} (formats that are read: DyGIE, SpERT, PSPE, ARNOR, DocRED, re3d and KnowledgeNet JSON)",
        printable(file),
        printable(problem)
    )]
    Unknown {
        /// Name of the file.
        file: String,
        /// What was found instead.
        problem: String,
    },

    /// A file of a format with several files is missing.
    #[error(
        "{}: `{part}` is missing; {format} keeps annotations there; put it beside the file",
        printable(file)
    )]
    Part {
        /// Name of the file.
        file: String,
        /// Name of the missing file.
        part: &'static str,
        /// Name of the format.
        format: &'static str,
    },

    /// A record breaks the rules of its format.
    #[error("{}: {defect}", printable(file))]
    IllFormed {
        /// Name of the file.
        file: String,
        /// Location and problem.
        defect: Defect,
    },

    /// The file has no sentence.
    #[error(
        "{}: no sentence found; add one, or choose another file",
        printable(file)
    )]
    Empty {
        /// Name of the file.
        file: String,
    },

    /// A schema that cannot be used.
    #[error("{}: schema: {}", printable(file), printable(problem))]
    Schema {
        /// Name of the file.
        file: String,
        /// What is wrong.
        problem: String,
    },

    /// A sentence that the paper's format cannot express.
    #[error(
        "sentence {sentence} of document `{}` cannot be written: {}",
        shorten(document),
        printable(problem)
    )]
    Unwritable {
        /// Document of the sentence.
        document: String,
        /// Index of the sentence in the document.
        sentence: usize,
        /// What is wrong and how to mend it.
        problem: String,
    },
}
