//! Sentence encoder (method §3.1): BERT or its relative MPNet, in the order of the forward pass:
//! embeddings, self-attention with relative positions (MPNet), feed-forward block, pooler.
//!
//! Rows stay two-dimensional throughout, so that each product is one large matrix product.

use burn::module::Module;
use burn::nn::{Embedding, LayerNorm};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};

use crate::batch::PieceBatch;
use crate::config::{ClsRepr, EncoderConfig, ModelConfig};
use crate::ops::int8::Int8Table;
use crate::ops::{Init, Linear, Pass, gelu, indices, layer_norm, linear, norm};
use crate::weights::Int8Source;

/// BERT or MPNet with its pooler.
#[derive(Module, Debug)]
pub struct SentenceEncoder {
    /// Word, position and segment embeddings.
    pub embeddings: Embeddings,
    /// Bias of attention scores by relative position; only in MPNet.
    pub relative: Option<RelativePosition>,
    /// Transformer layers, lowest first.
    pub layers: Vec<Layer>,
    /// Dense layer over `[CLS]`.
    pub pooler: Linear,
    #[module(skip)]
    cls_repr: ClsRepr,
}

impl SentenceEncoder {
    /// An encoder with initial weights.
    pub fn new(config: &ModelConfig, init: &mut Init, device: &Device) -> Self {
        let cls_repr = config.cls_repr;
        let config = &config.encoder;
        let (buckets, heads) = (
            config.relative_attention_num_buckets,
            config.num_attention_heads,
        );
        Self {
            embeddings: Embeddings::new(config, init, device),
            relative: (buckets > 0).then(|| RelativePosition::new(buckets, heads, init, device)),
            layers: (0..config.num_hidden_layers)
                .map(|_| Layer::new(config, init, device))
                .collect(),
            pooler: init.linear(config.hidden_size, config.hidden_size, device),
            cls_repr,
        }
    }

    /// Takes the int8 weights of the encoder at `path`; see [`Linear::take_int8`].
    pub(crate) fn take_int8(&mut self, path: &str, source: &mut Int8Source) {
        let words = source.take(&format!("{path}.embeddings.word.weight"), |_| true);
        self.embeddings.int8 = words.map(Int8Table::new);
        for (i, layer) in self.layers.iter_mut().enumerate() {
            let attention = &mut layer.attention;
            for (name, linear) in [
                ("attention.query", &mut attention.query),
                ("attention.key", &mut attention.key),
                ("attention.value", &mut attention.value),
                ("attention.output", &mut attention.output),
                ("inner", &mut layer.inner),
                ("outer", &mut layer.outer),
            ] {
                linear.take_int8(&format!("{path}.layers.{i}.{name}.weight"), source);
            }
        }
    }

    /// Hidden states of every word-piece, given the embedded word-pieces:
    /// `[sentences * length, hidden]` → the same shape.
    pub fn forward(&self, mut x: Tensor<2>, pieces: &PieceBatch, pass: &mut Pass) -> Tensor<2> {
        let device = self.pooler.weight.device();
        let mut mask = pieces.attention_mask(&device); // [sentences, 1, 1, length]
        if let Some(relative) = &self.relative {
            let [_, _, _, length] = mask.dims();
            mask = mask + relative.forward(length); // [sentences, heads, length, length]
        }
        for layer in &self.layers {
            x = layer.forward(x, mask.clone(), pass);
        }
        x
    }

    /// Sentence vectors `q`: hidden states `[sentences * length, hidden]` → `[sentences, hidden]`.
    pub fn sentence(&self, hidden: Tensor<2>, pieces: &PieceBatch) -> Tensor<2> {
        let cls = hidden.select(0, pieces.cls_rows(&self.pooler.weight.device())); // [sentences, hidden]
        match self.cls_repr {
            ClsRepr::Pooler => self.pooler.forward(cls).tanh(),
            ClsRepr::Raw => cls,
        }
    }
}

/// Word, position and segment tables.
#[derive(Module, Debug)]
pub struct Embeddings {
    /// `[vocabulary, hidden]`.
    pub word: Embedding,
    /// `[positions, hidden]`.
    pub position: Embedding,
    /// `[segments, hidden]`, of which only the first row is used; `None` for an encoder without segments.
    pub segment: Option<Embedding>,
    norm: LayerNorm,
    offset: usize,
    /// The word table in int8, in place of `word`.
    #[module(skip)]
    int8: Option<Int8Table>,
}

impl Embeddings {
    /// Tables with initial weights.
    pub fn new(config: &EncoderConfig, init: &mut Init, device: &Device) -> Self {
        Self {
            word: init.embedding(config.vocab_size, config.hidden_size, device),
            position: init.embedding(config.max_position_embeddings, config.hidden_size, device),
            segment: (config.type_vocab_size > 0)
                .then(|| init.embedding(config.type_vocab_size, config.hidden_size, device)),
            norm: layer_norm(config.hidden_size, config.layer_norm_eps, device),
            offset: config.position_offset,
            int8: None,
        }
    }

    /// Word embeddings: `[sentences, length, hidden]`.
    fn words(&self, pieces: &PieceBatch) -> Tensor<3> {
        let device = self.position.weight.device();
        match &self.int8 {
            None => self.word.forward(pieces.ids(&device)),
            Some(table) => {
                let (ids, [sentences, length]) = pieces.padded_ids();
                let rows = table.rows(ids, &device); // [sentences * length, hidden]
                let [_, hidden] = rows.dims();
                rows.reshape([sentences, length, hidden])
            }
        }
    }

    /// Embedded word-pieces: `[sentences * length, hidden]`.
    pub fn forward(&self, pieces: &PieceBatch, pass: &mut Pass) -> Tensor<2> {
        let word = self.words(pieces); // [sentences, length, hidden]
        let [sentences, length, hidden] = word.dims();
        // The gradients of a slice and a broadcast are sums; that of a look-up would be a scatter.
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
        let x = norm(&self.norm, x, pass.backward());
        pass.dropout(x)
    }
}

/// From this distance on, all distances share the last bucket.
const FARTHEST: f64 = 128.0;

/// Bias of attention scores by relative position, shared by all layers.
#[derive(Module, Debug)]
pub struct RelativePosition {
    /// `[buckets, heads]`.
    bias: Embedding,
}

impl RelativePosition {
    /// A table with initial weights.
    pub fn new(buckets: usize, heads: usize, init: &mut Init, device: &Device) -> Self {
        Self {
            bias: init.embedding(buckets, heads, device),
        }
    }

    /// Bias of the attention scores, from queries to keys: `[1, heads, length, length]`.
    pub fn forward(&self, length: usize) -> Tensor<4> {
        let table = self.bias.weight.val();
        let [buckets, heads] = table.dims();
        let rows = (0..length)
            .flat_map(|query| {
                (0..length).map(move |key| bucket(key as i64 - query as i64, buckets))
            })
            .map(|bucket| bucket as i32)
            .collect();
        let device = table.device();
        table
            .select(0, indices(rows, &device)) // [length * length, heads]
            .reshape([length, length, heads])
            .permute([2, 0, 1])
            .unsqueeze::<4>()
    }
}

/// Bucket of a distance from query to key. Half of the buckets are for keys behind the query. In each
/// half, the first half holds one distance each, and the rest hold ranges that grow with the logarithm
/// of the distance.
fn bucket(distance: i64, buckets: usize) -> usize {
    let half = buckets / 2;
    let side = if distance > 0 { half } else { 0 };
    let distance = distance.unsigned_abs() as usize;
    let exact = half / 2;
    if distance < exact {
        return side + distance;
    }
    let (near, range) = (exact as f64, (half - exact) as f64);
    let beyond = (distance as f64 / near).ln() / (FARTHEST / near).ln() * range;
    side + (exact + beyond as usize).min(half - 1)
}

/// One transformer layer.
#[derive(Module, Debug)]
pub struct Layer {
    attention: SelfAttention,
    inner: Linear,
    outer: Linear,
    norm: LayerNorm,
}

impl Layer {
    /// A layer with initial weights.
    pub fn new(config: &EncoderConfig, init: &mut Init, device: &Device) -> Self {
        Self {
            attention: SelfAttention::new(config, init, device),
            inner: init.linear(config.hidden_size, config.intermediate_size, device),
            outer: init.linear(config.intermediate_size, config.hidden_size, device),
            norm: layer_norm(config.hidden_size, config.layer_norm_eps, device),
        }
    }

    /// `[sentences * length, hidden]` → the same shape.
    pub fn forward(&self, x: Tensor<2>, mask: Tensor<4>, pass: &mut Pass) -> Tensor<2> {
        let x = self.attention.forward(x, mask, pass);
        let inner = gelu(linear(&self.inner, x.clone(), pass.backward())); // [sentences * length, intermediate]
        let outer = linear(&self.outer, inner, pass.backward());
        norm(&self.norm, pass.dropout(outer) + x, pass.backward())
    }
}

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
    /// A block with initial weights.
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

    /// `x` `[sentences * length, hidden]` → the same shape. `mask`, `[sentences, heads or 1, length or 1,
    /// length]`, is added to the attention scores.
    pub fn forward(&self, x: Tensor<2>, mask: Tensor<4>, pass: &mut Pass) -> Tensor<2> {
        let [rows, hidden] = x.dims();
        let [sentences, _, _, length] = mask.dims();
        let width = hidden / self.heads;
        let split = |t: Tensor<2>| {
            t.reshape([sentences, length, self.heads, width])
                .swap_dims(1, 2)
        };

        let query = split(linear(&self.query, x.clone(), pass.backward())); // [sentences, heads, length, width]
        let key = split(linear(&self.key, x.clone(), pass.backward()));
        let value = split(linear(&self.value, x.clone(), pass.backward()));

        let scale = 1.0 / (width as f64).sqrt();
        let scores = query.matmul(key.transpose()) * scale + mask; // [sentences, heads, length, length]
        let weights = pass.dropout(softmax(scores, 3));
        let context = weights
            .matmul(value)
            .swap_dims(1, 2)
            .reshape([rows, hidden]);

        let output = linear(&self.output, context, pass.backward());
        norm(&self.norm, pass.dropout(output) + x, pass.backward())
    }
}

#[cfg(test)]
mod tests {
    use super::bucket;

    /// The 32 buckets of MPNet, as the code of its authors defines them.
    #[test]
    fn near_distances_have_their_own_bucket_and_far_ones_share() {
        let expected = [
            (0, 0),
            (-1, 1),
            (-7, 7),
            (-8, 8),
            (-11, 8),
            (-12, 9),
            (-16, 10),
            (-127, 15),
            (-128, 15),
            (-500, 15),
            (1, 17),
            (7, 23),
            (8, 24),
            (64, 30),
            (500, 31),
        ];
        for (distance, expected) in expected {
            assert_eq!(bucket(distance, 32), expected, "{distance}");
        }
    }
}
