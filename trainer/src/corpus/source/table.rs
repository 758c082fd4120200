//! Reads text from columns of tables.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

use super::packed::{Input, error};
use super::{Passage, Passages, RECORD_LIMIT, decode};
use crate::corpus::CorpusError;
use crate::data::{Flaw, Kind, Location, shorten};

/// Most columns that a message lists.
const MOST_COLUMNS: usize = 20;

/// Reads the cells of some columns, row by row.
pub struct Table {
    input: Input,
    reader: Reader,
    columns: Vec<String>,
    /// Indices of the columns; known after the first row.
    indices: Option<Vec<usize>>,
    row: Vec<u8>,
    ends: Vec<usize>,
}

/// One row of a table.
enum Row {
    Whole { cells: usize },
    TooLong,
}

impl Table {
    /// A table whose cells are separated by tabs: only a line feed ends a row, and quotes are
    /// ordinary characters.
    pub fn tabs(input: Input, columns: Vec<String>) -> Self {
        let mut builder = ReaderBuilder::new();
        builder.delimiter(b'\t').quoting(false);
        builder.terminator(Terminator::Any(b'\n'));
        Self::new(input, &builder, columns)
    }

    /// A table whose cells are separated by commas, and quoted if they hold commas or line breaks.
    pub fn commas(input: Input, columns: Vec<String>) -> Self {
        Self::new(input, &ReaderBuilder::new(), columns)
    }

    fn new(input: Input, builder: &ReaderBuilder, columns: Vec<String>) -> Self {
        Self {
            input,
            reader: builder.build(),
            columns,
            indices: None,
            row: vec![0; 4096],
            ends: vec![0; 16],
        }
    }

    /// Reads the next row that is not empty into `row`; cell `i` ends at `ends[i]`.
    fn read(&mut self) -> Result<Option<Row>, CorpusError> {
        let (mut bytes, mut cells, mut long) = (0, 0, false);
        loop {
            let line = self.reader.line() as usize;
            let part = match self.input.bytes.fill_buf() {
                Ok(part) => part,
                Err(e) => return Err(error(&self.input.path, line.saturating_sub(1), e)),
            };
            let (result, read, written, ended) =
                self.reader
                    .read_record(part, &mut self.row[bytes..], &mut self.ends[cells..]);
            self.input.bytes.consume(read);
            bytes += written;
            cells += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.row.len() < RECORD_LIMIT => {
                    self.row.resize(2 * self.row.len(), 0);
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() < RECORD_LIMIT => {
                    self.ends.resize(2 * self.ends.len(), 0);
                }
                // A row beyond the limit is skipped to its end.
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    (bytes, cells, long) = (0, 0, true);
                }
                ReadRecordResult::Record if long => return Ok(Some(Row::TooLong)),
                ReadRecordResult::Record => return Ok(Some(Row::Whole { cells })),
                ReadRecordResult::End => return Ok(None),
            }
        }
    }

    fn cell(&self, column: usize, cells: usize) -> Option<&[u8]> {
        let end = *self.ends.get(..cells)?.get(column)?;
        let start = match column {
            0 => 0,
            _ => *self.ends.get(column - 1)?,
        };
        self.row.get(start..end)
    }

    /// Finds the columns in the first row; returns whether that row is a heading.
    fn find(&mut self, cells: usize) -> Result<bool, CorpusError> {
        let numbers: Option<Vec<usize>> = self
            .columns
            .iter()
            .map(|column| column.parse::<usize>().ok().filter(|&number| number > 0))
            .collect();
        let names: Vec<String> = (0..cells)
            .filter_map(|column| self.cell(column, cells))
            .map(|name| String::from_utf8_lossy(name.trim_ascii()).into_owned())
            .collect();
        let fail = |column: &str| CorpusError::Column {
            path: self.input.path.clone(),
            column: column.into(),
            remedy: remedy(&names),
        };
        if let Some(numbers) = numbers {
            if let Some(number) = numbers.iter().find(|&&number| number > cells) {
                return Err(fail(&number.to_string()));
            }
            self.indices = Some(numbers.iter().map(|number| number - 1).collect());
            return Ok(false);
        }
        let found: Result<Vec<usize>, CorpusError> = self
            .columns
            .iter()
            .map(|column| {
                let index = names.iter().position(|name| name == column);
                index.ok_or_else(|| fail(column))
            })
            .collect();
        self.indices = Some(found?);
        Ok(true)
    }

    fn text(&self, cells: usize) -> Result<String, Flaw> {
        let mut texts = Vec::new();
        for (column, &at) in self.columns.iter().zip(self.indices.iter().flatten()) {
            let cell = self.cell(at, cells).ok_or_else(|| {
                let problem = format!(
                    "the row has {cells} cells, none in this column; complete it, and look for \
                     line breaks inside cells"
                );
                Flaw::new(Kind::Missing, column, problem)
            })?;
            let text = decode(cell.trim_ascii()).map_err(|flaw| Flaw {
                field: column.clone(),
                ..flaw
            })?;
            texts.push(text);
        }
        Ok(texts.join("\n\n"))
    }
}

/// The remedy for a missing column: the first row, from which to choose.
fn remedy(names: &[String]) -> String {
    let names: Vec<String> = names
        .iter()
        .enumerate()
        .take(MOST_COLUMNS)
        .map(|(i, name)| format!("{} `{}`", i + 1, shorten(name)))
        .collect();
    format!(
        "the first row is {}; choose a column with --column, by name or, if that row is no heading, \
         by number",
        names.join(", ")
    )
}

impl Passages for Table {
    fn next(&mut self) -> Result<Option<Passage>, CorpusError> {
        loop {
            let line = self.reader.line() as usize;
            let location = Location {
                line,
                record: line,
                in_array: false,
            };
            let text = match self.read()? {
                None => return Ok(None),
                Some(Row::TooLong) => Err(Flaw::too_long(RECORD_LIMIT)),
                Some(Row::Whole { cells }) => {
                    if self.indices.is_none() && self.find(cells)? {
                        continue;
                    }
                    self.text(cells)
                }
            };
            return Ok(Some((location, text)));
        }
    }
}
