//! Reads text from fields of JSON objects.

use std::io::BufRead;
use std::path::PathBuf;

use serde_json::Value;

use super::packed::{Input, error};
use super::{Passage, Passages, RECORD_LIMIT, decode};
use crate::corpus::CorpusError;
use crate::data::{self, Flaw, Kind, Records};

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
            Ok(Err(byte)) => {
                return Err(CorpusError::Source {
                    path,
                    problem: format!(
                        "starts with `{}`, not with `{{` or `[`, so it is no JSON; set its format \
                         with --corpus-format",
                        byte.escape_ascii()
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

    fn text(&self, record: &Value) -> Result<String, Flaw> {
        let mut texts = Vec::new();
        for column in &self.columns {
            match record.get(column) {
                Some(Value::String(text)) => texts.push(decode(text.as_bytes())?),
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
    fn check(&mut self, record: &Value) -> Result<(), CorpusError> {
        self.first = false;
        match self.columns.iter().find(|c| record.get(c).is_none()) {
            None => Ok(()),
            Some(column) => {
                let fields: Vec<String> = record
                    .as_object()
                    .into_iter()
                    .flat_map(serde_json::Map::keys)
                    .map(|name| format!("`{name}`"))
                    .collect();
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
        let text = match record.and_then(|bytes| data::decode(&bytes)) {
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
