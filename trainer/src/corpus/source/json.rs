//! Reads text from fields of JSON objects.

use std::io::BufRead;
use std::path::PathBuf;

use super::packed::{Input, error};
use super::{Passage, Passages, RECORD_LIMIT, decode};
use crate::corpus::CorpusError;
use crate::data::{self, Flaw, Kind, Records, Value, shorten};

/// Most fields that a message lists.
const MOST_FIELDS: usize = 20;

/// Reads some fields of each JSON object.
pub struct Json {
    path: PathBuf,
    records: Records<Box<dyn BufRead>>,
    columns: Vec<String>,
    /// Line of the last record.
    line: usize,
    first: bool,
}

impl Json {
    pub fn new(input: Input, columns: Vec<String>) -> Result<Self, CorpusError> {
        let Input { path, bytes } = input;
        let records = match Records::new(bytes, RECORD_LIMIT) {
            Ok(Ok(records)) => records,
            Ok(Err(start)) => {
                return Err(CorpusError::Source {
                    path,
                    problem: format!(
                        "starts with `{}`, not with `{{` or `[`, so it is no JSON; set its format \
                         with --corpus-format",
                        shorten(&String::from_utf8_lossy(&start))
                    ),
                });
            }
            Err(e) => return Err(error(&path, 0, e)),
        };
        Ok(Self {
            path,
            records,
            columns,
            line: 0,
            first: true,
        })
    }

    fn text(&self, record: &Value<'_>) -> Result<String, Flaw> {
        let mut texts = Vec::new();
        for column in &self.columns {
            match record.get(column) {
                Some(Value::Text(text)) => texts.push(decode(text.as_bytes())?),
                Some(Value::Null) => {}
                Some(_) => {
                    let problem = "no text; choose another field with --column";
                    return Err(Flaw::new(Kind::Type, column, problem));
                }
                None => {
                    let problem = "the field is missing; add it";
                    return Err(Flaw::new(Kind::Missing, column, problem));
                }
            }
        }
        Ok(texts.join("\n\n"))
    }

    /// Refuses a file whose first object lacks one of the fields.
    fn check(&mut self, record: &Value<'_>) -> Result<(), CorpusError> {
        self.first = false;
        match self.columns.iter().find(|c| record.get(c).is_none()) {
            None => Ok(()),
            Some(column) => {
                let fields: Vec<String> = match record {
                    Value::Object(fields) => fields
                        .iter()
                        .take(MOST_FIELDS)
                        .map(|(name, _)| format!("`{}`", shorten(name)))
                        .collect(),
                    _ => Vec::new(),
                };
                Err(CorpusError::Column {
                    path: self.path.clone(),
                    column: column.clone(),
                    remedy: format!(
                        "the first object has {}; choose one of them with --column",
                        fields.join(", ")
                    ),
                })
            }
        }
    }
}

impl Passages for Json {
    fn next(&mut self) -> Result<Option<Passage>, CorpusError> {
        let found = self.records.next().transpose();
        let found = found.map_err(|e| error(&self.path, self.line, e))?;
        let Some((location, record)) = found else {
            return Ok(None);
        };
        self.line = location.line;
        let text = match record
            .as_deref()
            .map_err(Clone::clone)
            .and_then(data::decode)
        {
            Ok(record) => {
                if self.first {
                    self.check(&record)?;
                }
                self.text(&record)
            }
            Err(flaw) => Err(flaw),
        };
        Ok(Some((location, text)))
    }
}
