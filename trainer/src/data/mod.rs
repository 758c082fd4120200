//! Annotated data from files: seven formats, one result (method §2.1, §2.2, §2.9).
//!
//! | format | record | offsets |
//! |---|---|---|
//! | [`Format::Dygie`] | document per line | inclusive, counted through the document |
//! | [`Format::Spert`] | sentence, in one JSON array or per line | half-open, or BILOU tags |
//! | [`Format::Pspe`] | sentence per line, the paper's own | half-open |
//! | [`Format::Arnor`] | sentence per line | none; mentions are found by their words |
//! | [`Format::Redocred`] | document, in one JSON array | half-open, counted through the sentence |
//! | [`Format::Re3d`] | document per line, annotations in files beside | half-open characters |
//! | [`Format::Knowledgenet`] | document or passage per line | half-open characters |

mod align;
mod arnor;
mod check;
pub(crate) mod defect;
mod dygie;
mod error;
mod escape;
mod filter;
mod format;
pub(crate) mod json;
mod knowledgenet;
mod parsed;
mod pspe;
mod re3d;
pub(crate) mod records;
mod redocred;
pub(crate) mod scan;
mod spert;
mod statistics;
mod subset;
#[cfg(test)]
pub(crate) mod tests;
mod wikidata;
mod write;

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use spanlight_core::{document::Sentence, schema::Schema};

pub use check::check;
#[cfg(test)]
pub use check::{Check, check_from};
pub use defect::{Defect, Kind};
pub use error::DataError;
pub use filter::{Overlap, trainable};
pub use format::Format;
pub use statistics::Statistics;
pub use subset::lot;
pub use subset::{Unit, subset};
pub use write::{write, write_file};

/// How to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Turn Penn Treebank escapes (`-LRB-`, ``` `` ```, `\/`) back into ordinary characters, so
    /// that the words look like the text a user enters. Default: yes.
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

/// The sentences of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// Every sentence that has words, in file order.
    pub sentences: Vec<Sentence>,
    /// Annotations left out because these formats allow what the task cannot express
    /// ([`Kind::is_fatal`] is false for all of them).
    pub defects: Vec<Defect>,
    /// The format, detected or given.
    pub format: Format,
}

/// Reads a file with the default [`Options`]; stops at the first ill-formed record.
///
/// # Errors
/// [`DataError`] with file, line, field and remedy.
pub fn read(path: &Path, format: Format) -> Result<Dataset, DataError> {
    read_with(path, format, &Options::default())
}

/// As [`read`], with options.
///
/// # Errors
/// As [`read`].
pub fn read_with(path: &Path, format: Format, options: &Options) -> Result<Dataset, DataError> {
    read_from(open(path)?, path, format, options)
}

/// As [`read_with`], from any reader; `path` only names it in messages and documents.
///
/// # Errors
/// As [`read`].
pub fn read_from(
    reader: impl BufRead,
    path: &Path,
    format: Format,
    options: &Options,
) -> Result<Dataset, DataError> {
    let (mut sentences, mut defects) = (Vec::new(), Vec::new());
    let format = scan::scan(reader, path, format, options, |place, parsed| {
        for flaw in parsed.flaws {
            let defect = Defect::new(place, flaw);
            if defect.kind.is_fatal() {
                return Err(DataError::IllFormed {
                    path: path.to_owned(),
                    defect,
                });
            }
            defects.push(defect);
        }
        sentences.extend(parsed.sentences);
        Ok(())
    })?;
    if sentences.is_empty() {
        return Err(DataError::Empty {
            path: path.to_owned(),
        });
    }
    Ok(Dataset {
        sentences,
        defects,
        format,
    })
}

/// Reads a schema that was saved as JSON.
///
/// # Errors
/// [`DataError::Schema`] if the file is not a valid schema, [`DataError::Io`] if it is unreadable.
pub fn schema_from_json(path: &Path) -> Result<Schema, DataError> {
    let fail = |problem: String| DataError::Schema {
        path: path.to_owned(),
        problem,
    };
    let schema: Schema = serde_json::from_reader(open(path)?).map_err(|e| fail(e.to_string()))?;
    schema.validate().map_err(|e| fail(e.to_string()))?;
    Ok(schema)
}

/// Collects the schema of a training file.
///
/// # Errors
/// As [`read`], and [`DataError::Schema`] if the file has no entity.
pub fn schema_from_train(
    path: &Path,
    format: Format,
    symmetric: &[&str],
) -> Result<Schema, DataError> {
    let schema = Schema::of(&read(path, format)?.sentences, symmetric);
    match schema.validate() {
        Ok(()) => Ok(schema),
        Err(e) => Err(DataError::Schema {
            path: path.to_owned(),
            problem: e.to_string(),
        }),
    }
}

fn open(path: &Path) -> Result<BufReader<File>, DataError> {
    let file = match path.is_dir() {
        true => path.join(re3d::DOCUMENTS),
        false => path.to_owned(),
    };
    match File::open(&file) {
        Ok(file) => Ok(BufReader::new(file)),
        Err(source) => Err(DataError::Io { path: file, source }),
    }
}
