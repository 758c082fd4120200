//! The objects that go to and come from JavaScript, beside those of the core.

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export interface LoadOptions {
  /** "auto" (the default) takes WebGPU where there is a graphics card, and the processor elsewhere. */
  backend?: "auto" | "webgpu" | "cpu";
}

export interface LoadProgress {
  stage: "verify" | "device" | "weights" | "selftest";
  done: number;
  total: number;
}

export interface ExtractOptions {
  /** Entities and relations below this probability are left out; 0 by default. */
  threshold?: number;
}

/** All offsets count UTF-16 units of the text, as JavaScript's strings do. */
export interface Entity {
  start: number;
  end: number;
  type: string;
  text: string;
  score: number;
}

/** Its arguments are indices into the sentence's entities. */
export interface Relation {
  head: number;
  tail: number;
  type: string;
  score: number;
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
  timing: Timing;
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
}

/// How to extract.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ExtractOptions {
    /// Lowest probability.
    pub threshold: Option<f32>,
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
