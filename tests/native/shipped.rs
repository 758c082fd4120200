//! The shipped models, opened in the same way as by a program that uses them.

use burn::tensor::Device;
use pollster::block_on;
use spanlight_core::Arithmetic;
use spanlight_core::bundle::{MANIFEST, Manifest, SelfTest, TOKENIZER, WEIGHTS};
use spanlight_core::extract::{ExtractOptions, Extractor};
use spanlight_tests::package;

/// Largest size of a bundle that the page may load.
const LIMIT: usize = 25_000_000;

fn read(path: &str) -> Vec<u8> {
    std::fs::read(package().join("../www/models").join(path)).unwrap()
}

/// Names of the models in the menu of the page.
fn menu() -> Vec<String> {
    let index: serde_json::Value = serde_json::from_slice(&read("index.json")).unwrap();
    let models = index["models"].as_array().unwrap().iter();
    models
        .map(|model| model["name"].as_str().unwrap().to_string())
        .collect()
}

/// A model and the number of bytes of its bundle.
fn shipped(name: &str) -> (Manifest, Extractor, usize) {
    let [manifest, tokenizer, weights] =
        [MANIFEST, TOKENIZER, WEIGHTS].map(|part| read(&format!("{name}/{part}")));
    let bytes = manifest.len() + tokenizer.len() + weights.len();
    let manifest = Manifest::parse(&manifest).unwrap();
    let extractor = manifest
        .open(&tokenizer, &weights, &Device::flex(), 512)
        .unwrap();
    (manifest, extractor, bytes)
}

fn extract(extractor: &Extractor, text: &str) -> SelfTest {
    let found = block_on(extractor.extract(text, &ExtractOptions::default())).unwrap();
    SelfTest {
        text: text.into(),
        sentences: found.sentences,
    }
}

#[test]
fn each_fits_the_page_and_passes_its_self_test() {
    let names = menu();
    assert!(!names.is_empty());
    for name in names {
        let (manifest, extractor, bytes) = shipped(&name);
        assert_eq!(manifest.name, name);
        assert!(bytes <= LIMIT, "{name}: {bytes} bytes");
        let found = extract(&extractor, &manifest.self_test.text);
        assert!(
            manifest.self_test.accepts(&found.sentences),
            "{name}: {found:#?}"
        );
    }
}

/// The browser must reproduce `web/tests/golden.json`. After a change of the model, make the file again with
/// `spanlight predict --device cpu --with-text --model www/models/science web/tests/sentences.txt`.
#[test]
fn the_golden_extraction_is_current() {
    let (_, extractor, _) = shipped("science");
    let tests = package().join("../web/tests");
    let golden: SelfTest =
        serde_json::from_slice(&std::fs::read(tests.join("golden.json")).unwrap()).unwrap();
    assert_eq!(
        golden.text,
        std::fs::read_to_string(tests.join("sentences.txt")).unwrap()
    );
    assert_eq!(golden.sentences.len(), 50);
    assert!(golden.accepts(&extract(&extractor, &golden.text).sentences));
}

/// The arithmetic of the page's processor: inputs of 16 bits change no decision here, and no score by a thousandth.
#[test]
fn int8_arithmetic_gives_the_results_of_f32() {
    let gold = String::from_utf8(read("../../web/tests/gold.jsonl")).unwrap();
    let text = &gold
        .lines()
        .flat_map(|line| {
            let document: serde_json::Value = serde_json::from_str(line).unwrap();
            let sentences: Vec<Vec<String>> =
                serde_json::from_value(document["sentences"].clone()).unwrap();
            sentences
        })
        .map(|words| words.join(" "))
        .collect::<Vec<_>>()
        .join("\n\n");
    for name in menu() {
        let (manifest, extractor, _) = shipped(&name);
        let [tokenizer, weights] = [TOKENIZER, WEIGHTS].map(|part| read(&format!("{name}/{part}")));
        let device = Device::flex();
        let saved = manifest.saved(&tokenizer, &weights, Arithmetic::Int8, &device);
        let saved = saved.unwrap();
        assert!(!saved.int8.is_empty());
        let int8 = saved.extractor(&device, 512).unwrap();
        assert!(extract(&int8, &manifest.self_test.text).sentences.len() == 1);
        let expected = extract(&extractor, text);
        assert!(
            expected
                .sentences
                .iter()
                .any(|sentence| !sentence.entities.is_empty())
        );
        let found = extract(&int8, text);
        assert!(expected.accepts(&found.sentences), "{name}: {found:#?}");
    }
}
