//! Span permutation objective (SPO, method §3.6): how the words of a span were shuffled.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};

use super::sample::CLASSES;
use crate::dense::Dense;
use crate::init::Init;
use crate::noise::Noise;

/// Tells the permutation of a represented span.
#[derive(Module, Debug)]
pub struct SpanPermutation {
    dense: Dense,
    head: Linear,
}

impl SpanPermutation {
    /// A new head over spans of width `size`.
    pub fn new(size: usize, init: &mut Init, device: &Device) -> Self {
        Self {
            dense: Dense::new(size, size, init, device),
            head: init.linear(size, CLASSES, device),
        }
    }

    /// `[spans, span size]` → `[spans, 6]`.
    pub fn logits(&self, spans: Tensor<2>, dropout: f64, noise: &mut Noise) -> Tensor<2> {
        self.head.forward(self.dense.forward(spans, dropout, noise))
    }
}
