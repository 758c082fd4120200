//! `spanlight predict`: text in, JSON lines out.

use std::io::{BufRead, BufReader, Read as _, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use spanlight_core::extract::{ExtractOptions, Extraction, Extractor, outline};
use spanlight_core::text::OffsetUnit;

use super::{Compute, Decoding, Int8};
use crate::data::{Line as Read, Options, printable, read_line};
use crate::error::{Error, Result};
use crate::model;
use crate::output::{Output, Overwrite, shown};
use crate::settings::parse_lowercase;
use crate::threads::Threads;

/// Arguments of `predict`.
#[derive(Args)]
pub struct Predict {
    /// Run folder or bundle
    #[arg(long, value_name = "FOLDER")]
    model: PathBuf,
    /// Text files, or JSON lines with a `text` and an optional `id` (ending in .jsonl); `-`, or no
    /// file, for standard input
    files: Vec<PathBuf>,
    /// Read standard input as JSON lines
    #[arg(long)]
    jsonl: bool,
    /// Lowest score of the entities and relations in the output
    #[arg(long, default_value_t = 0.0)]
    threshold: f32,
    /// Also output the evidence for every entity and relation: the best alternative labels, and the
    /// attention to the segments around a relation
    #[arg(long)]
    evidence: bool,
    /// Also output rejected candidates, marked as such, whose best label has at least this score
    #[arg(long, value_name = "SCORE")]
    candidates: Option<f32>,
    /// Include the text in the output
    #[arg(long)]
    with_text: bool,
    /// Unit of offsets: utf16 (as in JavaScript), char (as in Python) or byte (as in Rust)
    #[arg(long, value_parser = parse_lowercase::<OffsetUnit>, default_value = "utf16")]
    unit: OffsetUnit,
    /// Output file, written once all is predicted; standard output by default, line by line
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    overwrite: Overwrite,
    /// Word-pieces per batch, padding included; 16 times as many on a GPU
    #[arg(long, default_value_t = 512)]
    chunk: usize,
    #[command(flatten)]
    decoding: Decoding,
    #[command(flatten)]
    int8: Int8,
    #[command(flatten)]
    compute: Compute,
}

/// A text to extract from.
#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    id: Option<Value>,
    text: String,
}

/// A line of output.
#[derive(Serialize)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(flatten)]
    extraction: Extraction,
}

impl Predict {
    /// Runs the command.
    ///
    /// # Errors
    /// Any [`Error`] of reading, computing or writing. Lines on standard output are complete; an output
    /// file is written whole or not at all.
    pub fn run(&self) -> Result<()> {
        let output = match &self.out {
            Some(path) => {
                let files = self.files.iter().map(PathBuf::as_path);
                Some(Output::new(path, files, self.overwrite)?)
            }
            None => None,
        };
        let (device, _) = self.compute.open()?;
        let workers = self.compute.workers(&device);
        let mut saved = self.int8.open(&self.model, &device)?;
        self.decoding.apply(&mut saved.config.decoding);
        let extractor = model::extractor(saved, &device, self.chunk)?;
        match output {
            Some(output) => output.write(|out| self.predict(&extractor, workers, out)),
            None => self.predict(&extractor, workers, &mut std::io::stdout().lock()),
        }
    }

    /// Writes a line for every document.
    fn predict(&self, extractor: &Extractor, workers: usize, out: &mut dyn Write) -> Result<()> {
        let mut waiting: Vec<Document> = Vec::with_capacity(workers);
        self.documents(&mut |document| {
            waiting.push(document);
            if waiting.len() < workers {
                return Ok(());
            }
            self.answer(extractor, workers, std::mem::take(&mut waiting), out)
        })?;
        self.answer(extractor, workers, waiting, out)?;
        Ok(out.flush()?)
    }

    /// Calls `take` with every document of the input.
    fn documents(&self, take: &mut dyn FnMut(Document) -> Result<()>) -> Result<()> {
        let limit = Options::default().record_limit;
        let standard = [PathBuf::from("-")];
        let files = if self.files.is_empty() {
            &standard[..]
        } else {
            &self.files
        };
        for file in files {
            if file == Path::new("-") {
                let input = BufReader::new(std::io::stdin().lock());
                read(input, file, limit, self.jsonl, None, take)?;
            } else {
                let input = std::fs::File::open(file).map_err(|e| named(file, &e))?;
                let lines = file.extension().is_some_and(|e| e == "jsonl");
                let id = Value::String(file.display().to_string());
                read(BufReader::new(input), file, limit, lines, Some(id), take)?;
            }
        }
        Ok(())
    }

    /// Extracts from the documents in parallel and writes the results in order. Where there are fewer documents than
    /// workers, several workers share a document.
    fn answer(
        &self,
        extractor: &Extractor,
        workers: usize,
        documents: Vec<Document>,
        out: &mut dyn Write,
    ) -> Result<()> {
        let options = ExtractOptions {
            threshold: self.threshold,
            unit: self.unit,
            evidence: self.evidence,
            candidates: self.candidates,
            ..Default::default()
        };
        let parts = (workers / documents.len().max(1)).max(1);
        let jobs = documents.iter().flat_map(|document| {
            let shares = shares(&document.text, parts).into_iter();
            shares.map(|share| (document.text.as_str(), share))
        });
        let mut found = Threads(workers).map(jobs.collect::<Vec<_>>(), |(text, share)| {
            let extraction =
                extractor.extract_some(text, &options, share.as_deref(), async |_| true);
            pollster::block_on(extraction)
        });
        for document in documents {
            let rest = found.split_off(parts);
            let line = Line {
                id: document.id,
                text: self.with_text.then_some(document.text),
                extraction: joined(found)?,
            };
            found = rest;
            serde_json::to_writer(&mut *out, &line).map_err(std::io::Error::from)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

/// The indices of a text's sentences in so many shares, each in the one with the least text so far; `None` stands for
/// all sentences.
fn shares(text: &str, count: usize) -> Vec<Option<Vec<usize>>> {
    if count == 1 {
        return vec![None];
    }
    let mut shares = vec![(0, Vec::new()); count];
    for (index, (start, end)) in outline(text, OffsetUnit::Byte).into_iter().enumerate() {
        if let Some((length, share)) = shares.iter_mut().min_by_key(|(length, _)| *length) {
            *length += end - start;
            share.push(index);
        }
    }
    shares.into_iter().map(|(_, share)| Some(share)).collect()
}

/// The result for a text, given those for its shares.
fn joined(parts: Vec<spanlight_core::Result<Extraction>>) -> Result<Extraction> {
    let mut whole = Extraction::default();
    for part in parts {
        let part = part?;
        whole.sentences.extend(part.sentences);
        (whole.read, whole.total) = (part.read.max(whole.read), part.total);
        whole.shortened += part.shortened;
        whole.computed += part.computed;
        whole.reused += part.reused;
        whole.pieces += part.pieces;
    }
    whole.sentences.sort_by_key(|sentence| sentence.start);
    Ok(whole)
}

/// Reads one file: a single text, or one document per line, of at most `limit` bytes.
fn read(
    mut input: impl BufRead,
    path: &Path,
    limit: usize,
    lines: bool,
    id: Option<Value>,
    take: &mut dyn FnMut(Document) -> Result<()>,
) -> Result<()> {
    let mut bytes = Vec::new();
    if !lines {
        let bounded = input.take(limit as u64 + 1).read_to_end(&mut bytes);
        bounded.map_err(|e| named(path, &e))?;
        if bytes.len() > limit {
            let problem = format!("a text of more than {limit} bytes; split it into several files");
            return Err(Error::Usage(format!("{}: {problem}", shown(path))));
        }
        let text = String::from_utf8(bytes).map_err(|e| {
            let at = e.utf8_error().valid_up_to();
            let line = 1 + e
                .as_bytes()
                .iter()
                .take(at)
                .filter(|b| **b == b'\n')
                .count();
            let problem = format!("byte {} is not UTF-8; convert the file to UTF-8", at + 1);
            Error::Usage(format!("{}, line {line}: {problem}", shown(path)))
        })?;
        return take(Document { id, text });
    }
    let mut number = 0;
    loop {
        let line = read_line(&mut input, limit, &mut bytes).map_err(|e| named(path, &e))?;
        number += 1;
        let at =
            |problem: String| Error::Usage(format!("{}, line {number}: {problem}", shown(path)));
        match line {
            None => return Ok(()),
            Some(Read::TooLong) => {
                return Err(at(format!(
                    "a line of more than {limit} bytes; split its text"
                )));
            }
            Some(Read::Whole) if bytes.trim_ascii().is_empty() => {}
            Some(Read::Whole) => {
                let document = serde_json::from_slice(&bytes).map_err(|e| {
                    let problem = e.to_string();
                    let remedy = "every line must be an object with a string `text`";
                    at(format!("{}; {remedy}", printable(&problem)))
                })?;
                take(document)?;
            }
        }
    }
}

fn named(path: &Path, error: &std::io::Error) -> Error {
    Error::Usage(format!("{}: {error}", shown(path)))
}

#[cfg(test)]
mod tests {
    use spanlight_tests::refusal::assert_refusal;

    use super::*;

    fn refusal(bytes: impl BufRead, lines: bool) -> String {
        let name = Path::new("in\u{1b}.jsonl");
        read(bytes, name, 1000, lines, None, &mut |_| Ok(()))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn endless_input_is_refused() {
        let endless = || BufReader::new(std::io::repeat(b'x').take(1 << 32));
        let message = refusal(BufReader::new(std::io::repeat(b'x').take(1 << 20)), true);
        assert_refusal(
            &message,
            "in\\u{1b}.jsonl",
            "line 1",
            "more than 1000 bytes",
            "split its text",
        );
        let message = refusal(endless(), false);
        assert_refusal(
            &message,
            "in\\u{1b}.jsonl",
            "",
            "more than 1000 bytes",
            "split it",
        );
    }

    #[test]
    fn bad_lines_are_named_without_their_control_characters() {
        let good = "{\"text\": \"fine\"}\n\n";
        for bad in [
            "{\"text\": 1}",
            "\u{1b}[2J",
            "{\"id\": 3}",
            "{\"text\": \"\u{9b}\"",
            "[]",
        ] {
            let message = refusal(format!("{good}{bad}\n").as_bytes(), true);
            assert_refusal(
                &message,
                "in\\u{1b}.jsonl",
                "line 3",
                "`text`",
                "must be an object",
            );
            assert!(!message.contains(char::is_control), "{message:?}");
        }
        let message = refusal(&b"one\ntwo \xFF"[..], false);
        assert_refusal(
            &message,
            "in\\u{1b}.jsonl",
            "line 2",
            "byte 9",
            "convert the file",
        );
    }

    #[test]
    fn documents_keep_their_ids_and_order() {
        let mut found = Vec::new();
        let mut take = |document: Document| {
            found.push((document.id, document.text));
            Ok(())
        };
        let lines = &b"{\"id\": 7, \"text\": \"a\"}\r\n{\"text\": \"b\"}"[..];
        read(lines, Path::new("-"), 1000, true, None, &mut take).unwrap();
        read(
            &b"c\n"[..],
            Path::new("c.txt"),
            1000,
            false,
            Some("c".into()),
            &mut take,
        )
        .unwrap();
        let expected = [
            (Some(7.into()), "a"),
            (None, "b"),
            (Some("c".into()), "c\n"),
        ];
        assert_eq!(
            found,
            expected.map(|(id, text): (Option<Value>, &str)| (id, text.to_owned()))
        );
    }
}
