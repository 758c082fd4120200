#![recursion_limit = "256"]
//! Results of a loaded model: entities, relations, evidence, scores.

mod evidence;
mod memory;
mod scoring;
#[path = "../support/mod.rs"]
mod support;
mod text;

use support::{Extractor, SENTENCE, Tiny};
use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn text_of(sentences: usize) -> String {
    vec![SENTENCE; sentences].join(" ")
}

async fn tiny() -> Extractor {
    Tiny::new().await.load("cpu").await.unwrap()
}
