//! Dense block (method §3.0): Linear → gelu → LayerNorm → dropout, in this order.

use burn::module::Module;
use burn::nn::LayerNorm;
use burn::tensor::{Device, Tensor};

use super::{Backward, Init, Linear, Pass, gelu, layer_norm, linear, norm};
use crate::weights::Int8Source;

/// LayerNorm epsilon of every dense block.
const EPSILON: f64 = 1e-12;

/// Linear → gelu → LayerNorm → dropout.
#[derive(Module, Debug)]
pub struct Dense {
    /// `[inputs, outputs]`.
    pub linear: Linear,
    norm: LayerNorm,
}

impl Dense {
    /// A block with initial weights, from `inputs` to `outputs` features.
    pub fn new(inputs: usize, outputs: usize, init: &mut Init, device: &Device) -> Self {
        Self {
            linear: init.linear(inputs, outputs, device),
            norm: layer_norm(outputs, EPSILON, device),
        }
    }

    /// Takes the int8 weights of the block at `path`; see [`Linear::take_int8`].
    pub(crate) fn take_int8(&mut self, path: &str, source: &mut Int8Source) {
        self.linear
            .take_int8(&format!("{path}.linear.weight"), source);
    }

    /// `[rows, inputs]` → `[rows, outputs]`.
    pub fn forward(&self, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        let x = self.project(x, pass.backward());
        pass.dropout(x)
    }

    /// The block without its dropout: `[rows, inputs]` → `[rows, outputs]`. For rows that are used several
    /// times, each time with another dropout mask.
    pub fn project(&self, x: Tensor<2>, backward: Backward) -> Tensor<2> {
        norm(
            &self.norm,
            gelu(linear(&self.linear, x, backward)),
            backward,
        )
    }
}
