//! Networks, optimiser and groups of a run before its first step.

use burn::module::Module;
use burn::tensor::Device;
use spanlight_core::ModelConfig;
use spanlight_core::ops::Init;
use spanlight_core::pretrain::config::MomentumInit;
use spanlight_core::pretrain::{PretrainModel, SpanPairNetwork};
use spanlight_learn::{AdamW, Groups, Processor};

use super::config::PretrainConfig;
use crate::device::processor;
use crate::encoder::EncoderFolder;
use crate::error::Result;
use crate::start::take;

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
    /// Random networks with the pre-trained sentence encoder and what an earlier run has learned; random ones alone,
    /// to be filled from a checkpoint, without an encoder.
    ///
    /// # Errors
    /// [`Error::Core`](crate::error::Error::Core) for settings that make no model, and those of reading the encoder
    /// and the earlier run.
    pub fn new(
        config: &PretrainConfig,
        sizes: &ModelConfig,
        encoder: Option<&EncoderFolder<'_>>,
        inner: &Device,
    ) -> Result<Self> {
        let device = inner.clone().autodiff();
        let init = &mut Init::seeded(config.seed);
        let mut model = PretrainModel::new(sizes, &config.objectives, init, &device)?;
        let mut momentum = SpanPairNetwork::new(sizes, &config.objectives, init, inner);
        if let Some(encoder) = encoder {
            let encoders = &mut model.network.encoders;
            encoders.sentence = encoder.load(encoders.sentence.clone())?;
            if let Some(earlier) = config.start.earlier()? {
                take(
                    config.start.load_parts,
                    earlier.load(sizes, &device)?,
                    encoders,
                );
            }
            match config.objectives.momentum_init {
                MomentumInit::Copy => momentum = model.network.valid(),
                MomentumInit::Random => {
                    momentum.encoders.sentence = model.network.encoders.sentence.valid();
                }
            }
        }
        let optimizer = AdamW::new(config.optimizer.adamw(), &model);
        Ok(Self {
            groups: config.optimizer.rates(None).of_pretraining(&model),
            optimizer: optimizer.together(processor(inner) == Processor::Gpu),
            device,
            model,
            momentum,
        })
    }
}
