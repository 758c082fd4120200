//! Multi-head self-attention.

use burn::module::Module;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::{Device, Tensor, activation::softmax};

use crate::affine::{linear, norm};
use crate::config::EncoderConfig;
use crate::init::{Init, layer_norm};
use crate::noise::Noise;

/// Self-attention with its output projection, residual and LayerNorm.
#[derive(Module, Debug)]
pub struct SelfAttention {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    norm: LayerNorm,
    heads: usize,
}

impl SelfAttention {
    /// A new block.
    pub fn new(config: &EncoderConfig, init: &mut Init, device: &Device) -> Self {
        let hidden = config.hidden_size;
        Self {
            query: init.linear(hidden, hidden, device),
            key: init.linear(hidden, hidden, device),
            value: init.linear(hidden, hidden, device),
            output: init.linear(hidden, hidden, device),
            norm: layer_norm(hidden, config.layer_norm_eps, device),
            heads: config.num_attention_heads,
        }
    }

    /// `x` `[sentences * length, hidden]`, additive `mask` `[sentences, heads or 1, length or 1,
    /// length]`.
    pub fn forward(
        &self,
        x: Tensor<2>,
        mask: Tensor<4>,
        dropout: f64,
        noise: &mut Noise,
    ) -> Tensor<2> {
        let [rows, hidden] = x.dims();
        let [sentences, _, _, length] = mask.dims();
        let width = hidden / self.heads;
        let split = |t: Tensor<2>| {
            t.reshape([sentences, length, self.heads, width])
                .swap_dims(1, 2)
        };

        let query = split(linear(&self.query, x.clone(), noise)); // [sentences, heads, length, width]
        let key = split(linear(&self.key, x.clone(), noise));
        let value = split(linear(&self.value, x.clone(), noise));

        let scale = 1.0 / (width as f64).sqrt();
        let scores = query.matmul(key.transpose()) * scale + mask; // [sentences, heads, length, length]
        let weights = noise.dropout(softmax(scores, 3), dropout);
        let context = weights
            .matmul(value)
            .swap_dims(1, 2)
            .reshape([rows, hidden]);

        let output = linear(&self.output, context, noise);
        norm(&self.norm, noise.dropout(output, dropout) + x, noise)
    }
}
