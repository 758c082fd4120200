//! The model we ship, opened as a user's program would.

use std::path::PathBuf;

use burn::tensor::Device;
use pollster::block_on;
use spanlight_core::bundle::{MANIFEST, Manifest, SelfTest, TOKENIZER, WEIGHTS};
use spanlight_core::extract::{ExtractOptions, Extractor};

/// Largest bundle that a page may load.
const LIMIT: usize = 25_000_000;

/// Asked for at run time: a target folder that several clones share may hold another one's binary.
fn workspace() -> PathBuf {
    PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap())
}

fn part(name: &str) -> Vec<u8> {
    let folder = workspace().join("../www/models/science");
    std::fs::read(folder.join(name)).unwrap()
}

fn shipped() -> (Manifest, Extractor) {
    let manifest = Manifest::parse(&part(MANIFEST)).unwrap();
    let extractor = manifest
        .open(&part(TOKENIZER), &part(WEIGHTS), &Device::flex(), 512)
        .unwrap();
    (manifest, extractor)
}

fn extract(extractor: &Extractor, text: &str) -> SelfTest {
    let found = block_on(extractor.extract(text, &ExtractOptions::default())).unwrap();
    SelfTest {
        text: text.into(),
        sentences: found.sentences,
    }
}

#[test]
fn it_fits_the_page_and_passes_its_self_test() {
    let (manifest, extractor) = shipped();
    let bytes = part(MANIFEST).len() + part(TOKENIZER).len() + part(WEIGHTS).len();
    assert!(bytes <= LIMIT, "{bytes} bytes");
    let found = extract(&extractor, &manifest.self_test.text);
    assert!(manifest.self_test.accepts(&found.sentences), "{found:#?}");
}

/// `web/tests/golden.json` is what the browser must reproduce; made anew, after a change of model, by
/// `spanlight predict --device cpu --with-text --model www/models/science web/tests/sentences.txt`.
#[test]
fn the_golden_extraction_is_current() {
    let (_, extractor) = shipped();
    let tests = workspace().join("../web/tests");
    let golden: SelfTest =
        serde_json::from_slice(&std::fs::read(tests.join("golden.json")).unwrap()).unwrap();
    assert_eq!(
        golden.text,
        std::fs::read_to_string(tests.join("sentences.txt")).unwrap()
    );
    assert_eq!(golden.sentences.len(), 50);
    assert!(golden.accepts(&extract(&extractor, &golden.text).sentences));
}
