//! After an edit, only changed sentences go through the model; of a part of a text, only that part does.

use burn::tensor::Device;
use pollster::block_on;
use spanlight_core::Decoding;
use spanlight_core::extract::{ExtractOptions, ExtractedSentence, Extraction, Extractor};
use spanlight_core::predict::Predictor;
use spanlight_tests::{tiny_model, tiny_schema, tiny_tokenizer};

const MEMORY: usize = 1 << 20;

/// An extractor without a memory, whose model rejects some spans and pairs.
fn forgetful() -> Extractor {
    let model = tiny_model(0, &Device::flex());
    let predictor = Predictor::new(model, tiny_schema(), Decoding::default(), 256);
    Extractor::new(predictor, tiny_tokenizer())
}

fn remembering() -> Extractor {
    forgetful().with_memory(MEMORY)
}

fn read(extractor: &Extractor, text: &str, options: ExtractOptions) -> Extraction {
    block_on(extractor.extract(text, &options)).unwrap()
}

/// Different sentences.
fn sentences(count: usize) -> Vec<String> {
    let names = ["Alice", "Bob", "the graph", "the model", "data", "Paris"];
    (0..count)
        .map(|i| {
            let (a, b) = (names[i % 6], names[(i / 6) % 6]);
            format!("In {i} {a} met {b} and uses the method for {a} of Paris.")
        })
        .collect()
}

/// Asserts equal entities and relations. Scores may differ by rounding, since batches differ.
fn assert_same(found: &[ExtractedSentence], expected: &[ExtractedSentence]) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert_eq!((a.start, a.end), (b.start, b.end));
        let entities = |s: &ExtractedSentence| -> Vec<_> {
            let all = s.entities.iter();
            all.map(|e| (e.start, e.end, e.label.clone(), e.text.clone(), e.rejected))
                .collect()
        };
        assert_eq!(entities(a), entities(b));
        let relations = |s: &ExtractedSentence| -> Vec<_> {
            let all = s.relations.iter();
            all.map(|r| (r.head, r.tail, r.label.clone(), r.rejected))
                .collect()
        };
        assert_eq!(relations(a), relations(b));
        let scores = a.entities.iter().zip(&b.entities);
        assert!(
            scores
                .map(|(a, b)| (a.score - b.score).abs())
                .all(|d| d < 1e-5)
        );
    }
}

#[test]
fn an_edit_computes_one_sentence() {
    let extractor = remembering();
    let mut text = sentences(40);
    let first = read(&extractor, &text.join(" "), ExtractOptions::default());
    assert_eq!((first.computed, first.reused), (40, 0));
    assert!(first.pieces > 400);

    text[17] = "The graph 😀 met Alice in Paris.".into();
    let edited = text.join(" ");
    let second = read(&extractor, &edited, ExtractOptions::default());
    assert_eq!((second.computed, second.reused), (1, 39));
    assert!(second.pieces < 20);
    let anew = read(&forgetful(), &edited, ExtractOptions::default());
    assert_eq!((anew.computed, anew.reused), (40, 0));
    assert_same(&second.sentences, &anew.sentences);
    assert_eq!((second.read, second.total), (anew.read, anew.total));
}

#[test]
fn moved_and_repeated_sentences_are_reused() {
    let extractor = remembering();
    let mut text = sentences(12);
    read(&extractor, &text.join(" "), ExtractOptions::default());
    text.rotate_left(5);
    text.push(text[0].clone());
    let moved = text.join("\n\n");
    let found = read(&extractor, &moved, ExtractOptions::default());
    assert_eq!((found.computed, found.reused), (0, 13));
    assert_eq!(found.pieces, 0);
    let anew = read(&forgetful(), &moved, ExtractOptions::default());
    assert_same(&found.sentences, &anew.sentences);
}

#[test]
fn a_sentence_remembered_with_too_little_detail_is_computed_again() {
    let extractor = remembering();
    let text = sentences(3).join(" ");
    let run = |options: ExtractOptions| {
        let found = read(&extractor, &text, options);
        (found.computed, found.reused)
    };
    let evidence = ExtractOptions {
        evidence: true,
        ..Default::default()
    };
    let candidates = |least| ExtractOptions {
        candidates: Some(least),
        ..evidence
    };
    assert_eq!(run(ExtractOptions::default()), (3, 0));
    assert_eq!(run(evidence), (3, 0));
    assert_eq!(run(candidates(0.1)), (3, 0));
    assert_eq!(run(candidates(0.2)), (0, 3));
    assert_eq!(run(candidates(0.05)), (3, 0));
    assert_eq!(run(evidence), (0, 3));
    let threshold = ExtractOptions {
        threshold: 0.9,
        ..Default::default()
    };
    assert_eq!(run(threshold), (0, 3));
    let anew = ExtractOptions {
        reuse: false,
        ..Default::default()
    };
    assert_eq!(run(anew), (3, 0));
    extractor.forget();
    assert_eq!(run(ExtractOptions::default()), (3, 0));
}

#[test]
fn options_apply_to_remembered_sentences_too() {
    let extractor = remembering();
    let text = sentences(6).join(" ");
    let rich = ExtractOptions {
        evidence: true,
        candidates: Some(0.0),
        ..Default::default()
    };
    read(&extractor, &text, rich);
    for options in [
        ExtractOptions::default(),
        ExtractOptions {
            threshold: 0.6,
            ..Default::default()
        },
        ExtractOptions {
            candidates: Some(0.3),
            ..Default::default()
        },
        rich,
    ] {
        let found = read(&extractor, &text, options);
        assert_eq!(found.computed, 0, "{options:?}");
        let expected = read(&forgetful(), &text, options);
        assert_eq!(found.sentences, expected.sentences, "{options:?}");
    }
}

#[test]
fn a_text_can_be_read_in_parts() {
    let text = format!("  {}  ", sentences(20).join(" 😀 "));
    let extractor = forgetful();
    let whole = read(&extractor, &text, ExtractOptions::default());
    let (mut found, mut from) = (Vec::new(), 0);
    for limit in [1, 3, 8, 100, 1] {
        let part = read(
            &extractor,
            &text,
            ExtractOptions {
                from,
                limit: Some(limit),
                ..Default::default()
            },
        );
        assert!(part.sentences.len() <= limit);
        assert_eq!(part.total, whole.total);
        found.extend(part.sentences);
        from = part.read;
    }
    assert_eq!(from, whole.total);
    assert_same(&found, &whole.sentences);
}

#[test]
fn a_part_behind_the_text_is_empty() {
    let extractor = forgetful();
    for (from, limit, read_to) in [
        (usize::MAX, None, 10),
        (0, Some(0), 0),
        (4, Some(0), 10),
        (9, None, 10),
    ] {
        let options = ExtractOptions {
            from,
            limit,
            ..Default::default()
        };
        let found = read(&extractor, "Alice met.", options);
        assert!(found.sentences.is_empty());
        assert_eq!((found.read, found.total), (read_to, 10), "from {from}");
    }
}
