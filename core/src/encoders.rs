//! The three encoders of the paper (method §3.1–3.5), as pre-training and fine-tuning share them.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::batch::PieceBatch;
use crate::config::ModelConfig;
use crate::encoder::SentenceEncoder;
use crate::ops::{Init, Pass, select_rows};
use crate::pair::PairEncoder;
use crate::span::SpanEncoder;

/// Sentence, span and span-pair encoder. Pre-training trains them as a field of its network, and
/// fine-tuning starts with that field.
#[derive(Module, Debug)]
pub struct Encoders {
    /// From word-pieces to hidden states and a sentence vector.
    pub sentence: SentenceEncoder,
    /// From the words of a span to its representation.
    pub span: SpanEncoder,
    /// From the five segments around a pair of spans to its features.
    pub pair: PairEncoder,
}

/// Encoded sentences of a batch.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// First-piece vectors `t_i` of all words (§3.2), and behind them zero rows that the span CNN reads
    /// beyond the last word: `[words + tail, hidden]`.
    pub words: Tensor<2>,
    /// Sentence vectors `q`: `[sentences, hidden]`.
    pub sentences: Tensor<2>,
}

impl Encoders {
    /// Encoders with initial weights, drawn in the order of the fields.
    pub fn new(config: &ModelConfig, init: &mut Init, device: &Device) -> Self {
        Self {
            sentence: SentenceEncoder::new(config, init, device),
            span: SpanEncoder::new(config, init, device),
            pair: PairEncoder::new(config, init, device),
        }
    }

    /// The device that holds the weights.
    pub fn device(&self) -> Device {
        self.sentence.pooler.weight.device()
    }

    /// First-piece vectors of all words: hidden states `[sentences * length, hidden]` →
    /// `[words, hidden]`.
    pub fn words(&self, hidden: Tensor<2>, pieces: &PieceBatch, pass: &Pass) -> Tensor<2> {
        select_rows(hidden, pieces.word_rows(&self.device()), pass.backward())
    }

    /// Word vectors `[words, hidden]` with the zero rows behind them, and sentence vectors
    /// `[sentences, hidden]`.
    pub fn encoded(&self, words: Tensor<2>, sentences: Tensor<2>) -> Encoded {
        let tail = self.span.tail();
        let [_, hidden] = words.dims();
        let words = if tail == 0 {
            words
        } else {
            let zeros = Tensor::zeros([tail, hidden], &words.device());
            Tensor::cat(vec![words, zeros], 0) // [words + tail, hidden]
        };
        Encoded { words, sentences }
    }
}
