//! Lists the files of a corpus.

use std::fs;
use std::path::{Path, PathBuf};

use super::Source;
use super::format::SourceFormat;
use crate::corpus::{CorpusConfig, CorpusError};

/// Lists the given files and the files below the given folders; the files of a folder are sorted
/// by name.
///
/// Skips hidden files in folders and, unless a format is given, files of unknown formats.
///
/// # Errors
/// [`CorpusError`] for a path that is missing or holds no text.
pub fn list(config: &CorpusConfig) -> Result<Vec<Source>, CorpusError> {
    if config.corpus.is_empty() {
        return Err(CorpusError::Usage(
            "no corpus is given; name files or folders with --corpus".into(),
        ));
    }
    let mut sources = Vec::new();
    for path in &config.corpus {
        let before = sources.len();
        let about = fs::metadata(path).map_err(|e| CorpusError::io(path, e))?;
        if about.is_dir() {
            walk(path, config.corpus_format, &mut sources)?;
        } else {
            sources.push(file(path, config.corpus_format)?);
        }
        if sources.len() == before {
            return Err(CorpusError::Source {
                path: path.clone(),
                problem: "no .txt, .tsv, .csv, .json, .jsonl or .parquet file (perhaps with .gz \
                          or .zst) is in this folder; name the files, or set their format with \
                          --corpus-format"
                    .into(),
            });
        }
    }
    Ok(sources)
}

fn file(path: &Path, given: SourceFormat) -> Result<Source, CorpusError> {
    let format = match given {
        SourceFormat::Auto => SourceFormat::of(path).ok_or_else(|| CorpusError::Source {
            path: path.to_owned(),
            problem: "the name does not indicate a format; set it with --corpus-format".into(),
        })?,
        given => given,
    };
    Ok(Source {
        path: path.to_owned(),
        format,
    })
}

fn walk(folder: &Path, given: SourceFormat, sources: &mut Vec<Source>) -> Result<(), CorpusError> {
    let fail = |e| CorpusError::io(folder, e);
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        entries.push(entry.map_err(fail)?.path());
    }
    entries.sort();
    for path in entries {
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        // Links to folders are not followed: they may form a circle.
        let link = path.is_symlink();
        if path.is_dir() {
            if !link {
                walk(&path, given, sources)?;
            }
        } else if let Ok(source) = file(&path, given) {
            sources.push(source);
        }
    }
    Ok(())
}
