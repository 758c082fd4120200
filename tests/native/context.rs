//! Models that read pieces of neighbouring sentences find the same in texts as in annotated sentences.

use burn::tensor::Device;
use pollster::block_on;
use spanlight_core::ModelConfig;
use spanlight_core::document::Sentence;
use spanlight_core::extract::{ExtractOptions, Extraction, Extractor};
use spanlight_core::predict::Predictor;
use spanlight_core::predict::predict_gold;
use spanlight_core::text::{OffsetUnit, segment};
use spanlight_tests::{tiny_config, tiny_model_of, tiny_schema, tiny_tokenizer};

fn extractor(context: usize) -> Extractor {
    let config = ModelConfig {
        context,
        ..tiny_config()
    };
    let model = tiny_model_of(&config, 5, &Device::flex());
    Extractor::new(Predictor::new(model, tiny_schema(), 256), tiny_tokenizer())
}

fn read(extractor: &Extractor, text: &str) -> Extraction {
    let options = ExtractOptions {
        unit: OffsetUnit::Byte,
        ..Default::default()
    };
    block_on(extractor.extract(text, &options)).unwrap()
}

/// More sentences than a block, one of them longer than a window.
fn text() -> String {
    let names = ["Alice", "Bob", "the graph", "the model", "data", "Paris"];
    let short = |i: usize| {
        format!(
            "In {i} {} met {} and uses data.",
            names[i % 6],
            names[i / 6]
        )
    };
    let mut sentences: Vec<String> = (0..20).map(short).collect();
    sentences[7] = format!("{} met Alice.", "Bob and data for Paris and ".repeat(15));
    sentences.join(" ")
}

/// Places, types and scores, in order.
fn entities(found: &Extraction) -> Vec<(usize, usize, String, f32)> {
    let all = found.sentences.iter().flat_map(|s| &s.entities);
    all.map(|e| (e.start, e.end, e.label.clone(), e.score))
        .collect()
}

fn assert_same(found: &Extraction, expected: &Extraction) {
    let (found, expected) = (entities(found), entities(expected));
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(&expected) {
        assert_eq!((a.0, a.1, &a.2), (b.0, b.1, &b.2));
        assert!((a.3 - b.3).abs() < 1e-5, "{a:?} {b:?}");
    }
}

#[test]
fn texts_are_read_as_annotated_sentences_are() {
    let text: String = text().split_inclusive('.').take(7).collect();
    let sentences = segment(&text);
    let gold: Vec<Sentence> = (sentences.iter().enumerate())
        .map(|(index, sentence)| Sentence {
            index,
            words: (sentence.words.iter())
                .map(|w| w.surface(&text).to_string())
                .collect(),
            ..Default::default()
        })
        .collect();
    let mut seen = Vec::new();
    for context in [0, 5, 100] {
        let extractor = extractor(context);
        let found = entities(&read(&extractor, &text));
        let found: Vec<_> = found.into_iter().map(|e| (e.0, e.1, e.2)).collect();
        let predictions = block_on(predict_gold(&extractor, &gold, async |_| true)).unwrap();
        let expected: Vec<_> = (predictions.unwrap().into_iter().zip(&sentences))
            .flat_map(|(prediction, sentence)| {
                let place = |e: &spanlight_core::document::Entity| {
                    let words = &sentence.words;
                    (words[e.start].start, words[e.end - 1].end, e.label.clone())
                };
                prediction.entities.iter().map(place).collect::<Vec<_>>()
            })
            .collect();
        assert!(!found.is_empty());
        assert_eq!(found, expected, "context {context}");
        seen.push(read(&extractor, &text).pieces);
    }
    assert!(seen[0] < seen[1] && seen[1] < seen[2], "{seen:?}");
}

#[test]
fn a_neighbour_changes_what_is_found() {
    let scores = |context: usize, neighbour: &str| {
        let text = format!("Alice met Bob in Paris. {neighbour}");
        let found = read(&extractor(context), &text);
        let first = found.sentences.first().unwrap().entities.iter();
        first.map(|e| e.score).collect::<Vec<f32>>()
    };
    let (one, other) = ("The graph uses data.", "Bob met the method.");
    assert_eq!(scores(0, one), scores(0, other));
    assert_ne!(scores(4, one), scores(4, other));
}

#[test]
fn an_edit_computes_the_neighbours_that_see_it() {
    let before = text();
    let after = before.replace("In 12 ", "In 99 ");
    assert_ne!(before, after);
    // Sentences of eight to ten words, of which twenty reach over two or three.
    for (context, expected) in [(0, 1..=1), (5, 3..=3), (20, 5..=7)] {
        let remembering = extractor(context).with_memory(1 << 20);
        let first = read(&remembering, &before);
        assert_eq!(first.reused, 0);
        let second = read(&remembering, &after);
        let computed = second.computed;
        assert!(
            expected.contains(&computed),
            "context {context}: {computed}"
        );
        assert_same(&second, &read(&extractor(context), &after));
        assert_eq!(read(&remembering, &before).computed, 0);
    }
}
