//! The input of a reader: files as names and bytes, and options.

use std::{io::BufRead, path::Path};

/// An annotated file: its name and its bytes.
///
/// The name appears in messages and, in formats that do not name their documents, as the document.
#[derive(Debug)]
pub struct Source<R> {
    pub(crate) name: String,
    pub(crate) bytes: R,
    /// Further files that belong to it, with their names.
    pub(crate) parts: Vec<(String, R)>,
}

impl<R: BufRead> Source<R> {
    /// A single file.
    pub fn new(name: impl Into<String>, bytes: R) -> Self {
        Self {
            name: name.into(),
            bytes,
            parts: Vec::new(),
        }
    }

    /// Adds a file that belongs to it, such as re3d's [`PARTS`](crate::re3d::PARTS).
    #[must_use]
    pub fn with_part(mut self, name: impl Into<String>, bytes: R) -> Self {
        self.parts.push((name.into(), bytes));
        self
    }
}

/// Last component of a name without its extension; names the document where the record does not.
pub(crate) fn stem(name: &str) -> &str {
    let stem = Path::new(name).file_stem().and_then(|stem| stem.to_str());
    stem.unwrap_or_default()
}

/// Options of a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Turn Penn Treebank escapes (`-LRB-`, ``` `` ```, `\/`) back into ordinary characters, so
    /// that the words look like the text a user enters. Default: `true`.
    pub unescape: bool,
    /// Longest record in bytes. Default: 64 MiB.
    pub record_limit: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            unescape: true,
            record_limit: 64 << 20,
        }
    }
}
