//! Dense block (method §3.0): Linear → gelu → LayerNorm → dropout, in this order.

use burn::module::Module;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::{Device, Tensor, activation::gelu};

use crate::affine::{linear, norm};
use crate::init::{Init, layer_norm};
use crate::noise::Noise;

/// LayerNorm epsilon of every dense block.
const EPSILON: f64 = 1e-12;

/// Linear → gelu → LayerNorm → dropout.
#[derive(Module, Debug)]
pub struct Dense {
    linear: Linear,
    norm: LayerNorm,
}

impl Dense {
    /// A new block from `inputs` to `outputs` features.
    pub fn new(inputs: usize, outputs: usize, init: &mut Init, device: &Device) -> Self {
        Self {
            linear: init.linear(inputs, outputs, device),
            norm: layer_norm(outputs, EPSILON, device),
        }
    }

    /// `[rows, inputs]` → `[rows, outputs]`, with dropout of probability `p`.
    pub fn forward(&self, x: Tensor<2>, p: f64, noise: &mut Noise) -> Tensor<2> {
        let x = self.project(x, noise);
        noise.dropout(x, p)
    }

    /// The block without its dropout, for rows that are reused under independent masks.
    pub fn project(&self, x: Tensor<2>, noise: &Noise) -> Tensor<2> {
        norm(&self.norm, gelu(linear(&self.linear, x, noise)), noise)
    }
}
