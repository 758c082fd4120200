//! Sizes of a model, read off the shapes of a checkpoint of the authors' code (method §3.9).

use crate::config::{EncoderConfig, ModelConfig};
use crate::weights::StateDict;
use crate::{Error, Result};

/// The configuration of the model in a checkpoint of the authors' code, whose names are theirs.
///
/// # Errors
/// [`Error::Weight`] for a parameter that is missing or has too few dimensions; [`Error::Config`] for
/// sizes from which no model can be built.
pub fn sizes(checkpoint: &StateDict, encoder: EncoderConfig) -> Result<ModelConfig> {
    let shape = |ending: &str| {
        let found = checkpoint.iter().find(|(name, _)| name.ends_with(ending));
        found
            .map(|(_, array)| array.shape.as_slice())
            .filter(|shape| shape.len() >= 2)
            .ok_or_else(|| Error::Weight {
                name: ending.into(),
                problem: "is missing; use a checkpoint of the authors' code".into(),
            })
    };
    let kernel = |layer: usize| {
        let shape = shape(&format!("cnn_encoder.conv_layer_{layer}.weight")).ok()?;
        (shape.len() == 3).then(|| (shape[0], shape[2]))
    };
    let kernels: Vec<(usize, usize)> = (0..).map_while(kernel).collect();
    let mut config = ModelConfig {
        span_kernels: kernels.iter().map(|(_, width)| *width).collect(),
        span_channels: kernels.first().map_or(0, |(channels, _)| *channels),
        span_size: shape("ent2hidden.linear.weight")?[0],
        attention_size: shape("attention_encoder.input_linear.weight")?[0],
        position_size: shape("rel_model.position_embedding.weight")
            .or_else(|_| shape("span_pair_encoder.position_embedding.weight"))?[1],
        ..ModelConfig::new(encoder).with_reference_quirks()
    };
    if let Ok(mlp) = shape("rel_model.mlp.linear.weight") {
        config.relation_size = mlp[0];
    }
    config.validate()?;
    Ok(config)
}
