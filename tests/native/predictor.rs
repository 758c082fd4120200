//! Inference does not depend on how sentences are batched.

use burn::tensor::Device;
use pollster::block_on;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng, seq::SliceRandom};
use spanlight_core::batch::Pieces;
use spanlight_core::config::Calibration;
use spanlight_core::predict::{Detail, Predicted, PredictedEntity, PredictedRelation, Predictor};
use spanlight_core::tagger::Borders;
use spanlight_core::weights::state_of;
use spanlight_core::{Decoding, JointModel, Schema};
use spanlight_tests::{tiny_config, tiny_model, tiny_schema};

const SENTENCES: usize = 150;

fn predictor(budget: usize) -> Predictor {
    Predictor::new(
        tiny_model(5, &Device::flex()),
        tiny_schema(),
        Decoding::default(),
        budget,
    )
}

/// Sentences of 1 to 20 words, each of 1 to 3 word-pieces.
fn sentences() -> Vec<Pieces> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let pieces = |rng: &mut Xoshiro256PlusPlus| {
        let (mut ids, mut first) = (vec![2], Vec::new());
        for _ in 0..rng.random_range(1..=20) {
            first.push(ids.len());
            let count = rng.random_range(1..=3);
            ids.extend(
                (0..count).map(|_| rng.random_range(4..tiny_config().encoder.vocab_size as u32)),
            );
        }
        ids.push(3);
        Pieces {
            ids,
            first,
            ..Default::default()
        }
    };
    (0..SENTENCES).map(|_| pieces(&mut rng)).collect()
}

fn without_words() -> Pieces {
    Pieces {
        ids: vec![2, 3],
        first: vec![],
        ..Default::default()
    }
}

/// The prediction for every sentence; `None` for sentences without one.
fn predict(predictor: &Predictor, sentences: &[Pieces]) -> Vec<Option<Predicted>> {
    let mut all = vec![None; sentences.len()];
    let run = predictor.run(sentences, async |found| {
        for (i, predicted) in found {
            assert!(all[i].replace(predicted).is_none(), "sentence {i} twice");
        }
        true
    });
    block_on(run).unwrap();
    all
}

/// Asserts equal predictions; scores may differ by rounding.
fn assert_same(found: &[Option<Predicted>], expected: &[Option<Predicted>]) {
    let without_scores = |all: &[Option<Predicted>]| {
        let mut all = all.to_vec();
        let mut scores = Vec::new();
        for one in all.iter_mut().flatten() {
            scores.extend(
                one.entities
                    .iter_mut()
                    .map(|e| std::mem::take(&mut e.score)),
            );
            scores.extend(
                one.relations
                    .iter_mut()
                    .map(|r| std::mem::take(&mut r.score)),
            );
        }
        (all, scores)
    };
    let ((found, scores), (expected, expected_scores)) =
        (without_scores(found), without_scores(expected));
    assert_eq!(found, expected);
    let worst = scores
        .iter()
        .zip(&expected_scores)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(worst <= 1e-5, "scores differ by {worst}");
}

#[test]
fn the_budget_does_not_change_the_results() {
    let sentences = sentences();
    let alone = predict(&predictor(1), &sentences);
    let entities: usize = alone.iter().flatten().map(|p| p.entities.len()).sum();
    let relations: usize = alone.iter().flatten().map(|p| p.relations.len()).sum();
    assert!(
        entities > SENTENCES && relations > SENTENCES,
        "only {entities} entities, {relations} relations"
    );
    for budget in [64, 300, usize::MAX / 1000] {
        assert_same(&predict(&predictor(budget), &sentences), &alone);
    }
}

#[test]
fn order_and_number_of_sentences_do_not_change_the_results() {
    let (predictor, sentences) = (predictor(300), sentences());
    let expected = predict(&predictor, &sentences);
    let mut order: Vec<usize> = (0..SENTENCES).collect();
    order.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(2));
    for order in [&order[..], &order[..7], &order[..1]] {
        let shuffled: Vec<Pieces> = order.iter().map(|&i| sentences[i].clone()).collect();
        let expected: Vec<Option<Predicted>> = order.iter().map(|&i| expected[i].clone()).collect();
        assert_same(&predict(&predictor, &shuffled), &expected);
    }
}

#[test]
fn scores_are_probabilities_and_relations_point_at_entities() {
    for found in predict(&predictor(300), &sentences()).into_iter().flatten() {
        assert!(found.entities.len() <= found.spans.len());
        assert!(
            found
                .entities
                .iter()
                .all(|e| e.score > 0.25 && e.score <= 1.0 && found.spans.contains(&e.span))
        );
        for relation in &found.relations {
            assert!(relation.left < relation.right && relation.right < found.entities.len());
            assert!(relation.score > 0.2 && relation.score <= 1.0);
        }
    }
}

#[test]
fn without_words_there_are_no_predictions() {
    assert!(predict(&predictor(300), &[]).is_empty());
    assert_eq!(
        predict(&predictor(300), &[without_words(), without_words()]),
        [None, None]
    );
}

#[test]
fn a_sentence_without_words_does_not_disturb_the_others() {
    let sentences = &sentences()[..20];
    let expected = predict(&predictor(300), sentences);
    let mut more = sentences.to_vec();
    more.insert(3, without_words());
    let mut found = predict(&predictor(300), &more);
    assert_eq!(found.remove(3), None);
    assert_same(&found, &expected);
}

#[test]
fn stops_when_on_batch_returns_false() {
    let sentences = sentences();
    for wanted in 1..4 {
        let mut batches = 0;
        let run = predictor(1);
        let run = run.run(&sentences, async |_| {
            batches += 1;
            batches < wanted
        });
        block_on(run).unwrap();
        assert_eq!(batches, wanted);
    }
}

/// Labels of which the first relation is symmetric.
fn half_symmetric() -> Schema {
    let schema = tiny_schema();
    Schema {
        symmetric: schema.relations[..1].to_vec(),
        ..schema
    }
}

/// The model of [`predictor`] with these labels, calibrated.
fn calibrated(calibration: Calibration) -> Predictor {
    let (device, schema) = (Device::flex(), half_symmetric());
    let decoding = Decoding {
        calibration: Some(calibration),
        ..Decoding::default()
    };
    let state = block_on(state_of(&tiny_model(5, &device))).unwrap();
    let model = JointModel::load(&tiny_config(), &schema, state, &device).unwrap();
    Predictor::new(model, schema, decoding, 256)
}

/// The predictions for all sentences, with some detail.
fn detailed(predictor: &Predictor, sentences: &[Pieces], detail: Detail) -> Vec<Predicted> {
    let mut all = vec![Predicted::default(); sentences.len()];
    let run = predictor.run_with(sentences, detail, async |found| {
        for (i, predicted) in found {
            all[i] = predicted;
        }
        true
    });
    block_on(run).unwrap();
    all
}

/// Probabilities at a temperature, given those at 1.
fn tempered(classes: &[f32], temperature: f32) -> Vec<f32> {
    let raised: Vec<f32> = (classes.iter())
        .map(|p| p.powf(1.0 / temperature))
        .collect();
    let sum: f32 = raised.iter().sum();
    raised.iter().map(|p| p / sum).collect()
}

const TEMPERATURES: Calibration = Calibration {
    tags: 2.0,
    types: 3.0,
    relations: 0.5,
};
/// All detail.
const DETAIL: Detail = Detail {
    evidence: true,
    tags: true,
    rejected: Some(0.0),
};

#[test]
fn a_calibrated_score_is_the_probability_of_all_borders_and_the_type() {
    let sentences = sentences();
    let plain = detailed(&predictor(256), &sentences, DETAIL);
    let found = detailed(&calibrated(TEMPERATURES), &sentences, DETAIL);
    let near = |a: f32, b: f32| assert!((a - b).abs() < 1e-4, "{a} instead of {b}");
    let schema = half_symmetric();
    let (mut distinct, mut symmetric) = (Vec::new(), 0);
    for (plain, found) in plain.iter().zip(&found) {
        assert_eq!(plain.spans, found.spans);
        let Some(tags) = &found.tags else {
            panic!("no tags");
        };
        let borders = Borders::new(tags.iter().map(Vec::as_slice), TEMPERATURES.tags);
        let mut sure = Vec::new();
        assert_eq!(plain.entities.len(), found.entities.len());
        for (plain, found) in plain.entities.iter().zip(&found.entities) {
            let decision = |e: &PredictedEntity| (e.span, e.class, e.rejected);
            assert_eq!(decision(plain), decision(found));
            let classes = plain.classes.as_ref().unwrap();
            assert_eq!((plain.borders, plain.score), (None, classes[plain.class]));
            let own = borders.probability(found.span);
            near(found.borders.unwrap(), own);
            let classes = tempered(classes, TEMPERATURES.types);
            near(found.score, own * classes[found.class]);
            sure.push(own);
        }
        assert_eq!(plain.relations.len(), found.relations.len());
        for (plain, found) in plain.relations.iter().zip(&found.relations) {
            let decision = |r: &PredictedRelation| (r.left, r.right, r.class, r.rejected);
            assert_eq!(decision(plain), decision(found));
            let classes = &plain.evidence.as_ref().unwrap().classes;
            let classes = tempered(classes, TEMPERATURES.relations);
            let twin = schema.twin(found.class);
            symmetric += usize::from(twin.is_some());
            let both = classes[found.class] + twin.map_or(0.0, |twin| classes[twin]);
            near(found.score, sure[found.left] * sure[found.right] * both);
        }
        distinct.extend(sure);
    }
    distinct.sort_by(f32::total_cmp);
    distinct.dedup();
    let counts = (distinct.len(), symmetric);
    assert!(counts.0 > 100 && counts.1 > 10, "{counts:?}");
}

#[test]
fn predictions_have_only_the_detail_asked_for() {
    let (predictor, sentences) = (calibrated(TEMPERATURES), sentences());
    let bare = detailed(&predictor, &sentences, Detail::default());
    assert!(bare.iter().all(|p| p.tags.is_none()));
    let mut entities = bare.iter().flat_map(|p| &p.entities);
    assert!(entities.all(|e| e.borders.is_none()));

    let rejected = |least: f32| -> Vec<f32> {
        let detail = Detail {
            rejected: Some(least),
            ..DETAIL
        };
        let all = detailed(&predictor, &sentences, detail);
        let entities = all.iter().flat_map(|p| &p.entities);
        entities.filter(|e| e.rejected).map(|e| e.score).collect()
    };
    let (mut all, least) = (rejected(0.0), 0.1);
    let count = all.len();
    all.retain(|score| *score >= least);
    assert!(!all.is_empty() && all.len() < count, "{count}");
    assert_eq!(rejected(least), all);
}
