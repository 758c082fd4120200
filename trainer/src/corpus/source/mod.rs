//! Where text comes from: files, folders, formats, compression.

mod format;
mod json;
mod list;
mod packed;
mod parquet;
mod table;
#[cfg(test)]
mod tests;
mod text;

use std::path::PathBuf;
use std::sync::{Arc, atomic::AtomicU64};

pub use format::SourceFormat;
pub use list::list;

use super::{CorpusConfig, CorpusError};
use crate::data::{Flaw, Kind, Location, utf8};

/// Longest record (line, row, JSON object), in bytes.
const RECORD_LIMIT: usize = 16 << 20;

/// A file of a corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it is.
    pub path: PathBuf,
    /// How it is written; never [`SourceFormat::Auto`].
    pub format: SourceFormat,
}

/// A text found in a file, or why there is none where one should be.
pub type Passage = (Location, Result<String, Flaw>);

/// The texts of one file, in order.
pub trait Passages {
    /// The next text; nothing at the end.
    ///
    /// # Errors
    /// [`CorpusError`] for what makes the rest of the file unreadable.
    fn next(&mut self) -> Result<Option<Passage>, CorpusError>;
}

impl Source {
    /// Opens the file; `done` counts the bytes read from disk.
    ///
    /// # Errors
    /// [`CorpusError`] for a file that is unreadable or packed in an unknown way.
    pub fn open(
        &self,
        config: &CorpusConfig,
        done: &Arc<AtomicU64>,
    ) -> Result<Box<dyn Passages>, CorpusError> {
        let columns = config.columns();
        let unpacked = || packed::open(&self.path, done);
        Ok(match self.format {
            SourceFormat::Tsv => Box::new(table::Table::tabs(unpacked()?, columns)),
            SourceFormat::Csv => Box::new(table::Table::commas(unpacked()?, columns)),
            SourceFormat::Jsonl => Box::new(json::Json::new(unpacked()?, columns)?),
            SourceFormat::Parquet => Box::new(parquet::Parquet::open(&self.path, columns, done)?),
            SourceFormat::Text | SourceFormat::Auto => {
                Box::new(text::Text::new(unpacked()?, config.unit))
            }
        })
    }
}

/// Bytes as text without NUL characters.
fn decode(bytes: &[u8]) -> Result<String, Flaw> {
    let text = utf8(bytes)?;
    match text.find('\0') {
        Some(at) => Err(Flaw::new(
            Kind::Nul,
            "",
            format!(
                "byte {} is a NUL character, as in binary and UTF-16 files; convert the file to \
                 UTF-8 text",
                at + 1
            ),
        )),
        None => Ok(text.to_owned()),
    }
}
