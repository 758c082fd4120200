#![recursion_limit = "256"]
//! The shipped model gives the same results in the browser as natively.
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

/// The command that rewrites golden.json after a change of the model.
const HOW: &str = "if the model has changed, rewrite golden.json with `spanlight predict --model www/models/science \
    --device cpu --with-text web/tests/sentences.txt -o web/tests/golden.json`";

/// A text and the results of the native program.
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
async fn the_processor_agrees_with_the_native_program() {
    check("cpu").await;
}

#[wasm_bindgen_test]
async fn webgpu_agrees_with_the_native_program() {
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
