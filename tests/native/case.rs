//! An uncased encoder that is told how words are written (method §13.12).

use burn::tensor::Device;
use pollster::block_on;
use spanlight_core::batch::Pieces;
use spanlight_core::case::Case;
use spanlight_core::extract::{ExtractOptions, ExtractedSentence, Extractor};
use spanlight_core::ops::Init;
use spanlight_core::predict::Predictor;
use spanlight_core::weights::{Array, load_state, state_of};
use spanlight_core::{JointModel, ModelConfig};
use spanlight_tests::{
    tiny_config, tiny_extractor, tiny_model, tiny_schema, tiny_tokenizer, uniform,
};

const TEXT: &str = "alice met bob in paris for 3 of the models and data.";

/// The model of [`tiny_extractor`] with vectors for how words are written.
fn told(vectors: Vec<f32>) -> Extractor {
    let (device, schema) = (Device::flex(), tiny_schema());
    let config = ModelConfig {
        case: true,
        ..tiny_config()
    };
    let mut state = block_on(state_of(&tiny_model(5, &device))).unwrap();
    let shape = vec![Case::KINDS, config.encoder.hidden_size];
    let vectors = Array::new("case", shape, vectors).unwrap();
    state.insert("case".into(), vectors);
    let blank = JointModel::new(&config, &schema, &mut Init::blank(), &device).unwrap();
    let model = load_state(blank, state).unwrap();
    Extractor::new(Predictor::new(model, schema, 256), tiny_tokenizer())
}

fn found(extractor: &Extractor, text: &str) -> Vec<ExtractedSentence> {
    let options = ExtractOptions::default();
    let found = block_on(extractor.extract(text, &options));
    found.unwrap().sentences
}

/// Scores of all that is found.
fn scores(extractor: &Extractor, text: &str) -> Vec<f32> {
    let sentences = found(extractor, text);
    assert!(sentences.iter().any(|s| !s.entities.is_empty()));
    let entities = sentences.iter().flat_map(|s| &s.entities);
    entities.map(|e| e.score).collect()
}

#[test]
fn words_count_by_how_they_are_written_once_it_is_told() {
    let size = Case::KINDS * tiny_config().encoder.hidden_size;
    let (plain, silent, told) = (
        tiny_extractor(256),
        told(vec![0.0; size]),
        told(uniform(size, 1).iter().map(|v| 0.1 * v).collect()),
    );
    let capitals = TEXT.replace("alice", "Alice").replace("paris", "PARIS");
    assert_eq!(scores(&plain, TEXT), scores(&plain, &capitals));
    assert_eq!(found(&plain, TEXT), found(&silent, TEXT));
    assert_ne!(scores(&plain, TEXT), scores(&told, TEXT));
    assert_ne!(scores(&told, TEXT), scores(&told, &capitals));
}

#[test]
fn every_piece_of_a_word_has_its_case_and_neighbours_have_none() {
    use Case::{Caseless, Lower, Title, Upper};
    let pieces = tiny_tokenizer()
        .sentence(["Zz", "in", "DATA", "."])
        .unwrap();
    assert_eq!(
        pieces.cases,
        [Caseless, Title, Title, Lower, Upper, Caseless]
    );
    assert_eq!(pieces.ids.len(), pieces.cases.len() + 1);
    let within = pieces.within(&[4, 5], &[6]);
    assert_eq!(
        within.cases,
        [
            Caseless, Caseless, Caseless, Title, Title, Lower, Upper, Caseless
        ]
    );
    assert_eq!(within.first, [3, 5, 6, 7]);
    let bare = Pieces::default();
    assert!(bare.within(&[4], &[]).cases.is_empty());
}
