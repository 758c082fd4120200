//! The objects that go to and come from JavaScript, beside those of the core.

use serde::{Deserialize, Serialize};
use spanlight_core::score::{Prediction, Report, SentenceDifferences};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export interface LoadOptions {
  /** "auto" (the default) takes WebGPU where there is a graphics card, and the processor elsewhere. */
  backend?: "auto" | "webgpu" | "cpu";
  /** Bytes of memory for sentences that were read, so that edited text costs only what changed; 16 MiB by default. */
  cache?: number;
}

export interface LoadProgress {
  stage: "verify" | "device" | "weights" | "selftest";
  done: number;
  total: number;
}

export interface ExtractOptions {
  /** Entities and relations below this probability are left out; 0 by default. */
  threshold?: number;
  /** Whether entities and relations say what they were decided on; false by default. */
  evidence?: boolean;
  /** Also what the model rejects, marked so, if its best label is at least this probable; none by default. */
  candidates?: number;
  /** Sentences that start before this offset are skipped. */
  from?: number;
  /** Most sentences to read. */
  limit?: number;
  /** Whether to take sentences that were read before from memory; true by default. */
  reuse?: boolean;
}

/** All offsets count UTF-16 units of the text, as JavaScript's strings do. */
export interface Entity {
  start: number;
  end: number;
  type: string;
  text: string;
  /** Probability of the type, given the span. */
  score: number;
  /** "No entity" is more probable; only with `candidates`. */
  rejected?: true;
  /** The best types, `null` for "no entity", the best first; only with `evidence`. */
  alternatives?: { type: string | null; score: number }[];
}

/** Its arguments are indices into the sentence's entities. */
export interface Relation {
  head: number;
  tail: number;
  type: string;
  /** Probability of type and direction, given both arguments. */
  score: number;
  /** "No relation" is more probable; only with `candidates`. */
  rejected?: true;
  /** How the model weighed the words around; the weights add up to 1; only with `evidence`. */
  attention?: Attention;
  /** The best types and directions, `null` for "no relation", the best first; only with `evidence`. */
  alternatives?: { type: string | null; head: number; tail: number; score: number }[];
}

/** Weights of the words left of both arguments, of the arguments, between them, and right of both. */
export interface Attention {
  left: number;
  head: number;
  middle: number;
  tail: number;
  right: number;
}

export interface Sentence {
  start: number;
  end: number;
  entities: Entity[];
  relations: Relation[];
}

/** Newly finished sentences in textual order, perhaps none, and how much of the text is read. */
export interface Batch {
  sentences: Sentence[];
  read: number;
  total: number;
}

/** Milliseconds. */
export interface Timing {
  tokenize: number;
  compute: number;
  decode: number;
}

export interface Extraction {
  sentences: Sentence[];
  /** Less than `total` if the extraction was cancelled. */
  read: number;
  total: number;
  /** Words so long that only their beginning was read. */
  shortened: number;
  /** Sentences that went through the model. */
  computed: number;
  /** Sentences that were in memory. */
  reused: number;
  /** Word-pieces that went through the model. */
  pieces: number;
  timing: Timing;
}

/** An annotated sentence; spans count its words, and their end is exclusive. */
export interface GoldSentence {
  document: string;
  index: number;
  words: string[];
  entities: { start: number; end: number; label: string }[];
  relations: { head: number; tail: number; label: string }[];
}

export interface Prediction {
  /** Spans before typing. */
  spans: [number, number][];
  entities: { start: number; end: number; label: string }[];
  relations: { head: number; tail: number; label: string }[];
}

export interface Counts {
  p: number;
  r: number;
  f1: number;
  gold: number;
  pred: number;
  tp: number;
}

export interface Scores {
  /** Borders only, before typing. */
  span: Counts;
  entity: Counts;
  /** Type and both borders. */
  relation: Counts;
  /** As `relation`, and the arguments' types. */
  strict: Counts;
  by_type: Record<"entity" | "relation" | "strict", Record<string, Counts>>;
}

/** What `spanlight evaluate --json` prints: all annotations, those that the paper's reader keeps, either order. */
export interface Report {
  full: Scores;
  reference: Scores;
  symmetric: Scores;
}

/** Indices into the gold and the predicted entities or relations of a sentence. */
export interface Difference {
  what: "entity" | "relation";
  kind: "missed" | "spurious" | "type" | "border" | "direction" | "arguments";
  gold: number | null;
  predicted: number | null;
}

export interface Evaluation {
  report: Report;
  /** Where predictions differ from gold; `sentence` is an index into the sentences given. */
  errors: { sentence: number; errors: Difference[] }[];
  predictions: Prediction[];
}

export interface Info {
  model: string;
  format: number;
  entities: string[];
  relations: string[];
  /** Those relations whose arguments may be swapped. */
  symmetric: string[];
  backend: "webgpu" | "cpu";
  /** Name of the WebGPU adapter in use. */
  adapter: string | null;
  /** Whether that adapter computes on the processor. */
  software: boolean;
  /** Why the model does not run where one might expect it to. */
  note: string | null;
  parameters: number;
}
"#;

/// Where the caller wants the model to compute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wish {
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
    pub backend: Option<Wish>,
    /// Bytes of memory for sentences.
    pub cache: Option<usize>,
}

/// How to extract.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ExtractOptions {
    /// Lowest probability.
    pub threshold: Option<f32>,
    /// Whether to say what was decided on.
    pub evidence: Option<bool>,
    /// Lowest probability of what the model rejects.
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
