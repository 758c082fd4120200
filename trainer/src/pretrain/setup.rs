//! What a run trains, before its first step.

use burn::module::Module;
use burn::tensor::Device;
use spanlight_core::ModelConfig;
use spanlight_core::init::Init;
use spanlight_core::pretrain::config::MomentumInit;
use spanlight_core::pretrain::{PretrainModel, SpanPairNetwork};

use spanlight_learn::{AdamW, AdamWConfig, Groups, Rates};

use super::config::PretrainConfig;
use crate::device::on_cpu;
use crate::encoder::EncoderFolder;
use crate::error::Result;
use crate::start::{encoders, transfer};

/// Both networks, their optimiser and what it does to each parameter.
pub struct Setup {
    /// Where the model has its gradients.
    pub device: Device,
    /// Query network with heads.
    pub model: PretrainModel,
    /// Momentum network.
    pub momentum: SpanPairNetwork,
    /// Learning rate and decay of every parameter.
    pub groups: Groups,
    /// A fresh optimiser.
    pub optimizer: AdamW,
}

impl Setup {
    /// Random networks of these sizes.
    ///
    /// # Errors
    /// [`Error::Core`](crate::error::Error::Core) for settings that make no model.
    pub fn new(config: &PretrainConfig, sizes: &ModelConfig, device: &Device) -> Result<Self> {
        let objectives = config.objectives();
        let inner = device;
        let device = inner.clone().autodiff();
        let init = &mut Init::seeded(config.seed);
        let model = PretrainModel::new(sizes, &objectives, init, &device)?;
        let momentum = SpanPairNetwork::new(sizes, &objectives, init, inner);
        Ok(Self {
            groups: rates(config).of_pretraining(&model),
            optimizer: AdamW::new(adamw(config), &model).together(!on_cpu(&device)),
            device,
            model,
            momentum,
        })
    }

    /// Takes over the pre-trained encoder and what an earlier run has for this one, and starts the
    /// momentum network from there.
    ///
    /// # Errors
    /// Any [`Error`](crate::error::Error) of reading them.
    pub fn start(mut self, config: &PretrainConfig, encoder: &EncoderFolder<'_>) -> Result<Self> {
        self.model.network.encoder = encoder.load(self.model.network.encoder)?;
        if let Some(earlier) = &config.init_from {
            let found = encoders(earlier, config.load_parts, config.load_network)?;
            let places: [(&str, &[&str]); 3] = [
                ("encoder", &["network.encoder"]),
                ("span", &["network.span"]),
                ("pair", &["network.pair"]),
            ];
            self.model = transfer(self.model, found, &places)?;
        }
        match config.momentum_init {
            MomentumInit::Copy => self.momentum = self.model.network.valid(),
            MomentumInit::Random => self.momentum.encoder = self.model.network.encoder.valid(),
        }
        Ok(self)
    }
}

/// Peak learning rates and what decays.
pub(super) fn rates(config: &PretrainConfig) -> Rates {
    Rates {
        encoder: config.encoder_rate(),
        spans: config.head_lr,
        head: config.head_lr,
        layer_decay: config.layer_decay,
        embeddings: config.lr_embeddings,
        decay_all: config.decay_all,
    }
}

/// Settings of the optimiser.
pub(super) fn adamw(config: &PretrainConfig) -> AdamWConfig {
    AdamWConfig {
        weight_decay: config.weight_decay,
        bias_correction: config.adamw_bias_correction,
        clip: config.clip,
        ..AdamWConfig::PAPER
    }
}
