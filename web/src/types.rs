//! The objects that go to and come from JavaScript, beside those of the core.

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
    /// Where it is fast.
    #[default]
    Auto,
    /// On WebGPU, a software adapter included.
    Webgpu,
    /// On the processor.
    Cpu,
}

/// How to load.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LoadOptions {
    /// Where to compute; a missing and an `undefined` one are the same.
    pub backend: Option<Preference>,
    /// Bytes of memory for sentences.
    pub cache: Option<usize>,
}

/// How to extract.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub struct ExtractOptions {
    /// Lowest score.
    pub threshold: Option<f32>,
    /// Whether to say what was decided on.
    pub evidence: Option<bool>,
    /// Lowest score of what the model rejects.
    pub candidates: Option<f32>,
    /// First offset.
    pub from: Option<usize>,
    /// Most sentences.
    pub limit: Option<usize>,
    /// Whether to remember.
    pub reuse: Option<bool>,
}

/// Where a model computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// On WebGPU.
    Webgpu,
    /// On the processor.
    Cpu,
}

/// A loaded model.
#[derive(Debug, Serialize)]
pub struct Info {
    /// Its name.
    pub model: String,
    /// Version of its bundle's format.
    pub format: u32,
    /// Entity types.
    pub entities: Vec<String>,
    /// Relation types.
    pub relations: Vec<String>,
    /// Those whose arguments may be swapped.
    pub symmetric: Vec<String>,
    /// Where it computes.
    pub backend: Backend,
    /// Name of the WebGPU adapter.
    pub adapter: Option<String>,
    /// Whether that computes on the processor.
    pub software: bool,
    /// Why it does not compute elsewhere.
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
    /// Its format; recognised from the first record where it is not given.
    pub format: Option<Format>,
    /// Files that belong to it.
    pub parts: Option<Vec<GoldPart>>,
}

/// A file that belongs to an annotated one.
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
    /// The format that it was read as.
    pub format: Format,
    /// Those sentences that have words.
    pub sentences: Vec<Sentence>,
    /// Annotations that were left out.
    pub defects: Vec<String>,
}

/// Scores and differences of predictions.
#[derive(Debug, Serialize)]
pub struct Evaluation {
    /// Precision, recall and F1 under every protocol.
    pub report: Report,
    /// What is wrong, by sentence.
    pub errors: Vec<SentenceDifferences>,
    /// What was compared with gold.
    pub predictions: Vec<Prediction>,
}

/// Annotated sentences that are done.
#[derive(Debug, Serialize)]
pub struct Done {
    /// So many.
    pub done: usize,
    /// Of so many.
    pub total: usize,
}
