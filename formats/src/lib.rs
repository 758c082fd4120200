//! Formats of annotated text, as pure functions from bytes to sentences and back (method §2.1,
//! §2.2, §2.9). The command line, the npm package and the page read files through this crate.
//!
//! | format | record | offsets |
//! |---|---|---|
//! | [`Format::Dygie`] | document per line | inclusive, counted through the document |
//! | [`Format::Spert`] | sentence, in one JSON array or per line | half-open, or BILOU tags |
//! | [`Format::Pspe`] | sentence per line, the paper's own | half-open |
//! | [`Format::Arnor`] | sentence per line | none; mentions are found by their words |
//! | [`Format::Redocred`] | document, in one JSON array | half-open, counted through the sentence |
//! | [`Format::Re3d`] | document per line, annotations in two further files | half-open characters |
//! | [`Format::Knowledgenet`] | document or passage per line | half-open characters |
//!
//! [`read()`] stops at the first ill-formed record, [`check()`] lists all of them, [`write()`] writes
//! the paper's format. Every error names the file, the line, the field and the remedy.
//!
//! A new format is a file with a `parse` function for one record, a variant of [`Format`] with its
//! name and its telltale fields, a line in `read.rs`, and an input with its expected sentences in
//! `tests/formats`, which the browser tests read too.
//!
//! ```
//! use spanlight_formats::{Format, Options, Source, read};
//!
//! let text = concat!(
//!     r#"{"tokens": ["Marie", "leads", "Acme"], "relations": [], "#,
//!     r#""entities": [{"type": "Person", "start": 0, "end": 1}]}"#,
//! );
//! let source = Source::new("staff.json", text.as_bytes());
//! let dataset = read(source, Format::Auto, &Options::default())?;
//! assert_eq!(dataset.format, Format::Spert);
//! assert_eq!(dataset.sentences[0].entities[0].label, "Person");
//! # Ok::<(), spanlight_formats::Error>(())
//! ```

mod align;
mod arnor;
mod check;
mod defect;
mod dygie;
mod error;
mod foreign;
mod format;
mod json;
mod knowledgenet;
mod line;
mod occurrence;
mod parsed;
mod printable;
mod pspe;
pub mod re3d;
mod read;
mod records;
mod redocred;
mod source;
mod spert;
mod statistics;
mod subset;
#[cfg(test)]
mod tests;
mod trainable;
mod value;
mod wikidata;

pub use check::{Check, check};
pub use defect::{Defect, Flaw, Kind, Location, utf8};
pub use error::Error;
pub use format::Format;
pub use line::{Line, read_line};
pub use printable::{printable, shorten};
pub use pspe::{line, write};
pub use read::{Dataset, read};
pub use records::{Record, Records};
pub use source::{Options, Source};
pub use statistics::Statistics;
pub use subset::{Unit, draw_rank, subset};
pub use trainable::{Dropped, Overlap, trainable};
pub use value::{Value, decode};
