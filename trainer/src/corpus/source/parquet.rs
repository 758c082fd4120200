//! Reads text from columns of Parquet files.

mod measured;

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parquet::basic::Type;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::SchemaDescriptor;

use super::{Passage, Passages, RECORD_LIMIT, decode, packed};
use crate::corpus::CorpusError;
use crate::data::{Flaw, Location, shorten};
use crate::output::shown;
use crate::panics;
use measured::Measured;

/// Rows read at once.
const ROWS: usize = 64;

/// How many times its size a compressed file may unpack to: the texts of Parquet files are compressed
/// already.
const MOST_UNPACKED: u64 = 100;

/// Size in bytes that any compressed file may unpack to.
const SMALL: u64 = 64 << 20;

/// Reads the cells of some columns, row by row.
pub struct Parquet {
    path: PathBuf,
    file: Arc<Measured>,
    metadata: ParquetMetaData,
    names: Vec<String>,
    /// Indices of the columns in the schema of the file.
    indices: Vec<usize>,
    /// Index of the next row group.
    group: usize,
    columns: Vec<Column>,
    done: Arc<AtomicU64>,
    row: usize,
}

/// Opens a Parquet file, and the counter of the bytes to be read from it. Parquet is read from its
/// end, so a file that is compressed as a whole is first decompressed to a temporary file; its bytes
/// are counted at that time. The temporary file has no name, so that nothing remains of it whatever happens.
fn seekable(path: &Path, done: &Arc<AtomicU64>) -> Result<(File, Arc<AtomicU64>), CorpusError> {
    let fail = |e| CorpusError::io(path, e);
    let mut file = File::open(path).map_err(fail)?;
    let mut start = Vec::new();
    (&mut file).take(4).read_to_end(&mut start).map_err(fail)?;
    if !packed::is_packed(&start) {
        file.rewind().map_err(fail)?;
        return Ok((file, done.clone()));
    }
    let full = |e: std::io::Error| CorpusError::Source {
        path: path.to_owned(),
        problem: format!(
            "cannot be unpacked into {} ({e}); free space there, set TMPDIR to another folder, or unpack the file",
            shown(&std::env::temp_dir())
        ),
    };
    let size = std::fs::metadata(path).map_err(fail)?.len();
    let limit = size.saturating_mul(MOST_UNPACKED).max(SMALL);
    let mut written = 0;
    let mut bytes = packed::open(path, done)?.bytes;
    let mut unpacked = tempfile::tempfile().map_err(full)?;
    loop {
        let part = bytes.fill_buf().map_err(|e| packed::error(path, 0, e))?;
        if part.is_empty() {
            break;
        }
        let count = part.len();
        written += count as u64;
        if written > limit {
            return Err(CorpusError::Source {
                path: path.to_owned(),
                problem: format!(
                    "unpacks to more than {limit} bytes, which a Parquet file of its size does not; if \
                     you trust it, unpack it yourself"
                ),
            });
        }
        unpacked.write_all(part).map_err(full)?;
        bytes.consume(count);
    }
    unpacked.rewind().map_err(full)?;
    Ok((unpacked, Arc::default()))
}

/// A column of the current row group.
struct Column {
    reader: ColumnReaderImpl<ByteArrayType>,
    /// Definition level of cells that are not null.
    defined: i16,
    cells: VecDeque<Option<ByteArray>>,
}

impl Parquet {
    pub fn open(
        path: &Path,
        names: Vec<String>,
        done: &Arc<AtomicU64>,
    ) -> Result<Self, CorpusError> {
        let (file, done) = seekable(path, done)?;
        let metadata = caught(|| ParquetMetaDataReader::new().parse_and_finish(&file));
        let metadata = metadata.map_err(|e| damaged(path, 0, e))?;
        let indices = find(path, metadata.file_metadata().schema_descr(), &names)?;
        Ok(Self {
            path: path.to_owned(),
            file: Arc::new(Measured(file)),
            metadata,
            names,
            indices,
            group: 0,
            columns: Vec::new(),
            done,
            row: 0,
        })
    }

    /// Opens the columns of the next row group; returns false after the last.
    fn next_group(&mut self) -> Result<bool, ParquetError> {
        let Some(group) = self.metadata.row_groups().get(self.group) else {
            return Ok(false);
        };
        let rows = usize::try_from(group.num_rows())?;
        self.columns.clear();
        for &index in &self.indices {
            let chunk = group.columns().get(index);
            let chunk = chunk.ok_or_else(|| ParquetError::General("a column is missing".into()))?;
            let pages = SerializedPageReader::new(self.file.clone(), chunk, rows, None)?;
            let about = chunk.column_descr_ptr();
            let defined = about.max_def_level();
            let reader = get_column_reader(about, Box::new(pages));
            if let ColumnReader::ByteArrayColumnReader(reader) = reader {
                self.columns.push(Column {
                    reader,
                    defined,
                    cells: VecDeque::new(),
                });
            }
        }
        let bytes = group.compressed_size().max(0);
        self.done.fetch_add(bytes as u64, Ordering::Relaxed);
        self.group += 1;
        Ok(true)
    }

    /// The cells of the next row; `None` at the end.
    fn cells(&mut self) -> Result<Option<Vec<Option<ByteArray>>>, ParquetError> {
        loop {
            for column in &mut self.columns {
                column.fill()?;
            }
            let cells: Option<Vec<_>> = self
                .columns
                .iter_mut()
                .map(|column| column.cells.pop_front())
                .collect();
            match cells {
                Some(cells) if !cells.is_empty() => return Ok(Some(cells)),
                _ if self.next_group()? => {}
                _ => return Ok(None),
            }
        }
    }
}

impl Column {
    /// Reads more rows if no cell is left.
    fn fill(&mut self) -> Result<(), ParquetError> {
        if !self.cells.is_empty() {
            return Ok(());
        }
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        let (rows, ..) = self
            .reader
            .read_records(ROWS, Some(&mut levels), None, &mut values)?;
        let mut values = values.into_iter();
        self.cells = match self.defined {
            // A column without nulls has no definition levels.
            0 => values.map(Some).collect(),
            defined => {
                let cell = |level| (level == defined).then(|| values.next()).flatten();
                levels.into_iter().take(rows).map(cell).collect()
            }
        };
        Ok(())
    }
}

impl Passages for Parquet {
    fn next(&mut self) -> Result<Option<Passage>, CorpusError> {
        let cells = caught(|| self.cells()).map_err(|e| damaged(&self.path, self.row, e))?;
        let Some(cells) = cells else { return Ok(None) };
        self.row += 1;
        let location = Location {
            line: self.row,
            record: self.row,
            in_array: false,
        };
        let texts: Result<Vec<String>, Flaw> = cells
            .iter()
            .zip(&self.names)
            .filter_map(|(cell, name)| Some((cell.as_ref()?, name)))
            .map(|(cell, name)| {
                let text = match cell.data() {
                    data if data.len() > RECORD_LIMIT => Err(Flaw::too_long(RECORD_LIMIT)),
                    data => decode(data),
                };
                text.map_err(|flaw| Flaw {
                    field: name.clone(),
                    ..flaw
                })
            })
            .collect();
        Ok(Some((location, texts.map(|texts| texts.join("\n\n")))))
    }
}

/// Finds columns of text by name or by number.
fn find(
    path: &Path,
    schema: &SchemaDescriptor,
    names: &[String],
) -> Result<Vec<usize>, CorpusError> {
    let columns = schema.columns();
    let text = |index: &usize| {
        columns.get(*index).is_some_and(|column| {
            column.physical_type() == Type::BYTE_ARRAY && column.max_rep_level() == 0
        })
    };
    let index = |name: &String| {
        let named = columns
            .iter()
            .position(|column| column.path().string() == *name);
        named
            .or_else(|| name.parse::<usize>().ok()?.checked_sub(1))
            .filter(text)
    };
    let texts: Vec<String> = (0..columns.len())
        .filter(text)
        .filter_map(|index| {
            Some(format!(
                "`{}`",
                shorten(&columns.get(index)?.path().string())
            ))
        })
        .take(20)
        .collect();
    names
        .iter()
        .map(|name| {
            index(name).ok_or_else(|| CorpusError::Column {
                path: path.to_owned(),
                column: name.clone(),
                remedy: format!(
                    "the columns of text are {}; choose one of them with --column",
                    texts.join(", ")
                ),
            })
        })
        .collect()
}

/// Calls the library, which panics on some damaged files, such as one whose column starts in front of it or
/// whose texts are longer than their page.
fn caught<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    panics::caught(read).unwrap_or_else(|| {
        Err(ParquetError::General(
            "its parts contradict each other".into(),
        ))
    })
}

fn damaged(path: &Path, row: usize, error: ParquetError) -> CorpusError {
    CorpusError::Packed {
        path: path.to_owned(),
        line: row,
        source: std::io::Error::other(error),
    }
}

#[cfg(test)]
mod tests;
