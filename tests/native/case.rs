//! Upper and lower case of words as an input of an uncased encoder (method §13.12).

use burn::tensor::Device;
use pollster::block_on;
use spanlight_core::case::Case;
use spanlight_core::extract::{ExtractOptions, ExtractedSentence, Extractor};
use spanlight_core::predict::Predictor;
use spanlight_core::weights::{Array, state_of};
use spanlight_core::{Decoding, JointModel, ModelConfig};
use spanlight_tests::{
    tiny_config, tiny_extractor, tiny_model, tiny_schema, tiny_tokenizer, uniform,
};

const TEXT: &str = "alice met bob in paris for 3 of the models and data.";

/// The model of [`tiny_extractor`] with a vector for each kind of case.
fn with_case(vectors: Vec<f32>) -> Extractor {
    let (device, schema) = (Device::flex(), tiny_schema());
    let config = ModelConfig {
        case: true,
        ..tiny_config()
    };
    let mut state = block_on(state_of(&tiny_model(5, &device))).unwrap();
    let shape = vec![Case::KINDS, config.encoder.hidden_size];
    let vectors = Array::new("case", shape, vectors).unwrap();
    state.insert("case".into(), vectors);
    let model = JointModel::load(&config, &schema, state, &device).unwrap();
    let predictor = Predictor::new(model, schema, Decoding::default(), 256);
    Extractor::new(predictor, tiny_tokenizer())
}

fn found(extractor: &Extractor, text: &str) -> Vec<ExtractedSentence> {
    let options = ExtractOptions::default();
    let found = block_on(extractor.extract(text, &options));
    found.unwrap().sentences
}

/// Scores of all entities and relations.
fn scores(extractor: &Extractor, text: &str) -> Vec<f32> {
    let sentences = found(extractor, text);
    assert!(sentences.iter().any(|s| !s.entities.is_empty()));
    let entities = sentences.iter().flat_map(|s| &s.entities);
    entities.map(|e| e.score).collect()
}

#[test]
fn scores_depend_on_case_only_through_its_vectors() {
    let size = Case::KINDS * tiny_config().encoder.hidden_size;
    let (plain, silent, cased) = (
        tiny_extractor(256),
        with_case(vec![0.0; size]),
        with_case(uniform(size, 1).iter().map(|v| 0.1 * v).collect()),
    );
    let capitals = TEXT.replace("alice", "Alice").replace("paris", "PARIS");
    assert_eq!(scores(&plain, TEXT), scores(&plain, &capitals));
    assert_eq!(found(&plain, TEXT), found(&silent, TEXT));
    assert_ne!(scores(&plain, TEXT), scores(&cased, TEXT));
    assert_ne!(scores(&cased, TEXT), scores(&cased, &capitals));
}

#[test]
fn every_piece_of_a_word_has_its_case() {
    use Case::{Caseless, Lower, Title, Upper};
    let pieces = tiny_tokenizer()
        .sentence(["Zz", "in", "DATA", "."])
        .unwrap();
    assert_eq!(
        pieces.cases,
        [Caseless, Title, Title, Lower, Upper, Caseless]
    );
    assert_eq!(pieces.ids.len(), pieces.cases.len() + 1);
}
