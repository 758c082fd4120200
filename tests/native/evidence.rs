//! Evidence and rejected candidates do not change the entities and relations that are found.

use burn::tensor::Device;
use pollster::block_on;
use spanlight_core::Decoding;
use spanlight_core::batch::{PieceBatch, Pieces};
use spanlight_core::extract::{ExtractOptions, ExtractedSentence, Extractor};
use spanlight_core::joint::{Candidates, Pair};
use spanlight_core::ops::Pass;
use spanlight_core::predict::{Detail, Predicted, Predictor};
use spanlight_core::schema::Span;
use spanlight_tests::{tiny_model, tiny_schema, tiny_tokenizer, values};

const TEXT: &str = "Alice met Bob in Paris and the graph model uses data. The method of Alice is for Bob. \
    Data, data and the model in the graph! Paris uses Alice for the data of the method and met Bob. \
    Zoe (of Rome) writes; the graph of words, met in May, uses him. Who met whom in 1999? \
    A parser for Paris: the method of data and graphs of Bob. No model met the data of Eve in Oslo.";

/// Extracts with a model that rejects some spans and pairs.
fn extract(options: ExtractOptions) -> Vec<ExtractedSentence> {
    let model = tiny_model(0, &Device::flex());
    let predictor = Predictor::new(model, tiny_schema(), Decoding::default(), 256);
    let extractor = Extractor::new(predictor, tiny_tokenizer());
    let extraction = block_on(extractor.extract(TEXT, &options)).unwrap();
    extraction.sentences
}

fn evident() -> ExtractOptions {
    ExtractOptions {
        evidence: true,
        ..Default::default()
    }
}

fn rejecting(least: f32) -> ExtractOptions {
    ExtractOptions {
        candidates: Some(least),
        ..evident()
    }
}

/// The sentences without their evidence.
fn plain(mut sentences: Vec<ExtractedSentence>) -> Vec<ExtractedSentence> {
    for sentence in &mut sentences {
        for entity in &mut sentence.entities {
            entity.alternatives.clear();
        }
        for relation in &mut sentence.relations {
            relation.attention = None;
            relation.alternatives.clear();
        }
    }
    sentences
}

/// The sentences without rejected entities and relations.
fn accepted(mut sentences: Vec<ExtractedSentence>) -> Vec<ExtractedSentence> {
    for sentence in &mut sentences {
        let mut kept = 0;
        let index: Vec<Option<usize>> = (sentence.entities.iter())
            .map(|entity| {
                kept += usize::from(!entity.rejected);
                (!entity.rejected).then_some(kept.wrapping_sub(1))
            })
            .collect();
        sentence.entities.retain(|entity| !entity.rejected);
        sentence.relations.retain_mut(|relation| {
            let (Some(head), Some(tail)) = (index[relation.head], index[relation.tail]) else {
                return false;
            };
            (relation.head, relation.tail) = (head, tail);
            !relation.rejected
        });
    }
    sentences
}

fn near(a: f32, b: f32) -> bool {
    (a - b).abs() < 1e-5
}

#[test]
fn evidence_adds_up_and_starts_with_the_decision() {
    let found = extract(evident());
    let entities: usize = found.iter().map(|s| s.entities.len()).sum();
    let relations: usize = found.iter().map(|s| s.relations.len()).sum();
    assert!(entities > 5 && relations > 5, "{entities}, {relations}");
    for sentence in &found {
        for entity in &sentence.entities {
            let first = &entity.alternatives[0];
            assert_eq!(
                (first.label.as_ref(), first.score),
                (Some(&entity.label), entity.score)
            );
            // The tiny schema has four classes of spans and five of pairs, so all of them are listed.
            let sum = entity.alternatives.iter().map(|a| a.score).sum();
            assert!(near(sum, 1.0), "{sum}");
            assert!(entity.alternatives.is_sorted_by(|a, b| a.score >= b.score));
        }
        for relation in &sentence.relations {
            let first = &relation.alternatives[0];
            assert_eq!(
                (first.label.as_ref(), first.head, first.tail, first.score),
                (
                    Some(&relation.label),
                    relation.head,
                    relation.tail,
                    relation.score
                )
            );
            let sum = relation.alternatives.iter().map(|a| a.score).sum();
            assert!(near(sum, 1.0), "{sum}");
            let weights = relation.attention.unwrap();
            let sum = weights.left + weights.head + weights.middle + weights.tail + weights.right;
            assert!(near(sum, 1.0), "{weights:?}");
        }
    }
}

#[test]
fn evidence_and_candidates_leave_the_findings_exactly_as_they_are() {
    let found = extract(ExtractOptions::default());
    assert_eq!(plain(extract(evident())), found);
    let with_rejected = extract(rejecting(0.0));
    let all = with_rejected.iter();
    assert!(all.clone().flat_map(|s| &s.entities).any(|e| e.rejected));
    assert!(all.flat_map(|s| &s.relations).any(|r| r.rejected));
    assert_eq!(plain(accepted(with_rejected)), found);
}

#[test]
fn rejected_candidates_score_less_than_none_and_at_least_the_limit() {
    let scores = |sentences: &[ExtractedSentence]| -> Vec<f32> {
        let of = |s: &ExtractedSentence| -> Vec<f32> {
            let entities = s.entities.iter().filter(|e| e.rejected);
            let relations = s.relations.iter().filter(|r| r.rejected);
            entities
                .map(|e| e.score)
                .chain(relations.map(|r| r.score))
                .collect()
        };
        sentences.iter().flat_map(of).collect()
    };
    let mut all = scores(&extract(rejecting(0.0)));
    all.sort_by(f32::total_cmp);
    assert!(all.len() > 4, "{all:?}");
    let least = all[all.len() / 2];
    let some = extract(rejecting(least));
    let count = scores(&some).len();
    assert!(count > 0 && count < all.len(), "{count}");
    for sentence in &some {
        for entity in sentence.entities.iter().filter(|e| e.rejected) {
            let [nothing, best, ..] = &entity.alternatives[..] else {
                panic!("{entity:?}");
            };
            assert_eq!(nothing.label, None);
            assert_eq!(best.label.as_ref(), Some(&entity.label));
            assert!(entity.score >= least && entity.score <= nothing.score);
        }
        for relation in sentence.relations.iter().filter(|r| r.rejected) {
            assert_eq!(relation.alternatives[0].label, None);
            assert_eq!(relation.alternatives[1].score, relation.score);
            assert!(relation.score >= least);
        }
    }
}

/// The prediction for a sentence, with evidence.
fn predict(predictor: &Predictor, pieces: &Pieces) -> Predicted {
    let detail = Detail {
        evidence: true,
        ..Default::default()
    };
    let mut all = Vec::new();
    let run = predictor.run_with(std::slice::from_ref(pieces), detail, async |found| {
        all.extend(found.into_iter().map(|(_, predicted)| predicted));
        true
    });
    block_on(run).unwrap();
    all.remove(0)
}

#[test]
fn attention_is_that_of_the_pair_encoder() {
    let model = tiny_model(5, &Device::flex());
    let words: Vec<String> = TEXT[..52].split(' ').map(String::from).collect();
    let pieces = tiny_tokenizer().sentence(&words).unwrap();
    let predictor = Predictor::new(model.clone(), tiny_schema(), Decoding::default(), 256);
    let found = predict(&predictor, &pieces);
    assert!(found.relations.len() > 1);

    let batch = PieceBatch::new([&pieces]);
    let quiet = &mut Pass::inference();
    let encoded = model.encode(&batch, quiet);
    let represented = model.represent(&encoded, &found.spans, quiet);
    let row = |span: Span| found.spans.iter().position(|s| *s == span).unwrap();
    for relation in &found.relations {
        let pair = Pair {
            sentence: 0,
            left: row(found.entities[relation.left].span),
            right: row(found.entities[relation.right].span),
        };
        let candidates = Candidates {
            bounds: &[batch.rows(0)],
            spans: &found.spans,
            pairs: &[pair],
        };
        let expected = model.relate(&encoded, &candidates, &represented, quiet);
        let attention = relation.evidence.as_ref().unwrap().attention;
        for (found, expected) in attention.iter().zip(values(expected.weights)) {
            assert!(near(*found, expected), "{attention:?}");
        }
    }
}
