//! Code that the tests of the workspace share: the folder with fixtures and corpora, and tiny models.

pub mod invented;
pub mod pretraining;

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

/// A file or folder below the shared data; `None`, with a message, if it is missing.
///
/// The folder is `$SPANLIGHT_SHARED`, else `shared` beside the workspace.
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
    None
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
