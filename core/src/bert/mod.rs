//! Sentence encoder (method §3.1): BERT or its relative MPNet, read top to bottom in the order of the
//! forward pass.

mod attention;
mod embedding;
mod layer;
mod relative;

pub use attention::SelfAttention;
pub use embedding::Embeddings;
pub use layer::Layer;
pub use relative::RelativePosition;

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};

use crate::batch::PieceBatch;
use crate::config::{ClsRepr, EncoderConfig};
use crate::init::Init;
use crate::noise::Noise;

/// BERT encoder with its pooler.
#[derive(Module, Debug)]
pub struct Bert {
    /// Word, position and segment embeddings.
    pub embeddings: Embeddings,
    /// Scores of relative positions, where the encoder has them (MPNet).
    pub relative: Option<RelativePosition>,
    /// Transformer layers, lowest first.
    pub layers: Vec<Layer>,
    /// Dense layer over `[CLS]`.
    pub pooler: Linear,
}

impl Bert {
    /// A new encoder.
    pub fn new(config: &EncoderConfig, init: &mut Init, device: &Device) -> Self {
        Self {
            embeddings: Embeddings::new(config, init, device),
            relative: match config.relative_attention_num_buckets {
                0 => None,
                buckets => Some(RelativePosition::new(
                    buckets,
                    config.num_attention_heads,
                    init,
                    device,
                )),
            },
            layers: (0..config.num_hidden_layers)
                .map(|_| Layer::new(config, init, device))
                .collect(),
            pooler: init.linear(config.hidden_size, config.hidden_size, device),
        }
    }

    /// Hidden states of every word-piece: `[sentences * length, hidden]`.
    ///
    /// Rows stay two-dimensional throughout, so that each product is one large matrix product.
    pub fn forward(&self, pieces: &PieceBatch, dropout: f64, noise: &mut Noise) -> Tensor<2> {
        let x = self.embeddings.forward(pieces, dropout, noise); // [sentences * length, hidden]
        self.read(x, pieces, dropout, noise)
    }

    /// The same, given the embedded word-pieces `[sentences * length, hidden]`.
    pub fn read(
        &self,
        mut x: Tensor<2>,
        pieces: &PieceBatch,
        dropout: f64,
        noise: &mut Noise,
    ) -> Tensor<2> {
        let device = self.pooler.weight.device();
        let mut mask = pieces.attention_mask(&device); // [sentences, 1, 1, length]
        if let Some(relative) = &self.relative {
            let [_, _, _, length] = mask.dims();
            mask = mask + relative.forward(length); // [sentences, heads, length, length]
        }
        for layer in &self.layers {
            x = layer.forward(x, mask.clone(), dropout, noise);
        }
        x
    }

    /// Sentence vectors `q`: `[sentences, hidden]`.
    pub fn sentence(&self, hidden: Tensor<2>, pieces: &PieceBatch, repr: ClsRepr) -> Tensor<2> {
        let cls = hidden.select(0, pieces.cls_rows(&self.pooler.weight.device())); // [sentences, hidden]
        match repr {
            ClsRepr::Pooler => self.pooler.forward(cls).tanh(),
            ClsRepr::Raw => cls,
        }
    }
}
