//! Objects that are exchanged with JavaScript, beside those of the core.

use serde::{Deserialize, Serialize};
use spanlight_core::document::Sentence;
use spanlight_core::score::{Prediction, Report, SentenceDifferences};
use spanlight_formats::Format;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

/// The backend that the caller prefers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preference {
    /// WebGPU if there is a GPU, else the processor.
    #[default]
    Auto,
    /// WebGPU, also with a software adapter.
    Webgpu,
    /// The processor.
    Cpu,
}

/// Options of `load`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LoadOptions {
    /// Backend; may be missing or `undefined`.
    pub backend: Option<Preference>,
    /// Size of the sentence cache, in bytes.
    pub cache: Option<usize>,
}

/// Options of `extract`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ExtractOptions {
    /// Lowest score of the entities and relations to return.
    pub threshold: Option<f32>,
    /// Whether to return evidence.
    pub evidence: Option<bool>,
    /// Lowest score of the rejected entities and relations to return.
    pub candidates: Option<f32>,
    /// Offset before which sentences are skipped.
    pub from: Option<usize>,
    /// Largest number of sentences.
    pub limit: Option<usize>,
    /// Whether to use the sentence cache.
    pub reuse: Option<bool>,
    /// Indices of the sentences to read.
    pub only: Option<Vec<usize>>,
}

/// The backend on which a model computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// WebGPU.
    Webgpu,
    /// The processor.
    Cpu,
}

/// Information about a loaded model.
#[derive(Debug, Serialize)]
pub struct Info {
    /// Name of the model.
    pub model: String,
    /// Format of its bundle.
    pub format: u32,
    /// Entity types.
    pub entities: Vec<String>,
    /// Relation types.
    pub relations: Vec<String>,
    /// Symmetric relation types.
    pub symmetric: Vec<String>,
    /// Backend on which it computes.
    pub backend: Backend,
    /// Name of the WebGPU adapter.
    pub adapter: Option<String>,
    /// Whether that is a software adapter.
    pub software: bool,
    /// Reason why it does not compute on WebGPU.
    pub note: Option<String>,
    /// Number of weights.
    pub parameters: usize,
}

/// An annotated file.
#[derive(Debug, Deserialize)]
pub struct GoldFile {
    /// Its name, for messages.
    pub name: String,
    /// Its content.
    pub text: String,
    /// Its format; `None` recognises it from the first record.
    pub format: Option<Format>,
    /// Its companion files.
    pub parts: Option<Vec<GoldPart>>,
}

/// A companion file of an annotated file.
#[derive(Debug, Deserialize)]
pub struct GoldPart {
    /// Its name.
    pub name: String,
    /// Its content.
    pub text: String,
}

/// The content of an annotated file.
#[derive(Debug, Serialize)]
pub struct Gold {
    /// The format as which the file was read.
    pub format: Format,
    /// The sentences; empty ones are left out.
    pub sentences: Vec<Sentence>,
    /// Annotations that were left out.
    pub defects: Vec<String>,
}

/// Scores and differences of predictions.
#[derive(Debug, Serialize)]
pub struct Evaluation {
    /// Precision, recall and F1 under every protocol.
    pub report: Report,
    /// Differences from gold, by sentence.
    pub errors: Vec<SentenceDifferences>,
    /// The predictions that were compared with gold.
    pub predictions: Vec<Prediction>,
}

/// Progress of an evaluation.
#[derive(Debug, Serialize)]
pub struct Done {
    /// Number of finished sentences.
    pub done: usize,
    /// Number of all sentences.
    pub total: usize,
}
