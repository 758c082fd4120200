//! Defects of records, and their locations in a file.

use std::fmt::{Display, Formatter};

use serde::{Deserialize, Serialize};

use crate::printable::printable;

/// Classes of defects, as counted by `data check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Bytes that are not UTF-8.
    Utf8,
    /// A NUL character, as in binary files.
    Nul,
    /// Not JSON, or cut off.
    Syntax,
    /// Longer than [`Options::record_limit`](crate::Options::record_limit).
    TooLong,
    /// A required field is absent.
    Missing,
    /// A field holds another type of value.
    Type,
    /// A word is empty.
    Word,
    /// Two lists that belong together differ in length.
    Length,
    /// A span is empty, reversed or leaves its sentence.
    Span,
    /// A mention's text differs from the words at its offsets.
    Text,
    /// A BILOU tag that cannot follow its predecessor.
    Tag,
    /// A label that is empty, reserved or missing from the schema.
    Label,
    /// A mention id given twice.
    Id,
    /// A relation's argument is no mention of the sentence.
    Argument,
    /// A sentence without words (skipped).
    Empty,
    /// A relation between two sentences (left out).
    CrossSentence,
    /// A mention whose words do not occur in the sentence (left out with its relations).
    NotFound,
    /// A mention that is blank or has its borders inside words or in two sentences (left out).
    Unaligned,
}

impl Kind {
    /// Whether a reader stops at such a defect; otherwise it leaves the annotation out.
    pub fn is_fatal(self) -> bool {
        !matches!(
            self,
            Self::Empty | Self::CrossSentence | Self::NotFound | Self::Unaligned
        )
    }

    /// Name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "invalid UTF-8",
            Self::Nul => "NUL character",
            Self::Syntax => "invalid JSON",
            Self::TooLong => "record too long",
            Self::Missing => "missing field",
            Self::Type => "wrong type",
            Self::Word => "empty word",
            Self::Length => "lengths differ",
            Self::Span => "bad span",
            Self::Text => "text differs",
            Self::Tag => "bad tag",
            Self::Label => "bad label",
            Self::Id => "repeated id",
            Self::Argument => "unknown argument",
            Self::Empty => "empty sentence",
            Self::CrossSentence => "cross-sentence relation",
            Self::NotFound => "mention not found",
            Self::Unaligned => "mention off the words",
        }
    }
}

/// A defect whose location in the file is not known yet.
#[derive(Debug, Clone)]
pub struct Flaw {
    /// Class of the defect.
    pub kind: Kind,
    /// Path of the field inside the record; empty for the record as a whole.
    pub field: String,
    /// What is wrong and how to mend it.
    pub problem: String,
}

impl Flaw {
    /// A flaw of a field.
    pub fn new(kind: Kind, field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            kind,
            field: field.into(),
            problem: problem.into(),
        }
    }

    /// A flaw of a record of more than `limit` bytes.
    pub fn too_long(limit: usize) -> Self {
        let problem = format!("record of more than {limit} bytes; split it");
        Self::new(Kind::TooLong, "", problem)
    }
}

/// Decodes bytes as text.
///
/// # Errors
/// A [`Flaw`] that names the first byte that is not UTF-8.
pub fn utf8(bytes: &[u8]) -> Result<&str, Flaw> {
    std::str::from_utf8(bytes).map_err(|e| {
        let problem = format!(
            "byte {} is not UTF-8; convert the file to UTF-8",
            e.valid_up_to() + 1
        );
        Flaw::new(Kind::Utf8, "", problem)
    })
}

/// Where a record starts; lines and records count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// Line where the record starts.
    pub line: usize,
    /// Number of the record.
    pub record: usize,
    /// Whether the file is one JSON array, so that messages number the record.
    pub in_array: bool,
}

/// A defect of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Defect {
    /// Line where the record starts, from 1.
    pub line: usize,
    /// Number of the record, from 1, in files that are one JSON array.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<usize>,
    /// Class of the defect.
    pub kind: Kind,
    /// Path of the field inside the record; empty for the record as a whole.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// What is wrong and how to mend it.
    pub problem: String,
}

impl Defect {
    /// A flaw with its location; foreign text in it becomes [`printable`].
    pub fn new(location: Location, flaw: Flaw) -> Self {
        let Flaw {
            kind,
            field,
            problem,
        } = flaw;
        let record = location.in_array.then_some(location.record);
        Self {
            line: location.line,
            record,
            kind,
            field: printable(&field).into_owned(),
            problem: printable(&problem).into_owned(),
        }
    }
}

impl Display for Defect {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(record) = self.record {
            write!(f, ", record {record}")?;
        }
        if !self.field.is_empty() {
            write!(f, ", field `{}`", self.field)?;
        }
        write!(f, ": {}", self.problem)
    }
}
