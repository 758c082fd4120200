//! Reads plain text: each line is a passage, or lines are joined to paragraphs.

use super::packed::{Input, error};
use super::{Passage, Passages, RECORD_LIMIT, decode};
use crate::corpus::CorpusError;
use crate::corpus::config::Unit;
use crate::data::{Flaw, Line, Location, read_line};

/// Reads the passages of a plain text file.
pub struct Text {
    input: Input,
    unit: Unit,
    /// Number of lines read.
    line: usize,
    bytes: Vec<u8>,
}

impl Text {
    pub fn new(input: Input, unit: Unit) -> Self {
        Self {
            input,
            unit,
            line: 0,
            bytes: Vec::new(),
        }
    }

    /// Reads the next line, which may be empty; `None` at the end of the file.
    fn line(&mut self) -> Result<Option<Result<String, Flaw>>, CorpusError> {
        let found = read_line(&mut self.input.bytes, RECORD_LIMIT, &mut self.bytes);
        let found = found.map_err(|e| error(&self.input.path, self.line, e))?;
        self.line += usize::from(found.is_some());
        Ok(found.map(|line| match line {
            Line::Whole => decode(self.bytes.trim_ascii()),
            Line::TooLong => Err(Flaw::too_long(RECORD_LIMIT)),
        }))
    }
}

impl Passages for Text {
    fn next(&mut self) -> Result<Option<Passage>, CorpusError> {
        let mut passage = String::new();
        let mut start = self.line + 1;
        while let Some(line) = self.line()? {
            let line = match line {
                Ok(line) => line,
                // The paragraph ends with the bad line, which is part of it.
                Err(flaw) => return Ok(Some((location(self.line), Err(flaw)))),
            };
            match (line.is_empty(), passage.is_empty()) {
                (true, true) => start = self.line + 1,
                (true, false) => break,
                (false, first) => {
                    if !first {
                        passage.push('\n');
                    }
                    passage.push_str(&line);
                    if self.unit != Unit::Paragraph || passage.len() > RECORD_LIMIT {
                        break;
                    }
                }
            }
        }
        Ok((!passage.is_empty()).then(|| (location(start), Ok(passage))))
    }
}

fn location(line: usize) -> Location {
    Location {
        line,
        record: line,
        in_array: false,
    }
}
