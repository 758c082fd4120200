//! `spanlight predict`: text in, JSON lines out.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use spanlight_core::extract::{ExtractOptions, Extraction, Extractor};
use spanlight_core::text::OffsetUnit;

use super::{Compute, Decoding};
use crate::error::{Error, Result};
use crate::model;
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
    /// Output file; standard output by default
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Word-pieces per batch, padding included; 16 times as many on a GPU
    #[arg(long, default_value_t = 512)]
    chunk: usize,
    #[command(flatten)]
    decoding: Decoding,
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
    /// Any [`Error`] of reading, computing or writing; the lines written before it are complete.
    pub fn run(&self) -> Result<()> {
        let (device, _) = self.compute.open()?;
        let workers = self.compute.workers(&device);
        let mut saved = model::open(&self.model)?;
        self.decoding.apply(&mut saved.config.decoding);
        let extractor = model::extractor(saved, &device, self.chunk)?;
        let mut out: Box<dyn Write> = match &self.out {
            Some(path) => Box::new(std::fs::File::create(path).map_err(|e| named(path, &e))?),
            None => Box::new(std::io::stdout().lock()),
        };
        let mut waiting: Vec<Document> = Vec::with_capacity(workers);
        self.documents(&mut |document| {
            waiting.push(document);
            if waiting.len() < workers {
                return Ok(());
            }
            self.answer(&extractor, std::mem::take(&mut waiting), &mut out)
        })?;
        self.answer(&extractor, waiting, &mut out)?;
        Ok(out.flush()?)
    }

    /// Calls `take` with every document of the input.
    fn documents(&self, take: &mut dyn FnMut(Document) -> Result<()>) -> Result<()> {
        let standard = [PathBuf::from("-")];
        let files = if self.files.is_empty() {
            &standard[..]
        } else {
            &self.files
        };
        for file in files {
            if file == Path::new("-") {
                let input = BufReader::new(std::io::stdin().lock());
                read(input, file, self.jsonl, None, take)?;
            } else {
                let input = std::fs::File::open(file).map_err(|e| named(file, &e))?;
                let lines = file.extension().is_some_and(|e| e == "jsonl");
                let id = Value::String(file.display().to_string());
                read(BufReader::new(input), file, lines, Some(id), take)?;
            }
        }
        Ok(())
    }

    /// Extracts from the documents in parallel and writes the results in order.
    fn answer(
        &self,
        extractor: &Extractor,
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
        let found = Threads(documents.len()).map(&documents, |document| {
            pollster::block_on(extractor.extract(&document.text, &options))
        });
        for (document, extraction) in documents.into_iter().zip(found) {
            let line = Line {
                id: document.id,
                text: self.with_text.then_some(document.text),
                extraction: extraction?,
            };
            serde_json::to_writer(&mut *out, &line).map_err(std::io::Error::from)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

/// Reads one file: a single text, or one document per line.
fn read(
    mut input: impl BufRead,
    path: &Path,
    lines: bool,
    id: Option<Value>,
    take: &mut dyn FnMut(Document) -> Result<()>,
) -> Result<()> {
    if !lines {
        let mut text = String::new();
        input
            .read_to_string(&mut text)
            .map_err(|e| named(path, &e))?;
        return take(Document { id, text });
    }
    for (number, line) in input.lines().enumerate() {
        let line = line.map_err(|e| named(path, &e))?;
        if line.trim().is_empty() {
            continue;
        }
        let document = serde_json::from_str(&line).map_err(|e| {
            Error::Usage(format!(
                "{}, line {}: {e}; every line must be an object with a string `text`",
                path.display(),
                number + 1
            ))
        })?;
        take(document)?;
    }
    Ok(())
}

fn named(path: &Path, error: &std::io::Error) -> Error {
    Error::Usage(format!("{}: {error}", path.display()))
}
