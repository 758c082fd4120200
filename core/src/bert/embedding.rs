//! Input embeddings: word + position + segment, normalised.

use burn::module::Module;
use burn::nn::{Embedding, LayerNorm};
use burn::tensor::{Device, Tensor};

use crate::affine::norm;
use crate::batch::PieceBatch;
use crate::config::EncoderConfig;
use crate::init::{Init, layer_norm};
use crate::noise::Noise;

/// Word, position and segment tables.
#[derive(Module, Debug)]
pub struct Embeddings {
    /// `[vocabulary, hidden]`.
    pub word: Embedding,
    /// `[positions, hidden]`.
    pub position: Embedding,
    /// `[segments, hidden]`, of which only the first row is used; nothing without segments.
    pub segment: Option<Embedding>,
    norm: LayerNorm,
    offset: usize,
}

impl Embeddings {
    /// New tables.
    pub fn new(config: &EncoderConfig, init: &mut Init, device: &Device) -> Self {
        Self {
            word: init.embedding(config.vocab_size, config.hidden_size, device),
            position: init.embedding(config.max_position_embeddings, config.hidden_size, device),
            segment: (config.type_vocab_size > 0)
                .then(|| init.embedding(config.type_vocab_size, config.hidden_size, device)),
            norm: layer_norm(config.hidden_size, config.layer_norm_eps, device),
            offset: config.position_offset,
        }
    }

    /// Embedded word-pieces: `[sentences * length, hidden]`.
    pub fn forward(&self, pieces: &PieceBatch, dropout: f64, noise: &mut Noise) -> Tensor<2> {
        let word = self.word.forward(pieces.ids(&self.word.weight.device())); // [sentences, length, hidden]
        let [sentences, length, hidden] = word.dims();
        // A slice and a broadcast: their gradients are sums, where a lookup's would be a scatter.
        let position = self
            .position
            .weight
            .val()
            .narrow(0, self.offset, length)
            .unsqueeze::<3>(); // [1, length, hidden]
        let mut x = word + position;
        if let Some(segment) = &self.segment {
            x = x + segment.weight.val().narrow(0, 0, 1).unsqueeze::<3>(); // [1, 1, hidden]
        }
        let x = x.reshape([sentences * length, hidden]);
        let x = norm(&self.norm, x, noise);
        noise.dropout(x, dropout)
    }
}
