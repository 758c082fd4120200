#![recursion_limit = "256"]
//! The shipped model finds in the browser what it finds natively.
#![cfg(has_science_model)]

mod support;

use spanlight_core::bundle::SelfTest;
use support::{adapter, load, log, sentences};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const MODEL: [&[u8]; 3] = [
    include_bytes!("../../www/models/science/manifest.json"),
    include_bytes!("../../www/models/science/tokenizer.json"),
    include_bytes!("../../www/models/science/weights.safetensors"),
];

/// What to do when the model has changed.
const HOW: &str = "golden.json is made anew with `spanlight predict --model www/models/science \
    --device cpu --with-text web/tests/sentences.txt -o web/tests/golden.json`";

/// A text and what the native program finds in it.
fn golden() -> SelfTest {
    serde_json::from_str(include_str!("golden.json")).unwrap()
}

async fn check(backend: &str) {
    let golden = golden();
    assert!(
        golden.sentences.len() >= 50,
        "{} sentences are too few",
        golden.sentences.len()
    );
    let extractor = load(MODEL, backend).await.unwrap();
    assert_eq!(extractor.info()["backend"], backend, "{}", extractor.info());
    let extraction = extractor.all(&golden.text).await;
    log(&format!("{backend}: {}", extraction["timing"]));
    let found = sentences(&extraction);
    assert_eq!(found.len(), golden.sentences.len());
    for (found, known) in found.into_iter().zip(golden.sentences) {
        let alone = SelfTest {
            text: String::new(),
            sentences: vec![known],
        };
        assert!(
            alone.accepts(std::slice::from_ref(&found)),
            "{found:?}\ninstead of {:?}\n{HOW}",
            alone.sentences
        );
    }
}

#[wasm_bindgen_test]
async fn the_processor_finds_what_the_native_program_finds() {
    check("cpu").await;
}

#[wasm_bindgen_test]
async fn webgpu_finds_what_the_native_program_finds() {
    match adapter().await {
        None => {}
        Some(true) => check("webgpu").await,
        // A software adapter takes half a minute for a sentence; the self-test has one.
        Some(false) => assert_eq!(
            load(MODEL, "webgpu").await.unwrap().info()["backend"],
            "webgpu"
        ),
    }
}
