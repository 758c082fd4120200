//! Projection head of the contrastive objective (method §3.6): two dense layers.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::dense::Dense;
use crate::init::Init;
use crate::noise::Noise;

/// Dense → Dense.
#[derive(Module, Debug)]
pub struct Projection {
    inner: Dense,
    outer: Dense,
}

impl Projection {
    /// A new head from `inputs` to `outputs` features.
    pub fn new(inputs: usize, outputs: usize, init: &mut Init, device: &Device) -> Self {
        Self {
            inner: Dense::new(inputs, outputs, init, device),
            outer: Dense::new(outputs, outputs, init, device),
        }
    }

    /// `[pairs, inputs]` → `[pairs, outputs]`.
    pub fn forward(&self, features: Tensor<2>, dropout: f64, noise: &mut Noise) -> Tensor<2> {
        let inner = self.inner.forward(features, dropout, noise);
        self.outer.forward(inner, dropout, noise)
    }
}
