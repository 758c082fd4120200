//! Bundles: round trips, self-tests and earlier formats.

use std::collections::BTreeMap;

use burn::tensor::Device;
use pollster::block_on;
use spanlight_core::batch::PieceBatch;
use spanlight_core::bundle::{FORMAT, Manifest, Part, SelfTest, TOKENIZER, WEIGHTS};
use spanlight_core::extract::{ExtractOptions, Extraction, Extractor};
use spanlight_core::ops::Pass;
use spanlight_core::weights::{Precision, decode, encode, state_of};
use spanlight_core::{Decoding, ModelSettings, Result};
use spanlight_tests::{tiny_config, tiny_extractor, tiny_schema, values};

pub const TEXT: &str =
    "Alice met Bob in Paris. The graph model uses data, and the method is for Bob.";

/// A bundle in memory.
#[derive(Clone)]
pub struct Bundle {
    pub manifest: Manifest,
    pub tokenizer: Vec<u8>,
    pub weights: Vec<u8>,
}

impl Bundle {
    pub fn export(precision: Precision) -> Self {
        let extractor = tiny_extractor(256);
        let state = block_on(state_of(extractor.predictor().model())).unwrap();
        let tokenizer = extractor.tokenizer().to_json().unwrap().into_bytes();
        let weights = encode(&state, precision).unwrap();
        let manifest = Manifest {
            format: FORMAT,
            name: "tiny".into(),
            description: String::new(),
            schema: tiny_schema(),
            config: ModelSettings {
                model: tiny_config(),
                decoding: Decoding::default(),
            },
            parameters: state.values().map(|a| a.values.len()).sum(),
            precision,
            parts: BTreeMap::default(),
            self_test: SelfTest {
                text: TEXT.into(),
                sentences: run(&extractor).sentences,
            },
        };
        Self {
            manifest,
            tokenizer,
            weights,
        }
        .described()
    }

    /// The bundle with sizes and checksums that fit its changed parts.
    pub fn described(mut self) -> Self {
        self.manifest.parts = [
            (TOKENIZER.into(), Part::of(&self.tokenizer)),
            (WEIGHTS.into(), Part::of(&self.weights)),
        ]
        .into();
        self
    }

    /// Opens the bundle, given its bytes.
    pub fn open(&self) -> Result<Extractor> {
        let manifest = Manifest::parse(&serde_json::to_vec(&self.manifest).unwrap())?;
        manifest.open(&self.tokenizer, &self.weights, &Device::flex(), 256)
    }

    pub fn refusal(&self) -> String {
        self.open()
            .err()
            .expect("the bundle was accepted")
            .to_string()
    }
}

pub fn run(extractor: &Extractor) -> Extraction {
    block_on(extractor.extract(TEXT, &ExtractOptions::default())).unwrap()
}

/// Tag and type logits for a fixed sentence.
fn logits(extractor: &Extractor) -> Vec<f32> {
    let model = extractor.predictor().model();
    let pieces = extractor
        .tokenizer()
        .sentence(["Alice", "met", "Bob", "in", "Paris"])
        .unwrap();
    let quiet = &mut Pass::inference();
    let encoded = model.encode(&PieceBatch::new([&pieces]), quiet);
    let types = model.type_logits(model.represent(&encoded, &[(0, 1), (2, 3), (2, 5)], quiet));
    [values(model.tag_logits(&encoded)), values(types)].concat()
}

pub fn assert_names(message: &str, needles: &[&str]) {
    assert!(
        needles.iter().all(|needle| message.contains(needle)),
        "{needles:?} in: {message}"
    );
}

#[test]
fn single_precision_gives_the_same_predictions_to_the_bit() {
    let bundle = Bundle::export(Precision::F32);
    let (before, after) = (tiny_extractor(256), bundle.open().unwrap());
    assert_eq!(run(&after), run(&before));
    assert_eq!(logits(&after), logits(&before));
    let sentences = run(&after).sentences;
    assert!(
        sentences.iter().any(|s| !s.relations.is_empty()),
        "nothing to compare"
    );
    assert!(bundle.manifest.self_test.accepts(&sentences));
}

#[test]
fn half_precision_and_bytes_stay_close() {
    let exact = logits(&tiny_extractor(256));
    let spread = exact.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
    let mut sizes = vec![Bundle::export(Precision::F32).weights.len()];
    for (precision, tolerance) in [(Precision::F16, 0.002), (Precision::Int8, 0.05)] {
        let bundle = Bundle::export(precision);
        let found = logits(&bundle.open().unwrap());
        let worst = found
            .iter()
            .zip(&exact)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(
            worst > 0.0 && worst < tolerance * spread,
            "{precision:?}: {worst} of {spread}"
        );
        sizes.push(bundle.weights.len());
    }
    assert!(sizes.is_sorted_by(|a, b| a > b), "{sizes:?}");
}

#[test]
fn the_self_test_accepts_rounding_and_refuses_anything_else() {
    let test = Bundle::export(Precision::F32).manifest.self_test;
    let changed = |change: &dyn Fn(&mut Vec<spanlight_core::extract::ExtractedSentence>)| {
        let mut found = test.sentences.clone();
        change(&mut found);
        test.accepts(&found)
    };
    let related = test
        .sentences
        .iter()
        .position(|s| !s.relations.is_empty())
        .unwrap();
    assert!(changed(&|found| found[related].entities[0].score -= 0.0009));
    assert!(!changed(&|found| found[related].entities[0].score -= 0.0011));
    assert!(!changed(
        &|found| found[related].entities[0].score = f32::NAN
    ));
    assert!(!changed(&|found| found[related].entities[0].start += 1));
    assert!(!changed(&|found| found[related].entities[0]
        .label
        .push('s')));
    assert!(!changed(&|found| drop(found[related].entities.pop())));
    assert!(changed(&|found| found[related].relations[0].score -= 0.0009));
    assert!(!changed(
        &|found| found[related].relations[0].score -= 0.0011
    ));
    assert!(!changed(&|found| {
        let relation = &mut found[related].relations[0];
        std::mem::swap(&mut relation.head, &mut relation.tail);
    }));
    assert!(!changed(&|found| drop(found[related].relations.pop())));
    assert!(!changed(&|found| drop(found.pop())));
}

/// Names of parameters in bundles of format 1.
fn earlier_name(name: &str) -> String {
    let modules = [
        ("encoders.sentence.", "encoder."),
        ("encoders.span.", "entity."),
        ("encoders.pair.", "pair."),
        ("relation.inner.", "relation_inner."),
        ("relation.outer.", "relation_outer."),
        ("relation.head.", "relation_head."),
    ];
    let found = modules
        .iter()
        .find_map(|(now, then)| Some(format!("{then}{}", name.strip_prefix(now)?)));
    found.unwrap_or_else(|| name.into())
}

#[test]
fn a_bundle_of_format_1_gives_the_same_results() {
    let bundle = Bundle::export(Precision::F32);
    let expected = run(&bundle.open().unwrap());
    let mut earlier = bundle.clone();
    let state = decode(&bundle.weights).unwrap().into_iter();
    let state = state.map(|(name, array)| (earlier_name(&name), array));
    earlier.weights = encode(&state.collect(), Precision::F32).unwrap();
    assert_ne!(earlier.weights, bundle.weights);
    earlier.manifest.format = 1;
    let mut manifest = serde_json::to_value(&earlier.described().manifest).unwrap();
    let config = manifest["config"].as_object_mut().unwrap();
    config.insert("context".into(), 0.into());
    config.insert(
        "none_bias".into(),
        serde_json::json!({ "entity": 0.0, "relation": 0.0 }),
    );
    let parse = |manifest: &serde_json::Value| Manifest::parse(manifest.to_string().as_bytes());
    let opened = {
        let state = decode(&bundle.weights).unwrap().into_iter();
        let state = state.map(|(name, array)| (earlier_name(&name), array));
        let weights = encode(&state.collect(), Precision::F32).unwrap();
        let manifest = parse(&manifest).unwrap();
        manifest.open(&bundle.tokenizer, &weights, &Device::flex(), 256)
    };
    assert_eq!(run(&opened.unwrap()), expected);

    manifest["config"]["context"] = 32.into();
    assert_names(&parse(&manifest).unwrap_err().to_string(), &["`context`"]);
    manifest["config"]["context"] = 0.into();
    manifest["config"]["none_bias"]["entity"] = serde_json::json!(0.4);
    assert_names(&parse(&manifest).unwrap_err().to_string(), &["`none_bias`"]);
}
