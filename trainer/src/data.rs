//! Reads and writes annotated files on disk; [`spanlight_formats`] parses their bytes.

use std::{
    fs::File,
    io::{BufReader, Write},
    path::Path,
};

use spanlight_core::{document::Sentence, schema::Schema};

pub use spanlight_formats::{
    Check, Dataset, Defect, Error as DataError, Flaw, Format, Kind, Line, Location, Options,
    Overlap, Records, Statistics, Unit, decode, draw_rank, read_line, shorten, subset, trainable,
    utf8,
};
use spanlight_formats::{Source, re3d};

/// Reads a file, or a folder of re3d, with the default [`Options`]; stops at the first ill-formed
/// record.
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
    spanlight_formats::read(open(path)?, format, options)
}

/// Checks a whole file without stopping at defects; with a schema, labels outside it are defects.
///
/// # Errors
/// [`DataError`] if the file cannot be read or is none of the formats.
pub fn check(path: &Path, format: Format, schema: Option<&Schema>) -> Result<Check, DataError> {
    spanlight_formats::check(open(path)?, format, &Options::default(), schema)
}

/// Writes sentences in the paper's format; `path` names the final file in messages.
///
/// # Errors
/// [`DataError::Unwritable`] for a sentence that the format cannot express, [`DataError::Io`].
pub fn write(mut out: impl Write, path: &Path, sentences: &[Sentence]) -> Result<(), DataError> {
    let lines = spanlight_formats::write(sentences)?;
    let written = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
    written.map_err(|source| io(path, source))
}

/// Writes sentences in the paper's format to a new file.
///
/// # Errors
/// As [`write()`].
pub fn write_file(path: &Path, sentences: &[Sentence]) -> Result<(), DataError> {
    let file = File::create(path).map_err(|source| io(path, source))?;
    write(file, path, sentences)
}

/// Reads a schema that was saved as JSON.
///
/// # Errors
/// [`DataError::Schema`] if the file is not a valid schema, [`DataError::Io`] if it is unreadable.
pub fn schema_from_json(path: &Path) -> Result<Schema, DataError> {
    let fail = |problem: String| DataError::Schema {
        file: path.display().to_string(),
        problem,
    };
    let file = open_file(path)?;
    let schema: Schema = serde_json::from_reader(file).map_err(|e| fail(e.to_string()))?;
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
            file: path.display().to_string(),
            problem: e.to_string(),
        }),
    }
}

/// Opens a file with the re3d annotations that lie beside it, or a folder of re3d.
fn open(path: &Path) -> Result<Source<BufReader<File>>, DataError> {
    let folder = if path.is_dir() {
        path
    } else {
        path.parent().unwrap_or(path)
    };
    let documents = if path.is_dir() {
        path.join(re3d::DOCUMENTS)
    } else {
        path.to_owned()
    };
    let mut source = Source::new(documents.display().to_string(), open_file(&documents)?);
    for part in re3d::PARTS.map(|name| folder.join(name)) {
        if part.is_file() {
            source = source.with_part(part.display().to_string(), open_file(&part)?);
        }
    }
    Ok(source)
}

fn open_file(path: &Path) -> Result<BufReader<File>, DataError> {
    let file = File::open(path).map_err(|source| io(path, source))?;
    Ok(BufReader::new(file))
}

fn io(path: &Path, source: std::io::Error) -> DataError {
    let file = path.display().to_string();
    DataError::Io { file, source }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::PathBuf;

    use super::*;

    const LINE: &str = r#"{"tokens": ["Marie", "leads", "Acme"], "entities": [{"type": "Person", "start": 0, "end": 1}, {"type": "Company", "start": 2, "end": 3}], "relations": [{"type": "leads", "head": 0, "tail": 1}]}"#;
    const RE3D: [(&str, &str); 3] = [
        (
            "documents.json",
            r#"{"_id": "D", "text": "Müller leads Acme."}"#,
        ),
        (
            "entities.json",
            r#"{"documentId": "D", "begin": 0, "end": 6, "type": "Person"}
{"documentId": "D", "begin": 13, "end": 17, "type": "Organisation"}"#,
        ),
        (
            "relations.json",
            r#"{"documentId": "D", "sourceBegin": 0, "sourceEnd": 6, "targetBegin": 13, "targetEnd": 17, "type": "InChargeOf"}"#,
        ),
    ];

    /// A file of the shared data; `None` (with a message) if it is missing.
    pub(crate) fn shared(file: &str) -> Option<PathBuf> {
        spanlight_tests::shared(&format!("data/{file}"))
    }

    #[test]
    fn a_folder_of_re3d_reads_like_its_documents() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in RE3D {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let data = read(folder.path(), Format::Auto).unwrap();
        assert_eq!(data.format, Format::Re3d);
        assert_eq!(data.sentences[0].relations[0].label, "InChargeOf");
        let documents = folder.path().join("documents.json");
        assert_eq!(read(&documents, Format::Auto).unwrap(), data);
        std::fs::remove_file(folder.path().join("relations.json")).unwrap();
        let error = read(folder.path(), Format::Auto).unwrap_err().to_string();
        assert!(
            error.contains("documents.json: `relations.json` is missing"),
            "{error}"
        );
    }

    #[test]
    fn schemas_come_from_json_or_training_data() {
        let folder = tempfile::tempdir().unwrap();
        let (train, saved) = (
            folder.path().join("train.json"),
            folder.path().join("schema.json"),
        );
        std::fs::write(&train, LINE).unwrap();
        let schema = schema_from_train(&train, Format::Auto, &["leads", "OTHER"]).unwrap();
        assert_eq!(schema.entities, ["Company", "Person"]);
        assert_eq!(schema.symmetric, ["leads"]);
        std::fs::write(&saved, serde_json::to_string(&schema).unwrap()).unwrap();
        assert_eq!(schema_from_json(&saved).unwrap(), schema);
        std::fs::write(&saved, r#"{"entities": ["b", "a"], "relations": []}"#).unwrap();
        let error = schema_from_json(&saved).unwrap_err().to_string();
        assert!(error.contains("sorted"), "{error}");
    }

    #[test]
    fn written_files_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("train.json");
        std::fs::write(&path, LINE).unwrap();
        let sentences = read(&path, Format::Auto).unwrap().sentences;
        write_file(&path, &sentences).unwrap();
        assert_eq!(read(&path, Format::Auto).unwrap().sentences, sentences);
        folder.close().unwrap();
        assert!(matches!(
            read(&path, Format::Auto),
            Err(DataError::Io { .. })
        ));
    }
}
