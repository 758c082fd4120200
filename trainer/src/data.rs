//! Reads and writes annotated files on disk; [`spanlight_formats`] parses their bytes.

use std::{
    fs::File,
    io::{BufReader, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use spanlight_core::{document::Sentence, schema::Schema};

pub use spanlight_formats::{
    Check, Dataset, Defect, Error as DataError, Flaw, Format, Kind, Line, Location, Options,
    Overlap, Records, Statistics, Unit, Value, decode, draw_rank, printable, read_line, shorten,
    subset, trainable, utf8,
};
use spanlight_formats::{Source, re3d};

use crate::store::{StoreError, write_atomic};

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
    for sentence in sentences {
        let line = spanlight_formats::line(sentence)?;
        let written = out.write_all(line.as_bytes());
        written.map_err(|source| io(path, source))?;
    }
    out.flush().map_err(|source| io(path, source))
}

/// Writes sentences in the paper's format to a file, whole or not at all.
///
/// # Errors
/// As [`write()`].
pub fn write_file(path: &Path, sentences: &[Sentence]) -> Result<(), DataError> {
    let mut lines = Vec::new();
    write(&mut lines, path, sentences)?;
    write_atomic(path, &lines).map_err(|error| match error {
        StoreError::Io { source, .. } => io(path, source),
        error => io(path, std::io::Error::other(error)),
    })
}

/// SHA-256 of annotated sentences, in hexadecimal digits.
///
/// # Errors
/// A sentence that JSON cannot express.
pub fn fingerprint(sentences: &[Sentence]) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    for sentence in sentences {
        serde_json::to_writer(&mut hash, sentence)?;
    }
    Ok(format!("{:x}", hash.finalize()))
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
    if path.is_dir() && !path.join(re3d::DOCUMENTS).is_file() {
        return Err(foreign(path));
    }
    let mut files = files(path).into_iter();
    let first = files.next().unwrap_or_else(|| path.to_owned());
    let mut source = Source::new(first.display().to_string(), open_file(&first)?);
    for part in files {
        source = source.with_part(part.display().to_string(), open_file(&part)?);
    }
    Ok(source)
}

/// The files that reading `path` opens.
pub fn files(path: &Path) -> Vec<PathBuf> {
    let (folder, first) = if path.is_dir() {
        (path, path.join(re3d::DOCUMENTS))
    } else {
        (path.parent().unwrap_or(path), path.to_owned())
    };
    let parts = re3d::PARTS.map(|name| folder.join(name));
    std::iter::once(first)
        .chain(parts.into_iter().filter(|part| part.is_file()))
        .collect()
}

/// The error of a folder that is not re3d's, the only format that is a folder.
fn foreign(folder: &Path) -> DataError {
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let brat = names
        .map(|entry| entry.path())
        .any(|path| path.extension().is_some_and(|ending| ending == "ann"));
    let problem = if brat {
        "it is a folder of brat's annotations (.ann), which are not read; convert them".into()
    } else {
        format!(
            "it is a folder without {}, which re3d's has; name a file in it",
            re3d::DOCUMENTS
        )
    };
    DataError::Unknown {
        file: folder.display().to_string(),
        problem,
    }
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
    use spanlight_tests::refusal::assert_refusal;

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
    fn folders_of_other_programs_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = || read(folder.path(), Format::Auto).unwrap_err().to_string();
        let name = folder.path().display().to_string();
        assert_refusal(
            &refusal(),
            &name,
            "",
            "without documents.json",
            "name a file",
        );
        std::fs::write(folder.path().join("a.ann"), "T1\tPerson 0 4\tAnna\n").unwrap();
        assert_refusal(&refusal(), &name, "", "brat's annotations", "convert them");
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
