//! A tiny model learns eight sentences by heart.

use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::Device;
use pollster::block_on;
use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use spanlight_core::batch::{Gold, PieceBatch, Pieces, TrainBatch};
use spanlight_core::document::{Entity, Relation, Sentence};
use spanlight_core::joint::joint_loss;
use spanlight_core::ops::Init;
use spanlight_core::ops::Pass;
use spanlight_core::predict::{Predictor, named};
use spanlight_core::score::{Prediction, Scores, score};
use spanlight_core::tagger::TagDecoding;
use spanlight_core::{Decoding, JointModel, ModelConfig};
use spanlight_tests::{tiny_config, tiny_schema, tiny_tokenizer, total};

/// Words in which `[TYPE …]` marks an entity, and relations between entities.
fn sentence(marked: &str, relations: &[(usize, &str, usize)]) -> Sentence {
    let mut sentence = Sentence {
        document: marked.into(),
        ..Default::default()
    };
    for token in marked.split(' ') {
        if let Some(label) = token.strip_prefix('[') {
            let start = sentence.words.len();
            sentence.entities.push(Entity {
                start,
                end: start,
                label: label.into(),
            });
            continue;
        }
        sentence.words.push(token.trim_end_matches(']').into());
        if token.ends_with(']') {
            sentence.entities.last_mut().unwrap().end = sentence.words.len();
        }
    }
    let relation = |&(head, label, tail): &(usize, &str, usize)| Relation {
        head,
        tail,
        label: label.into(),
    };
    sentence.relations = relations.iter().map(relation).collect();
    sentence
}

/// Relations in both directions, adjacent spans, spans of one to three words, and none at all.
fn sentences() -> Vec<Sentence> {
    vec![
        sentence(
            "[Person Anna Berg] works for [Company Nordlys] .",
            &[(0, "works_for", 1)],
        ),
        sentence(
            "[Company Nordlys] employs [Person Ole Dahl] .",
            &[(1, "works_for", 0)],
        ),
        sentence(
            "[Person Mia] lives in [Place Oslo] .",
            &[(0, "lives_in", 1)],
        ),
        sentence(
            "[Place Bergen] is home to [Person Per Lund] .",
            &[(1, "lives_in", 0)],
        ),
        sentence(
            "[Company Nordlys] [Place Bergen] hired [Person Ida] .",
            &[(2, "works_for", 0)],
        ),
        sentence("the rain fell all day .", &[]),
        sentence(
            "[Person Ole Dahl] of [Company Fjord Data Group] met [Person Mia] in [Place Bergen] .",
            &[(0, "works_for", 1), (2, "lives_in", 3)],
        ),
        sentence(
            "[Person Ida] and [Person Per Lund] live in [Place Oslo] .",
            &[(0, "lives_in", 2), (1, "lives_in", 2)],
        ),
    ]
}

fn evaluate(model: &JointModel, pieces: &[Pieces], gold: &[Sentence]) -> Scores {
    let schema = tiny_schema();
    let predictor = Predictor::new(model.valid(), schema.clone(), Decoding::default(), 64);
    let mut predictions = vec![Prediction::default(); gold.len()];
    let run = predictor.run(pieces, async |found| {
        for (i, predicted) in found {
            predictions[i] = named(&predicted, &schema);
        }
        true
    });
    block_on(run).unwrap();
    score(gold, &predictions, &schema).unwrap().full
}

/// Number of steps and learning rate, more than enough for eight sentences.
const STEPS: usize = 240;
const RATE: f64 = 2e-3;

/// Trains on gold candidates, then on a mixture, then on predicted ones alone, and scores the result.
fn overfit(config: &ModelConfig) -> (f32, Scores) {
    let (schema, gold) = (tiny_schema(), sentences());
    let tokenizer = tiny_tokenizer();
    let pieces: Vec<Pieces> = gold
        .iter()
        .map(|s| tokenizer.sentence(&s.words).unwrap())
        .collect();
    let batch = TrainBatch {
        pieces: PieceBatch::new(&pieces),
        gold: gold
            .iter()
            .map(|s| Gold::new(s, &schema).unwrap())
            .collect(),
    };
    let device = Device::flex().autodiff();
    let mut model = JointModel::new(config, &schema, &mut Init::seeded(3), &device).unwrap();
    assert_eq!(evaluate(&model, &pieces, &gold).strict.tp, 0);
    let mut optimizer = AdamConfig::new().init();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
    let mut last = f32::INFINITY;
    for step in 0..STEPS {
        let p_gold = [1.0, 1.0, 0.5, 0.0][4 * step / STEPS];
        let decoding = TagDecoding::default();
        let pass = &mut Pass::training(step as u64, config.dropout);
        let loss = joint_loss(&model, &schema, &batch, decoding, p_gold, &mut rng, pass);
        let loss = block_on(loss).unwrap();
        let counts = [loss.tag.count, loss.entity.count, loss.relation.count];
        let loss = total(loss, counts).unwrap();
        last = loss.clone().into_scalar::<f32>();
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimizer.step(RATE, model, gradients);
    }
    (last, evaluate(&model, &pieces, &gold))
}

fn check(config: &ModelConfig) {
    let (loss, scores) = overfit(config);
    for counts in [scores.span, scores.entity, scores.relation, scores.strict] {
        assert_eq!(counts.f1(), 1.0, "{scores:?} at the loss {loss}");
    }
    assert_eq!((scores.entity.tp, scores.strict.tp), (18, 9));
    assert!(loss < 0.2, "loss {loss}");
}

#[test]
fn learns_eight_sentences_by_heart() {
    check(&tiny_config());
}
