//! Code that the tests of the workspace share: the folder with fixtures and corpora, tiny models, and
//! the programs with a folder to try them in.

pub mod disk;
pub mod invented;
pub mod pretraining;
pub mod program;
pub mod random;
pub mod refusal;
pub mod regression;
pub mod workshop;

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Gradients, Tensor, TensorData};
use pollster::block_on;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use spanlight_core::config::EncoderConfig;
use spanlight_core::extract::Extractor;
use spanlight_core::joint::JointLoss;
use spanlight_core::ops::Init;
use spanlight_core::predict::Predictor;
use spanlight_core::weights::{StateDict, load_state, state_of};
use spanlight_core::wordpiece::WordPiece;
use spanlight_core::{Decoding, JointModel, ModelConfig, Schema};

/// The folder of the package whose tests run. It is read at run time, since clones that share a target
/// folder share the binaries in it.
///
/// # Panics
/// When the tests are not run by cargo.
pub fn package() -> PathBuf {
    PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"))
}

/// A file or folder among the numbers from the authors' own code (`tests/fixtures`).
pub fn fixture(path: &str) -> PathBuf {
    package().join("../tests/fixtures").join(path)
}

/// A file or folder of a corpus that is not part of the repository; `None` if it is missing, so that the
/// test is skipped.
///
/// The folder of the corpora is `$SPANLIGHT_SHARED`, else `shared` beside the workspace. A skipped test adds
/// its name to the file `$SPANLIGHT_SKIPPED`, if that is set, so that `cargo xtask test` can count them.
pub fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SPANLIGHT_SHARED")
        .map_or_else(|| package().join("../../shared"), PathBuf::from);
    let found = root.join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!(
        "skipped: {} is missing; set SPANLIGHT_SHARED to the folder that has it",
        found.display()
    );
    note_skip();
    None
}

/// Adds the name of the running test to the list of skipped ones.
fn note_skip() {
    let Some(list) = std::env::var_os("SPANLIGHT_SKIPPED") else {
        return;
    };
    let thread = std::thread::current();
    let mut line = thread.name().unwrap_or("a test").to_owned();
    line.push('\n');
    // One write a line, so that lines of tests that run at once do not mix.
    let opened = OpenOptions::new().append(true).create(true).open(list);
    opened
        .and_then(|mut list| list.write_all(line.as_bytes()))
        .expect("the list of skipped tests can be written");
}

/// Asserts that numbers differ by less than `tolerance`.
///
/// # Panics
/// When they differ by more.
pub fn assert_close(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    let differences = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
    let worst = differences.fold(0.0, f32::max);
    assert!(worst < tolerance, "they differ by {worst}");
}

/// Asserts that our gradients are the recorded ones, element by element; returns the square of the norm of
/// ours.
///
/// # Panics
/// When an element differs by more than a thousandth of the largest element of its tensor, or a tensor is
/// missing.
pub fn assert_same_gradients(ours: &StateDict, theirs: &StateDict) -> f64 {
    /// Rounding error of an element in single precision.
    const ROUNDING: f32 = 1e-6;
    let mut square = 0.0;
    for (name, expected) in theirs {
        let found = &ours[name];
        assert_eq!(found.shape, expected.shape, "{name}");
        let largest = expected.values.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
        for (i, (a, b)) in found.values.iter().zip(&expected.values).enumerate() {
            assert!(
                (a - b).abs() <= 1e-3 * largest + ROUNDING,
                "{name}, element {i}: {a} instead of {b}, where the largest is {largest}"
            );
        }
        square += found
            .values
            .iter()
            .map(|&v| f64::from(v).powi(2))
            .sum::<f64>();
    }
    square
}

/// The gradients of the parameters of a module, by name; zeros for a parameter without a gradient.
pub fn gradients<M: Module>(module: &M, grads: &Gradients) -> StateDict {
    struct Swap<'a>(&'a Gradients);
    impl ModuleMapper for Swap<'_> {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let (id, tensor, _) = param.consume();
            let grad = tensor
                .grad(self.0)
                .unwrap_or_else(|| tensor.clone().inner().zeros_like());
            Param::initialized(id, grad)
        }
    }
    block_on(state_of(&module.clone().map(&mut Swap(grads)))).unwrap()
}

/// The unweighted sum of the three mean losses of fine-tuning: `[1]`; `counts` are the rows of each.
pub fn total(loss: JointLoss, counts: [usize; 3]) -> Option<Tensor<1>> {
    [loss.tag, loss.entity, loss.relation]
        .into_iter()
        .zip(counts)
        .filter_map(|(term, count)| Some(term.sum? / count.max(1) as f32))
        .reduce(|a, b| a + b)
}

/// Numbers in [-1, 1) from a seed.
pub fn uniform(count: usize, seed: u64) -> Vec<f32> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    (0..count).map(|_| rng.random_range(-1.0..1.0)).collect()
}

/// A tensor of numbers in [-1, 1) from a seed.
pub fn random<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    let values = uniform(shape.iter().product(), seed);
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// The values of a tensor.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec::<f32>().unwrap()
}

/// A word-piece tokenizer that can spell everything in ASCII and knows a few words.
pub fn tiny_tokenizer() -> WordPiece {
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"].map(String::from);
    let single = ('!'..='~').filter(|c| !c.is_ascii_uppercase());
    let inner = ('a'..='z').map(|c| format!("##{c}"));
    let words = "alice met bob in paris the graph model uses method data and of for";
    let lines: Vec<String> = (special.into_iter())
        .chain(single.map(String::from))
        .chain(inner)
        .chain(words.split(' ').map(String::from))
        .collect();
    WordPiece::from_vocab(&lines.join("\n"), true).unwrap()
}

/// Three entity types and two relation types.
pub fn tiny_schema() -> Schema {
    Schema {
        entities: ["Company", "Person", "Place"].map(String::from).into(),
        relations: ["lives_in", "works_for"].map(String::from).into(),
        symmetric: vec![],
    }
}

/// A configuration that fits [`tiny_tokenizer`].
pub fn tiny_config() -> ModelConfig {
    let encoder = EncoderConfig {
        vocab_size: tiny_tokenizer().vocabulary(),
        hidden_size: 32,
        num_hidden_layers: 2,
        num_attention_heads: 2,
        intermediate_size: 64,
        max_position_embeddings: 64,
        type_vocab_size: 2,
        position_offset: 0,
        relative_attention_num_buckets: 0,
        layer_norm_eps: 1e-12,
    };
    ModelConfig {
        span_channels: 16,
        span_size: 32,
        attention_size: 32,
        position_size: 16,
        relation_size: 32,
        ..ModelConfig::new(encoder)
    }
}

/// A model with [`tiny_config`]. Its weights are larger than usual, so that it finds entities in any text.
pub fn tiny_model(seed: u64, device: &Device) -> JointModel {
    tiny_model_of(&tiny_config(), seed, device)
}

/// As [`tiny_model`], with another configuration.
pub fn tiny_model_of(config: &ModelConfig, seed: u64, device: &Device) -> JointModel {
    let init = &mut Init::seeded(seed);
    let model = JointModel::new(config, &tiny_schema(), init, device).unwrap();
    let mut state = block_on(state_of(&model)).unwrap();
    for array in state.values_mut().filter(|array| array.shape.len() > 1) {
        array.values.iter_mut().for_each(|value| *value *= 12.0);
    }
    load_state(model, state).unwrap()
}

/// The model of [`tiny_model`] with its tokenizer, on the CPU. Batches hold at most `budget` word-pieces.
pub fn tiny_extractor(budget: usize) -> Extractor {
    let predictor = Predictor::new(
        tiny_model(5, &Device::flex()),
        tiny_schema(),
        Decoding::default(),
        budget,
    );
    Extractor::new(predictor, tiny_tokenizer())
}
