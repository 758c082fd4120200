//! Parity with the paper's own code: a tiny model, its logits, losses and gradients.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor};
use pollster::block_on;
use rand::SeedableRng;
use serde_json::Value;
use spanlight_core::batch::{Gold, PieceBatch, Pieces, TrainBatch};
use spanlight_core::config::EncoderConfig;
use spanlight_core::joint::joint_loss;
use spanlight_core::joint::{Candidates, Pair, TypedSpans};
use spanlight_core::ops::Init;
use spanlight_core::ops::Pass;
use spanlight_core::schema::Span;
use spanlight_core::tagger::{Tag, TagDecoding};
use spanlight_core::weights::{Stage, StateDict, from_pspe, load_state, read_safetensors};
use spanlight_core::{JointModel, ModelConfig, Schema};
use spanlight_tests::{assert_same_gradients, fixture, gradients, total};

/// Largest difference allowed on logits and losses.
const OUTPUT: f32 = 1e-4;
/// Largest relative difference allowed on gradient norms.
const NORM: f64 = 1e-3;

/// The fixture: description, tensors, and the model and batch it was made with.
struct Fixture {
    json: Value,
    tensors: StateDict,
    schema: Schema,
    model: JointModel,
    batch: TrainBatch,
}

impl Fixture {
    fn load(device: &Device) -> Self {
        let read = |name: &str| std::fs::read(fixture(name)).unwrap();
        let json: Value = serde_json::from_slice(&read("finetune_tiny.json")).unwrap();
        let tensors = read_safetensors(&read("finetune_tiny.safetensors")).unwrap();
        let schema = Schema {
            entities: ["LOC", "ORG", "PER"].map(String::from).into(),
            relations: ["LIVE", "WORK"].map(String::from).into(),
            symmetric: vec![],
        };
        let encoder: EncoderConfig = serde_json::from_value(json["bert"].clone()).unwrap();
        let size = |key: &str| json["config"][key].as_u64().unwrap() as usize;
        let config = ModelConfig {
            span_channels: size("entity_cnn_output_channels"),
            span_size: size("ent_output_size"),
            attention_size: size("att_size"),
            position_size: size("position_embedding_dims"),
            relation_size: size("ent_mention_output_size"),
            ..ModelConfig::new(encoder).with_reference_quirks()
        };
        let model = JointModel::new(&config, &schema, &mut Init::blank(), device).unwrap();
        let parameters = group(&tensors, "param.");
        let model = load_state(model, from_pspe(parameters, Stage::FineTuning).unwrap()).unwrap();
        let batch = batch(&json);
        Self {
            json,
            tensors,
            schema,
            model,
            batch,
        }
    }

    fn expect(&self, name: &str) -> &[f32] {
        &self.tensors[name].values
    }
}

fn group(tensors: &StateDict, prefix: &str) -> StateDict {
    tensors
        .iter()
        .filter_map(|(name, array)| Some((name.strip_prefix(prefix)?.to_string(), array.clone())))
        .collect()
}

fn list(value: &Value) -> Vec<usize> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_u64().unwrap() as usize)
        .collect()
}

fn batch(json: &Value) -> TrainBatch {
    let input = &json["batch"];
    let mut pieces = Vec::new();
    let mut gold = Vec::new();
    for (i, sentence) in json["sentences"].as_array().unwrap().iter().enumerate() {
        let words = sentence["words"].as_array().unwrap().len();
        let ids = list(&input["wordpiece_tokens"][i])
            .into_iter()
            .filter(|&id| id != 0)
            .map(|id| id as u32);
        let first = list(&input["wordpiece_tokens_index"][i])
            .into_iter()
            .take(words);
        pieces.push(Pieces {
            ids: ids.collect(),
            first: first.collect(),
            ..Default::default()
        });
        let tags = list(&input["entity_span_labels"][i]);
        let types = ["LOC", "ORG", "PER"];
        let entities = sentence["entities"].as_array().unwrap().iter().map(|e| {
            let class = types.iter().position(|t| e[2] == *t).unwrap();
            (
                (
                    e[0].as_u64().unwrap() as usize,
                    e[1].as_u64().unwrap() as usize,
                ),
                class,
            )
        });
        let relations = sentence["relations_directed"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| {
                let at = |k: usize| r[k].as_u64().unwrap() as usize;
                let class = ["LIVE@<", "LIVE@>", "WORK@<", "WORK@>"]
                    .iter()
                    .position(|t| r[4] == *t)
                    .unwrap();
                (((at(0), at(1)), (at(2), at(3))), class)
            });
        gold.push(Gold {
            tags: tags[..words].iter().map(|&t| Tag::ALL[t - 1]).collect(),
            entities: entities.collect(),
            relations: relations.collect(),
        });
    }
    TrainBatch {
        pieces: PieceBatch::new(&pieces),
        gold,
    }
}

fn assert_close(name: &str, got: Tensor<2>, expected: &[f32]) {
    let got = got.into_data().try_into_vec::<f32>().unwrap();
    assert_eq!(got.len(), expected.len(), "{name}");
    let worst = got
        .iter()
        .zip(expected)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(worst <= OUTPUT, "{name} differs by {worst}");
}

/// Every intermediate result that the fixture records.
pub fn check_outputs(device: &Device) {
    let fixture = Fixture::load(device);
    let quiet = &mut Pass::inference();
    let pieces = &fixture.batch.pieces;
    let encoded = fixture.model.encode(pieces, quiet);
    assert_close(
        "pooled",
        encoded.sentences.clone(),
        fixture.expect("out.pooled"),
    );

    let logits = fixture.model.tag_logits_with_pad(&encoded);
    let expected = fixture.expect("out.tag_logits");
    let longest = fixture.tensors["out.tag_logits"].shape[1];
    for sentence in 0..pieces.sentences() {
        let (start, end) = pieces.rows(sentence);
        let from = sentence * longest * 6;
        let rows = logits.clone().narrow(0, start, end - start);
        assert_close(
            "tag logits",
            rows,
            &expected[from..from + (end - start) * 6],
        );
    }

    let candidates = &fixture.json["candidates"];
    let mut row_of: BTreeMap<(usize, Span), usize> = BTreeMap::new();
    let spans: Vec<Span> = candidates["spans"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .map(|(row, span)| {
            let span = list(span);
            row_of.insert((span[0], (span[1], span[2])), row);
            let offset = pieces.rows(span[0]).0;
            (offset + span[1], offset + span[2])
        })
        .collect();
    let represented = fixture.model.represent(&encoded, &spans, quiet);
    let types = fixture.model.type_logits(represented.clone());
    let typed = TypedSpans {
        represented: represented.clone(),
        types: types.clone(),
    };
    assert_close(
        "span representations",
        represented.clone(),
        fixture.expect("out.span_repr"),
    );
    assert_close("type logits", types, fixture.expect("out.type_logits"));

    let pairs: Vec<Pair> = candidates["pairs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| {
            let pair = list(pair);
            let row = |at: usize| row_of[&(pair[0], (pair[at], pair[at + 1]))];
            Pair {
                sentence: pair[0],
                left: row(1),
                right: row(3),
            }
        })
        .collect();
    let bounds: Vec<Span> = (0..pieces.sentences()).map(|i| pieces.rows(i)).collect();
    let candidates = Candidates {
        bounds: &bounds,
        spans: &spans,
        pairs: &pairs,
    };
    let pair = (fixture.model).relate(&encoded, &candidates, &represented, quiet);
    assert_close(
        "attention",
        pair.weights.clone(),
        fixture.expect("out.att_weights"),
    );
    assert_close(
        "pair representations",
        pair.features.clone(),
        fixture.expect("out.pair_repr"),
    );
    assert_close(
        "relation logits",
        (fixture.model).relation_logits(pair.features, &encoded, &candidates, &typed, quiet),
        fixture.expect("out.rel_logits"),
    );
}

/// The three losses and the gradient of every parameter.
pub fn check_gradients(device: &Device) {
    let fixture = Fixture::load(&device.clone().autodiff());
    let mut rng = rand::rngs::SmallRng::seed_from_u64(0);
    let loss = block_on(joint_loss(
        &fixture.model,
        &fixture.schema,
        &fixture.batch,
        TagDecoding::default(),
        1.0,
        &mut rng,
        &mut Pass::inference(),
    ));
    let loss = loss.unwrap();
    let counts = [loss.tag.count, loss.entity.count, loss.relation.count];
    for (name, term) in [
        ("loss.tag", &loss.tag),
        ("loss.type", &loss.entity),
        ("loss.rel", &loss.relation),
    ] {
        let mean = term.sum.clone().unwrap().into_scalar::<f32>() / term.count as f32;
        let expected = fixture.json["scalars"][name].as_f64().unwrap() as f32;
        assert!(
            (mean - expected).abs() <= OUTPUT,
            "{name}: {mean} instead of {expected}"
        );
    }
    let grads = total(loss, counts).unwrap().backward();
    let ours = gradients(&fixture.model, &grads);
    let theirs = from_pspe(group(&fixture.tensors, "grad."), Stage::FineTuning).unwrap();
    let square = assert_same_gradients(&ours, &theirs);
    let expected = fixture.json["scalars"]["grad_global_norm"]
        .as_f64()
        .unwrap();
    assert!(
        (square.sqrt() - expected).abs() <= NORM * expected,
        "global norm {}",
        square.sqrt()
    );
}

#[test]
fn outputs_equal_those_of_the_papers_code() {
    check_outputs(&Device::flex());
}

#[test]
fn losses_and_gradients_equal_those_of_the_papers_code() {
    check_gradients(&Device::flex());
}
