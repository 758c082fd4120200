//! The model that is pre-trained (method §3.6): span-pair network and the heads of its objectives.

use burn::module::Module;
use burn::tensor::Device;

use super::boundary::TokenBoundary;
use super::config::ObjectiveConfig;
use super::network::SpanPairNetwork;
use super::permutation::SpanPermutation;
use crate::Result;
use crate::config::ModelConfig;
use crate::init::Init;

/// Query network with the heads of TBO and SPO.
#[derive(Module, Debug)]
pub struct PretrainModel {
    /// Query network.
    pub network: SpanPairNetwork,
    /// Head of the token boundary objective.
    pub boundary: TokenBoundary,
    /// Head of the span permutation objective.
    pub permutation: SpanPermutation,
}

impl PretrainModel {
    /// A new model.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) for settings that make no model.
    pub fn new(
        config: &ModelConfig,
        objectives: &ObjectiveConfig,
        init: &mut Init,
        device: &Device,
    ) -> Result<Self> {
        config.validate()?;
        objectives.validate()?;
        Ok(Self {
            network: SpanPairNetwork::new(config, objectives, init, device),
            boundary: TokenBoundary::new(config, objectives, init, device),
            permutation: SpanPermutation::new(config.span_size, init, device),
        })
    }
}
