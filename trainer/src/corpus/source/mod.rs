//! Reads passages of text from files of several formats, compressed or not.

pub(super) mod format;
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

pub use list::list;

use super::{CorpusConfig, CorpusError};
use crate::data::{Flaw, Kind, Location, utf8};
use format::SourceFormat;

/// Longest record (line, row, JSON object), in bytes.
const RECORD_LIMIT: usize = 16 << 20;

/// A file of a corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Path of the file.
    pub path: PathBuf,
    /// Format of the file; never [`SourceFormat::Auto`].
    pub format: SourceFormat,
}

/// A passage of text with its location, or the flaw of a record without readable text.
pub type Passage = (Location, Result<String, Flaw>);

/// Reads the passages of one file, in order.
pub trait Passages {
    /// The next passage; `None` at the end of the file.
    ///
    /// # Errors
    /// [`CorpusError`] if the rest of the file cannot be read.
    fn next(&mut self) -> Result<Option<Passage>, CorpusError>;
}

impl Source {
    /// Opens the file; `done` counts the bytes read from disk.
    ///
    /// # Errors
    /// [`CorpusError`] if the file cannot be read or is compressed in an unknown way.
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

/// Decodes UTF-8 text; refuses NUL characters.
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
