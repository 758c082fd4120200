//! Transformer layer: self-attention, then a feed-forward block, each with residual and LayerNorm.

use burn::module::Module;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::{Device, Tensor, activation::gelu};

use super::SelfAttention;
use crate::affine::{linear, norm};
use crate::config::EncoderConfig;
use crate::init::{Init, layer_norm};
use crate::noise::Noise;

/// One transformer layer.
#[derive(Module, Debug)]
pub struct Layer {
    attention: SelfAttention,
    inner: Linear,
    outer: Linear,
    norm: LayerNorm,
}

impl Layer {
    /// A new layer.
    pub fn new(config: &EncoderConfig, init: &mut Init, device: &Device) -> Self {
        Self {
            attention: SelfAttention::new(config, init, device),
            inner: init.linear(config.hidden_size, config.intermediate_size, device),
            outer: init.linear(config.intermediate_size, config.hidden_size, device),
            norm: layer_norm(config.hidden_size, config.layer_norm_eps, device),
        }
    }

    /// `[sentences * length, hidden]` → the same shape.
    pub fn forward(
        &self,
        x: Tensor<2>,
        mask: Tensor<4>,
        dropout: f64,
        noise: &mut Noise,
    ) -> Tensor<2> {
        let x = self.attention.forward(x, mask, dropout, noise);
        let inner = gelu(linear(&self.inner, x.clone(), noise)); // [sentences * length, intermediate]
        let outer = linear(&self.outer, inner, noise);
        norm(&self.norm, noise.dropout(outer, dropout) + x, noise)
    }
}
