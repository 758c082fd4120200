//! Writes the paper's JSON lines (method §2.1), without the `wordpiece*` fields.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use serde::Serialize;
use spanlight_core::document::{Entity, Sentence};

use super::DataError;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    sent_id: usize,
    article_id: &'a str,
    sent_text: String,
    entity_mentions: Vec<Mention<'a>>,
    relation_mentions: Vec<Pair<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Mention<'a> {
    em_id: String,
    text: String,
    offset: [usize; 2],
    label: &'a str,
}

#[derive(Serialize)]
struct Pair<'a> {
    #[serde(rename = "em1Id")]
    head_id: String,
    #[serde(rename = "em1Text")]
    head_text: String,
    #[serde(rename = "em2Id")]
    tail_id: String,
    #[serde(rename = "em2Text")]
    tail_text: String,
    label: &'a str,
}

/// Writes sentences to a new file.
///
/// # Errors
/// As [`write()`].
pub fn write_file(path: &Path, sentences: &[Sentence]) -> Result<(), DataError> {
    let file = File::create(path).map_err(|source| DataError::Io {
        path: path.to_owned(),
        source,
    })?;
    write(BufWriter::new(file), path, sentences)
}

/// Writes sentences, one per line; reading them back gives equal ones.
///
/// # Errors
/// [`DataError::Unwritable`] for a sentence that is ill-formed, has no words or has a word with
/// white space in it; [`DataError::Io`], which names `path`.
pub fn write(mut out: impl Write, path: &Path, sentences: &[Sentence]) -> Result<(), DataError> {
    let io = |source| DataError::Io {
        path: path.to_owned(),
        source,
    };
    for sentence in sentences {
        let line = line(sentence).map_err(|problem| DataError::Unwritable {
            document: sentence.document.clone(),
            sentence: sentence.index,
            problem,
        })?;
        serde_json::to_writer(&mut out, &line).map_err(|e| io(io::Error::from(e)))?;
        out.write_all(b"\n").map_err(io)?;
    }
    out.flush().map_err(io)
}

fn line(sentence: &Sentence) -> Result<Line<'_>, String> {
    sentence.validate().map_err(|e| e.to_string())?;
    if sentence.words.is_empty() {
        return Err("it has no words; remove it".into());
    }
    if let Some(word) = sentence
        .words
        .iter()
        .find(|w| w.contains(|c: char| c.is_ascii_whitespace()))
    {
        return Err(format!(
            "the word `{word}` contains white space; split or join it"
        ));
    }
    let text = |e: &Entity| {
        sentence
            .words
            .get(e.start..e.end)
            .map(|words| words.join(" "))
            .unwrap_or_default()
    };
    let id = |i: usize| format!("{}-{}-E{}", sentence.document, sentence.index, i + 1);
    let named = |i: usize| sentence.entities.get(i).map(|e| (id(i), text(e)));
    let pairs = sentence.relations.iter().filter_map(|r| {
        let ((head_id, head_text), (tail_id, tail_text)) = (named(r.head)?, named(r.tail)?);
        Some(Pair {
            head_id,
            head_text,
            tail_id,
            tail_text,
            label: &r.label,
        })
    });
    let mentions = sentence.entities.iter().enumerate().map(|(i, e)| Mention {
        em_id: id(i),
        text: text(e),
        offset: [e.start, e.end],
        label: &e.label,
    });
    Ok(Line {
        sent_id: sentence.index,
        article_id: &sentence.document,
        sent_text: sentence.words.join(" "),
        entity_mentions: mentions.collect(),
        relation_mentions: pairs.collect(),
    })
}
