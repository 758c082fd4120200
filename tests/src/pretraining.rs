//! The pre-training fixture: a tiny model of the paper's code, its batch, results and gradients.

use burn::tensor::{Device, Tensor, TensorData};
use serde_json::Value;
use spanlight_core::ModelConfig;
use spanlight_core::config::EncoderConfig;
use spanlight_core::ops::Init;
use spanlight_core::ops::Pass;
use spanlight_core::pretrain::momentum::own_keys;
use spanlight_core::pretrain::sample::{Sample, View};
use spanlight_core::pretrain::spo::Permuted;
use spanlight_core::pretrain::tbo::MaskedPiece;
use spanlight_core::pretrain::{
    Keys, ObjectiveConfig, PretrainBatch, PretrainModel, SpanPairNetwork,
};
use spanlight_core::weights::{Stage, StateDict, from_pspe, load_state, read_safetensors};

use crate::fixture;

/// The content of the fixture.
pub struct Fixture {
    /// Description and scalars.
    pub json: Value,
    /// Arrays by name.
    pub tensors: StateDict,
    /// Objectives in the fixture's sizes.
    pub objectives: ObjectiveConfig,
    /// Sizes of the network.
    pub config: ModelConfig,
    /// Query network with heads.
    pub model: PretrainModel,
    /// Momentum network, without gradients.
    pub momentum: SpanPairNetwork,
    /// Sentences.
    pub samples: Vec<Sample>,
    /// The sentences as a batch.
    pub batch: PretrainBatch,
}

impl Fixture {
    /// Loads it, with the model on `device`.
    pub fn load(device: &Device) -> Self {
        let read = |name: &str| std::fs::read(fixture(name)).unwrap();
        let json: Value = serde_json::from_slice(&read("pretrain_tiny.json")).unwrap();
        let tensors = read_safetensors(&read("pretrain_tiny.safetensors")).unwrap();
        let encoder: EncoderConfig = serde_json::from_value(json["bert"].clone()).unwrap();
        let size = |key: &str| json["config"][key].as_u64().unwrap() as usize;
        let config = ModelConfig {
            span_channels: size("entity_cnn_output_channels"),
            span_size: size("ent_output_size"),
            attention_size: size("att_size"),
            position_size: size("position_embedding_dims"),
            dropout: 0.0,
            // The authors' code convolves empty segments in pre-training, and zeroes them in fine-tuning only.
            ..ModelConfig::new(encoder)
        };
        let objectives = ObjectiveConfig {
            tbo_positions: size("tbo_positions"),
            tbo_position_size: size("tbo_position_dims"),
            queue_keys: 16,
            ..ObjectiveConfig::default()
        };
        let state = from_pspe(group(&tensors, "param."), Stage::Pretraining).unwrap();
        let (model, momentum) = load(&state, &config, &objectives, device);
        let samples = samples(&json);
        let batch = PretrainBatch::new(&samples);
        Self {
            json,
            tensors,
            objectives,
            config,
            model,
            momentum,
            samples,
            batch,
        }
    }

    /// Keys of the momentum network beside the fixture's queues.
    pub fn keys(&self) -> Keys {
        let pass = &mut Pass::inference();
        let own = own_keys(&self.momentum, &self.batch, &self.objectives, pass);
        let queued = ["queue.span", "queue.context"].map(|name| {
            let array = self.tensors[name].clone();
            let shape = [array.shape[0], array.shape[1]];
            let data = TensorData::new(array.values, shape);
            Some(Tensor::from_data(data, &self.momentum.device()))
        });
        Keys { own, queued }
    }

    /// A recorded number.
    pub fn scalar(&self, name: &str) -> f64 {
        self.json["scalars"][name].as_f64().unwrap()
    }
}

/// Query model on `device` and momentum network on the same without gradients.
pub fn load(
    state: &StateDict,
    config: &ModelConfig,
    objectives: &ObjectiveConfig,
    device: &Device,
) -> (PretrainModel, SpanPairNetwork) {
    let blank = |device: &Device| {
        PretrainModel::new(config, objectives, &mut Init::blank(), device).unwrap()
    };
    let query = state
        .iter()
        .filter(|(name, _)| !name.starts_with("momentum."))
        .map(|(name, array)| (name.clone(), array.clone()))
        .collect();
    let momentum = group(state, "momentum.");
    (
        load_state(blank(device), query).unwrap(),
        load_state(blank(&device.clone().inner()), momentum)
            .unwrap()
            .network,
    )
}

/// Arrays whose names have a prefix, without it.
pub fn group(tensors: &StateDict, prefix: &str) -> StateDict {
    tensors
        .iter()
        .filter_map(|(name, array)| Some((name.strip_prefix(prefix)?.to_string(), array.clone())))
        .collect()
}

fn list(value: &Value) -> Vec<usize> {
    let values = value.as_array().unwrap().iter();
    values.map(|v| v.as_u64().unwrap() as usize).collect()
}

fn samples(json: &Value) -> Vec<Sample> {
    let batch = &json["batch"];
    let sentences = json["sentences"].as_array().unwrap();
    let sample = |(i, sentence): (usize, &Value)| {
        let words = sentence["words"].as_array().unwrap().len();
        let view = |side: &str| {
            let field = |name: &str| &batch[format!("{side}_{name}")][i];
            let length = field("wordpiece_tokens_lens").as_u64().unwrap() as usize;
            let spans = field("spans").as_array().unwrap().iter().map(list);
            let masked = list(field("masked_index")).into_iter();
            View {
                ids: (list(field("wordpiece_tokens"))[..length].iter())
                    .map(|&id| id as u32)
                    .collect(),
                permuted: spans
                    .zip(list(field("spans_label")))
                    .map(|(span, class)| Permuted {
                        span: (span[0], span[1]),
                        class,
                    })
                    .collect(),
                masked: masked
                    .zip(list(field("masked_position")))
                    .zip(list(field("masked_label")))
                    .map(|((first, offset), label)| MaskedPiece {
                        first,
                        offset,
                        label: label as u32,
                    })
                    .collect(),
            }
        };
        let segments: Vec<Vec<usize>> = batch["span_mention"][i]
            .as_array()
            .unwrap()
            .iter()
            .map(list)
            .collect();
        Sample {
            target: view("span_pair"),
            context: view("context_pair"),
            first: list(&batch["wordpiece_tokens_index"][i])[..words].to_vec(),
            segments: std::array::from_fn(|j| (segments[j][0], segments[j][1])),
            others: Vec::new(),
        }
    };
    sentences.iter().enumerate().map(sample).collect()
}
