//! Token boundary objective (TBO, method §3.6): the inner pieces of a word from its first one.

use burn::module::{Module, Param};
use burn::nn::{Embedding, Linear};
use burn::tensor::{Device, Tensor};

use super::batch::Masked;
use super::config::ObjectiveConfig;
use crate::batch::indices;
use crate::config::ModelConfig;
use crate::dense::Dense;
use crate::init::{Init, zeros};
use crate::noise::Noise;
use crate::rows::pick;

/// Predicts masked pieces.
#[derive(Module, Debug)]
pub struct TokenBoundary {
    /// `[positions, position size]`, by distance from the first piece.
    position: Embedding,
    dense: Dense,
    /// `[hidden, vocabulary]`; nothing where the word embeddings serve.
    decoder: Option<Linear>,
    /// `[vocabulary]`.
    bias: Param<Tensor<1>>,
}

impl TokenBoundary {
    /// A new head.
    pub fn new(
        config: &ModelConfig,
        objectives: &ObjectiveConfig,
        init: &mut Init,
        device: &Device,
    ) -> Self {
        let hidden = config.encoder.hidden_size;
        let vocabulary = config.encoder.vocab_size;
        let width = objectives.tbo_position_size;
        Self {
            position: init.embedding(objectives.tbo_positions, width, device),
            dense: Dense::new(hidden + width, hidden, init, device),
            decoder: (!objectives.tbo_tied).then(|| init.projection(hidden, vocabulary, device)),
            bias: zeros([vocabulary], device),
        }
    }

    /// Logits of masked pieces: hidden states `[rows, hidden]` → `[masked, vocabulary]`.
    ///
    /// `words` is the table of word embeddings `[vocabulary, hidden]`.
    pub fn logits(
        &self,
        hidden: Tensor<2>,
        masked: &[Masked],
        words: &Embedding,
        dropout: f64,
        noise: &mut Noise,
    ) -> Tensor<2> {
        let device = hidden.device();
        let last = self.position.weight.lazy_shape()[0].saturating_sub(1);
        let rows = masked.iter().map(|m| m.row as i32).collect();
        let offsets = masked.iter().map(|m| m.offset.min(last) as i32).collect();
        let first = pick(hidden, indices(rows, &device), noise); // [masked, hidden]
        let offset = self.position.weight.val();
        let offset = offset.select(0, indices(offsets, &device)); // [masked, position size]
        let features = self
            .dense
            .forward(Tensor::cat(vec![first, offset], 1), dropout, noise); // [masked, hidden]
        let scores = match &self.decoder {
            Some(decoder) => decoder.forward(features),
            None => features.matmul(words.weight.val().transpose()),
        }; // [masked, vocabulary]
        scores + self.bias.val().unsqueeze::<2>()
    }
}
