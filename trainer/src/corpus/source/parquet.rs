//! Columns of Parquet files.

use std::collections::VecDeque;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parquet::basic::Type;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::SchemaDescriptor;

use super::{Passage, Passages, decode};
use crate::corpus::CorpusError;
use crate::data::defect::{Flaw, Place};

/// Rows read at once.
const ROWS: usize = 64;

/// The cells of some columns, row by row.
pub struct Parquet {
    path: PathBuf,
    reader: SerializedFileReader<File>,
    names: Vec<String>,
    /// Where the columns are.
    places: Vec<usize>,
    /// Next group of rows.
    group: usize,
    columns: Vec<Column>,
    done: Arc<AtomicU64>,
    row: usize,
}

/// A column of the group that is being read.
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
        let file = File::open(path).map_err(|e| CorpusError::io(path, e))?;
        let reader = SerializedFileReader::new(file).map_err(|e| damaged(path, 0, e))?;
        let places = find(
            path,
            reader.metadata().file_metadata().schema_descr(),
            &names,
        )?;
        Ok(Self {
            path: path.to_owned(),
            reader,
            names,
            places,
            group: 0,
            columns: Vec::new(),
            done: done.clone(),
            row: 0,
        })
    }

    /// Opens the columns of the next group of rows; says whether there is one.
    fn next_group(&mut self) -> Result<bool, ParquetError> {
        if self.group == self.reader.num_row_groups() {
            return Ok(false);
        }
        let group = self.reader.get_row_group(self.group)?;
        self.columns.clear();
        for &place in &self.places {
            let about = group.metadata().column(place).column_descr();
            if let ColumnReader::ByteArrayColumnReader(reader) = group.get_column_reader(place)? {
                self.columns.push(Column {
                    reader,
                    defined: about.max_def_level(),
                    cells: VecDeque::new(),
                });
            }
        }
        let bytes = group.metadata().compressed_size().max(0);
        self.done.fetch_add(bytes as u64, Ordering::Relaxed);
        self.group += 1;
        Ok(true)
    }

    /// The cells of the next row; nothing at the end.
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
    /// Reads on when all cells are used.
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
            // Without nulls there are no levels.
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
        let cells = self.cells().map_err(|e| damaged(&self.path, self.row, e))?;
        let Some(cells) = cells else { return Ok(None) };
        self.row += 1;
        let place = Place {
            line: self.row,
            record: self.row,
            in_array: false,
        };
        let texts: Result<Vec<String>, Flaw> = cells
            .iter()
            .zip(&self.names)
            .filter_map(|(cell, name)| Some((cell.as_ref()?, name)))
            .map(|(cell, name)| {
                decode(cell.data()).map_err(|flaw| Flaw {
                    field: name.clone(),
                    ..flaw
                })
            })
            .collect();
        Ok(Some((place, texts.map(|texts| texts.join("\n\n")))))
    }
}

/// Finds columns of text by name or by number.
fn find(
    path: &Path,
    schema: &SchemaDescriptor,
    names: &[String],
) -> Result<Vec<usize>, CorpusError> {
    let columns = schema.columns();
    let text = |place: &usize| {
        columns.get(*place).is_some_and(|column| {
            column.physical_type() == Type::BYTE_ARRAY && column.max_rep_level() == 0
        })
    };
    let place = |name: &String| {
        let named = columns
            .iter()
            .position(|column| column.path().string() == *name);
        named
            .or_else(|| name.parse::<usize>().ok()?.checked_sub(1))
            .filter(text)
    };
    let texts: Vec<String> = (0..columns.len())
        .filter(text)
        .filter_map(|place| Some(format!("`{}`", columns.get(place)?.path().string())))
        .collect();
    names
        .iter()
        .map(|name| {
            place(name).ok_or_else(|| CorpusError::Column {
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

fn damaged(path: &Path, row: usize, error: ParquetError) -> CorpusError {
    CorpusError::Packed {
        path: path.to_owned(),
        line: row,
        source: std::io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use parquet::basic::{Compression, ZstdLevel};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;

    /// Two groups of rows; every third text is null.
    fn write(path: &Path, compression: Compression, texts: &[String]) {
        let schema = "message m { required binary id (UTF8); optional binary text (UTF8); \
                      required int32 year; optional group tags (LIST) { repeated group list { \
                      optional binary element (UTF8); } } }";
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let properties = WriterProperties::builder()
            .set_compression(compression)
            .build();
        let file = File::create(path).unwrap();
        let mut writer = SerializedFileWriter::new(file, schema, properties.into()).unwrap();
        for part in texts.chunks(texts.len().div_ceil(2)) {
            let mut group = writer.next_row_group().unwrap();
            let mut place = 0;
            while let Some(mut column) = group.next_column().unwrap() {
                let bytes = |text: &String| ByteArray::from(text.as_str());
                let defined = |i: usize| i16::from(i % 3 != 2);
                let levels: Vec<i16> = (0..part.len()).map(defined).collect();
                match place {
                    0 => {
                        let ids: Vec<ByteArray> = part.iter().map(bytes).collect();
                        column
                            .typed::<ByteArrayType>()
                            .write_batch(&ids, None, None)
                            .unwrap();
                    }
                    1 => {
                        let kept = part.iter().enumerate().filter(|(i, _)| defined(*i) == 1);
                        let kept: Vec<ByteArray> = kept.map(|(_, text)| bytes(text)).collect();
                        let column = column.typed::<ByteArrayType>();
                        column.write_batch(&kept, Some(&levels), None).unwrap();
                    }
                    2 => {
                        let years = vec![1; part.len()];
                        let column = column.typed::<parquet::data_type::Int32Type>();
                        column.write_batch(&years, None, None).unwrap();
                    }
                    _ => {
                        let none = vec![0; part.len()];
                        let column = column.typed::<ByteArrayType>();
                        column.write_batch(&[], Some(&none), Some(&none)).unwrap();
                    }
                }
                column.close().unwrap();
                place += 1;
            }
            group.close().unwrap();
        }
        writer.close().unwrap();
    }

    fn read(path: &Path, names: &[&str]) -> Result<Vec<String>, CorpusError> {
        let names = names.iter().map(|name| name.to_string()).collect();
        let mut passages = Parquet::open(path, names, &Arc::default())?;
        let mut found = Vec::new();
        while let Some((_, passage)) = passages.next()? {
            found.push(passage.unwrap());
        }
        Ok(found)
    }

    #[test]
    fn columns_are_read_in_step_and_nulls_are_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let texts: Vec<String> = (0..1001).map(|i| format!("Text {i}")).collect();
        let zstd = Compression::ZSTD(ZstdLevel::default());
        for compression in [Compression::UNCOMPRESSED, Compression::SNAPPY, zstd] {
            write(&path, compression, &texts);
            let half = texts.len().div_ceil(2);
            let expected: Vec<String> = texts
                .iter()
                .enumerate()
                .map(|(i, text)| {
                    if i % half % 3 == 2 {
                        String::new()
                    } else {
                        text.clone()
                    }
                })
                .collect();
            assert_eq!(read(&path, &["text"]).unwrap(), expected);
            assert_eq!(read(&path, &["1"]).unwrap(), texts);
            let both = read(&path, &["id", "text"]).unwrap();
            assert_eq!(
                (both[0].as_str(), both[2].as_str()),
                ("Text 0\n\nText 0", "Text 2")
            );
        }
    }

    #[test]
    fn missing_columns_and_damaged_files_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        write(&path, Compression::SNAPPY, &["One".into(), "Two".into()]);
        for name in ["body", "year", "tags.list.element", "9", "0"] {
            let error = read(&path, &[name]).unwrap_err().to_string();
            assert!(
                error.contains(&format!("a.parquet: no column `{name}`")),
                "{error}"
            );
            assert!(
                error.contains("columns of text are `id`, `text`"),
                "{error}"
            );
        }
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 10]).unwrap();
        let error = read(&path, &["text"]).unwrap_err().to_string();
        assert!(error.contains("a.parquet: damaged or cut off"), "{error}");
    }
}
