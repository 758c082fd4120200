//! What a run trains, before its first step.

use burn::tensor::Device;
use spanlight_core::init::Init;
use spanlight_core::weights::{load_state, state_of};
use spanlight_core::{JointModel, ModelConfig, Schema};

use spanlight_learn::{AdamW, AdamWConfig, Average, Groups, Rates};

use super::config::FinetuneConfig;
use crate::device::on_cpu;
use crate::encoder::EncoderFolder;
use crate::error::Result;
use crate::growth::grown;
use crate::start::{Parts, encoders, transfer, whole};

/// The model, its optimiser and what it does to each parameter.
pub struct Setup {
    /// Where the model has its gradients.
    pub device: Device,
    /// The model.
    pub model: JointModel,
    /// Its moving average.
    pub average: Average<JointModel>,
    /// Learning rate and decay of every parameter.
    pub groups: Groups,
    /// A fresh optimiser.
    pub optimizer: AdamW,
}

impl Setup {
    /// A random model of these sizes.
    ///
    /// # Errors
    /// [`Error::Core`](crate::error::Error::Core) for settings that make no model.
    pub fn new(
        config: &FinetuneConfig,
        sizes: &ModelConfig,
        schema: &Schema,
        device: &Device,
    ) -> Result<Self> {
        let device = device.clone().autodiff();
        let model = JointModel::new(sizes, schema, &mut Init::seeded(config.seed), &device)?;
        Ok(Self {
            average: Average::new(&model, config.ema),
            groups: rates(config).of_joint(&model),
            optimizer: AdamW::new(adamw(config), &model).together(!on_cpu(&device)),
            device,
            model,
        })
    }

    /// Takes over the pre-trained encoder and what an earlier run has for this one, and starts the
    /// average from there.
    ///
    /// # Errors
    /// Any [`Error`](crate::error::Error) of reading them.
    pub fn start(
        mut self,
        config: &FinetuneConfig,
        encoder: &EncoderFolder<'_>,
        sizes: &ModelConfig,
    ) -> Result<Self> {
        self.model.encoder = encoder.load(self.model.encoder)?;
        if let Some(earlier) = &config.init_from {
            if config.load_parts == Parts::Model {
                let fresh = pollster::block_on(state_of(&self.model))?;
                self.model = load_state(self.model, grown(whole(earlier, sizes)?, &fresh))?;
            } else {
                let found = encoders(earlier, config.load_parts, config.load_network)?;
                let spans: &[&str] = match config.share_span_encoder {
                    true => &["entity"],
                    false => &["entity", "context"],
                };
                let places: [(&str, &[&str]); 3] = [
                    ("encoder", &["encoder"]),
                    ("span", spans),
                    ("pair", &["pair"]),
                ];
                self.model = transfer(self.model, found, &places)?;
            }
        }
        self.average = Average::new(&self.model, config.ema);
        Ok(self)
    }
}

fn rates(config: &FinetuneConfig) -> Rates {
    Rates {
        encoder: config.encoder_rate(),
        spans: config.span_lr.unwrap_or(config.head_lr),
        head: config.head_lr,
        layer_decay: config.layer_decay,
        embeddings: config.lr_embeddings,
        decay_all: config.decay_all,
    }
}

fn adamw(config: &FinetuneConfig) -> AdamWConfig {
    AdamWConfig {
        weight_decay: config.weight_decay,
        bias_correction: config.adamw_bias_correction,
        clip: config.clip,
        ..AdamWConfig::PAPER
    }
}
