//! Span-pair network (method §3.1–3.7): the three encoders and the contrastive projection.
//!
//! The query and the momentum network are two of these.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::batch::PretrainBatch;
use super::config::{ObjectiveConfig, ProjectionHead};
use super::projection::Projection;
use crate::bert::Bert;
use crate::config::ModelConfig;
use crate::init::Init;
use crate::model::Encoded;
use crate::noise::Noise;
use crate::pair::{PairEncoder, PairFeatures, SEGMENTS};
use crate::rows::pick;
use crate::schema::Span;
use crate::span::{SpanEncoder, present};

/// Sentence, span and span-pair encoder with the projection of the contrastive objective.
#[derive(Module, Debug)]
pub struct SpanPairNetwork {
    /// Sentence encoder.
    pub encoder: Bert,
    /// Span encoder, for all five segments alike.
    pub span: SpanEncoder,
    /// Span-pair encoder.
    pub pair: PairEncoder,
    /// Behind the pair features; nothing where these are compared themselves.
    pub projection: Option<Projection>,
    #[module(skip)]
    config: ModelConfig,
}

/// Both views of a batch of sentences, target views first.
#[derive(Debug, Clone)]
pub struct EncodedViews {
    /// Hidden states of every word-piece: `[2 * sentences * length, hidden]`.
    pub hidden: Tensor<2>,
    /// Words and sentence vectors of the 2 * sentences inputs.
    pub encoded: Encoded,
}

impl SpanPairNetwork {
    /// A new network.
    pub fn new(
        config: &ModelConfig,
        objectives: &ObjectiveConfig,
        init: &mut Init,
        device: &Device,
    ) -> Self {
        let hidden = config.encoder.hidden_size;
        Self {
            encoder: Bert::new(&config.encoder, init, device),
            span: SpanEncoder::new(
                hidden,
                &config.span_kernels,
                config.span_channels,
                config.span_size,
                init,
                device,
            ),
            pair: PairEncoder::new(config, init, device),
            projection: (objectives.proj_head == ProjectionHead::Mlp)
                .then(|| Projection::new(config.span_size, hidden, init, device)),
            config: config.clone(),
        }
    }

    /// The device that holds its weights.
    pub fn device(&self) -> Device {
        self.encoder.pooler.weight.device()
    }

    /// The configuration it was built with.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// Sentence encoder and word representations (§3.1–3.2); no dropout on the outputs here.
    pub fn encode(&self, batch: &PretrainBatch, noise: &mut Noise) -> EncodedViews {
        let pieces = &batch.pieces;
        let device = self.device();
        // [2 * sentences * length, hidden]
        let hidden = self.encoder.forward(pieces, self.config.dropout, noise);
        let sentences = self
            .encoder
            .sentence(hidden.clone(), pieces, self.config.cls_repr); // [2 * sentences, hidden]
        let words = pick(hidden.clone(), pieces.word_rows(&device), noise); // [words, hidden]
        let encoded = Encoded::new(words, sentences, &self.config);
        EncodedViews { hidden, encoded }
    }

    /// Representations of packed spans (§3.3–3.4): `[spans, span size]`.
    pub fn represent(&self, encoded: &Encoded, spans: &[Span], noise: &mut Noise) -> Tensor<2> {
        let dropout = self.config.dropout;
        let features = self
            .span
            .features(encoded.words.clone(), spans, dropout, noise);
        let features = present(features, spans, self.config.empty_segment);
        let spans = self.span.project(features, noise);
        noise.dropout(spans, dropout)
    }

    /// Span-pair features (§3.5) of represented segments `[2 * sentences * 5, span size]`, five an
    /// input: `[2 * sentences, span size]`.
    pub fn relate(
        &self,
        encoded: &Encoded,
        segments: Tensor<2>,
        noise: &mut Noise,
    ) -> PairFeatures {
        let [rows, size] = segments.dims();
        let inputs = rows / SEGMENTS;
        let of_input: Vec<usize> = (0..inputs).collect();
        let found = self.pair.forward(
            segments.reshape([inputs, SEGMENTS, size]),
            encoded.sentences.clone(),
            &of_input,
            self.config.pair_att_act,
            noise,
        );
        PairFeatures {
            features: noise.dropout(found.features, self.config.dropout),
            ..found
        }
    }

    /// What the contrastive objective compares: `[2 * sentences, hidden]`, or the pair features.
    pub fn project(&self, features: Tensor<2>, noise: &mut Noise) -> Tensor<2> {
        match &self.projection {
            Some(head) => head.forward(features, self.config.dropout, noise),
            None => features,
        }
    }

    /// From the batch to the projections `[2 * sentences, hidden]` in one go: the momentum network's part.
    pub fn keys(&self, batch: &PretrainBatch, noise: &mut Noise) -> Tensor<2> {
        let views = self.encode(batch, noise);
        let segments = self.represent(&views.encoded, &batch.segments, noise);
        let features = self.relate(&views.encoded, segments, noise).features;
        self.project(features, noise)
    }
}
