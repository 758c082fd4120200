//! The networks that are pre-trained (method §3.1–3.7): the three encoders with the contrastive
//! projection, and the query network with the heads of TBO and SPO.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::batch::PretrainBatch;
use super::config::{ObjectiveConfig, ProjectionHead};
use super::cspo::Projection;
use super::spo::SpanPermutation;
use super::tbo::TokenBoundary;
use crate::Result;
use crate::config::ModelConfig;
use crate::encoders::{Encoded, Encoders};
use crate::ops::{Init, Pass};
use crate::pair::{PairFeatures, SEGMENTS};
use crate::schema::Span;

/// The three encoders with the projection of the contrastive objective. The query network and the
/// momentum network are two of these.
#[derive(Module, Debug)]
pub struct SpanPairNetwork {
    /// What fine-tuning starts from; one span encoder represents all five segments.
    pub encoders: Encoders,
    /// Between the pair features and the contrast; `None` where the features themselves are compared.
    pub projection: Option<Projection>,
    #[module(skip)]
    config: ModelConfig,
}

/// Both views of a batch of sentences, target views first.
#[derive(Debug, Clone)]
pub struct EncodedViews {
    /// Hidden states of every word-piece: `[2 * sentences * length, hidden]`.
    pub hidden: Tensor<2>,
    /// Word and sentence vectors of the 2 * sentences inputs.
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
            encoders: Encoders::new(config, init, device),
            projection: (objectives.proj_head == ProjectionHead::Mlp)
                .then(|| Projection::new(config.span_size, hidden, init, device)),
            config: config.clone(),
        }
    }

    /// The device that holds its weights.
    pub fn device(&self) -> Device {
        self.encoders.device()
    }

    /// The configuration it was built with.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// Sentence encoder and word vectors (§3.1–3.2), without dropout on the output.
    pub fn encode(&self, batch: &PretrainBatch, pass: &mut Pass) -> EncodedViews {
        let pieces = &batch.pieces;
        let encoder = &self.encoders.sentence;
        let x = encoder.embeddings.forward(pieces, pass); // [2 * sentences * length, hidden]
        let hidden = encoder.forward(x, pieces, pass); // [2 * sentences * length, hidden]
        let sentences = encoder.sentence(hidden.clone(), pieces); // [2 * sentences, hidden]
        let words = self.encoders.words(hidden.clone(), pieces, pass); // [words, hidden]
        EncodedViews {
            hidden,
            encoded: self.encoders.encoded(words, sentences),
        }
    }

    /// Representations of packed spans (§3.3–3.4): `[spans, span size]`.
    pub fn represent(&self, encoded: &Encoded, spans: &[Span], pass: &mut Pass) -> Tensor<2> {
        let words = encoded.words.clone();
        let represented = self.encoders.span.forward(words, spans, pass);
        pass.dropout(represented)
    }

    /// Features of the span pair of every input (§3.5), given its five represented segments:
    /// `[2 * sentences * 5, span size]` → `[2 * sentences, span size]`.
    pub fn relate(&self, encoded: &Encoded, segments: Tensor<2>, pass: &mut Pass) -> PairFeatures {
        let [rows, size] = segments.dims();
        let inputs = rows / SEGMENTS;
        let of_input: Vec<usize> = (0..inputs).collect();
        let found = self.encoders.pair.forward(
            segments.reshape([inputs, SEGMENTS, size]),
            encoded.sentences.clone(),
            &of_input,
            pass.backward(),
        );
        PairFeatures {
            features: pass.dropout(found.features),
            ..found
        }
    }

    /// What the contrastive objective compares: `[2 * sentences, hidden]`, or the pair features.
    pub fn project(&self, features: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        match &self.projection {
            Some(head) => head.forward(features, pass),
            None => features,
        }
    }

    /// From a batch to its projections `[2 * sentences, hidden]`: what the momentum network computes.
    pub fn keys(&self, batch: &PretrainBatch, pass: &mut Pass) -> Tensor<2> {
        let views = self.encode(batch, pass);
        let segments = self.represent(&views.encoded, &batch.segments, pass);
        let features = self.relate(&views.encoded, segments, pass).features;
        self.project(features, pass)
    }
}

/// Query network with the heads of TBO and SPO.
#[derive(Module, Debug)]
pub struct PretrainModel {
    /// Query network.
    pub network: SpanPairNetwork,
    /// Head of the token boundary objective.
    pub tbo: TokenBoundary,
    /// Head of the span permutation objective.
    pub spo: SpanPermutation,
}

impl PretrainModel {
    /// A new model.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) for settings that make no model.
    pub fn new(
        config: &ModelConfig,
        objectives: &ObjectiveConfig,
        init: &mut Init,
        device: &Device,
    ) -> Result<Self> {
        config.validate()?;
        objectives.validate()?;
        Ok(Self {
            network: SpanPairNetwork::new(config, objectives, init, device),
            tbo: TokenBoundary::new(config, objectives, init, device),
            spo: SpanPermutation::new(config.span_size, init, device),
        })
    }
}
