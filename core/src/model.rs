//! The joint model (method §1, §3.8): encode once, then detect, type and relate spans.

use std::collections::HashMap;

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::activation::{gelu, softmax};
use burn::tensor::{Device, Tensor};

use crate::Result;
use crate::affine::linear;
use crate::batch::{PieceBatch, indices};
use crate::bert::Bert;
use crate::case::Case;
use crate::config::{ModelConfig, RelationInput};
use crate::dense::Dense;
use crate::init::{Init, zeros};
use crate::noise::Noise;
use crate::pair::{EDGE_SIZE, EDGES, PairEncoder, PairFeatures, SEGMENTS, contexts, edges};
use crate::rows::pick;
use crate::schema::{Schema, Span};
use crate::span::{SpanCnn, SpanEncoder, present};
use crate::tagger::Tag;

/// Encoded sentences of one batch.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// First-piece vectors of all words, zero rows behind them: `[words + tail, hidden]`.
    pub words: Tensor<2>,
    /// Sentence vectors `q`: `[sentences, hidden]`.
    pub sentences: Tensor<2>,
}

impl Encoded {
    /// Puts the zero rows behind the word vectors `[words, hidden]` that the span CNN reads into.
    pub fn new(words: Tensor<2>, sentences: Tensor<2>, config: &ModelConfig) -> Self {
        let tail = SpanCnn::tail(&config.span_kernels);
        let [_, hidden] = words.dims();
        let words = match tail {
            0 => words,
            _ => {
                let zeros = Tensor::zeros([tail, hidden], &words.device());
                Tensor::cat(vec![words, zeros], 0)
            }
        };
        Self { words, sentences }
    }
}

/// Two spans of the same sentence, as rows of the batch's span list, the left one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Sentence in the batch.
    pub sentence: usize,
    /// Row of the left span.
    pub left: usize,
    /// Row of the right span.
    pub right: usize,
}

/// Candidate spans of a batch behind the span encoder and the type classifier.
#[derive(Debug, Clone)]
pub struct TypedSpans {
    /// `[spans, span size]`.
    pub represented: Tensor<2>,
    /// Type logits: `[spans, types + 1]`.
    pub types: Tensor<2>,
}

/// Sentence, span and pair encoders with the three classifiers.
#[derive(Module, Debug)]
pub struct JointModel {
    /// Sentence encoder.
    pub encoder: Bert,
    tagger: Linear,
    /// Span encoder of entities.
    pub entity: SpanEncoder,
    entity_head: Linear,
    /// Span encoder of left, middle and right contexts; the entities' own where shared.
    pub context: Option<SpanEncoder>,
    /// Span-pair encoder.
    pub pair: PairEncoder,
    /// For the words next to two spans, where the relation classifier sees them.
    edge: Option<Linear>,
    relation_inner: Dense,
    relation_outer: Dense,
    relation_head: Linear,
    /// Added to the embeddings for how words are written, where the encoder is told: `[kinds, hidden]`.
    pub case: Option<Param<Tensor<2>>>,
    #[module(skip)]
    config: ModelConfig,
}

impl JointModel {
    /// A new model for the labels of a schema.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) for sizes or labels that make no model.
    pub fn new(
        config: &ModelConfig,
        schema: &Schema,
        init: &mut Init,
        device: &Device,
    ) -> Result<Self> {
        config.validate()?;
        schema.validate()?;
        let hidden = config.encoder.hidden_size;
        let size = config.span_size;
        let span = |init: &mut Init| {
            SpanEncoder::new(
                hidden,
                &config.span_kernels,
                config.span_channels,
                size,
                init,
                device,
            )
        };
        Ok(Self {
            encoder: Bert::new(&config.encoder, init, device),
            tagger: init.linear(
                hidden,
                Tag::ALL.len() + usize::from(config.tag_pad_class),
                device,
            ),
            entity: span(init),
            entity_head: init.linear(size, schema.entity_classes(), device),
            context: (!config.share_span_encoder).then(|| span(init)),
            pair: PairEncoder::new(config, init, device),
            relation_inner: Dense::new(config.relation_features(schema), size, init, device),
            relation_outer: Dense::new(size, config.relation_size, init, device),
            relation_head: init.linear(config.relation_size, schema.relation_classes(), device),
            edge: (config.relation_input == RelationInput::Edges)
                .then(|| init.linear(hidden, EDGE_SIZE, device)),
            case: config.case.then(|| zeros([Case::KINDS, hidden], device)),
            config: config.clone(),
        })
    }

    /// The configuration it was built with.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// The device that holds its weights.
    pub fn device(&self) -> Device {
        self.tagger.weight.device()
    }

    /// Sentence encoder and word representations (§3.1–3.2).
    pub fn encode(&self, pieces: &PieceBatch, noise: &mut Noise) -> Encoded {
        let device = self.device();
        let dropout = self.config.dropout;
        let mut x = self.encoder.embeddings.forward(pieces, dropout, noise); // [sentences * length, hidden]
        if let Some(case) = &self.case {
            x = x + pick(case.val(), pieces.cases(&device), noise);
        }
        let hidden = self.encoder.read(x, pieces, dropout, noise);
        let sentences = self
            .encoder
            .sentence(hidden.clone(), pieces, self.config.cls_repr);
        let sentences = noise.dropout(sentences, dropout);
        let words = pick(hidden, pieces.word_rows(&device), noise);
        let words = noise.dropout(words, dropout); // [words, hidden]
        Encoded::new(words, sentences, &self.config)
    }

    /// Tag logits of every word: `[words, tags]`, without the reference code's PAD class.
    pub fn tag_logits(&self, encoded: &Encoded) -> Tensor<2> {
        let logits = self.tag_logits_with_pad(encoded);
        match self.config.tag_pad_class {
            true => logits.narrow(1, 1, Tag::ALL.len()),
            false => logits,
        }
    }

    /// Tag logits of every word, PAD class included (in front) where the model has one: `[words, tags]`.
    pub fn tag_logits_with_pad(&self, encoded: &Encoded) -> Tensor<2> {
        let tail = SpanCnn::tail(&self.config.span_kernels);
        let rows = encoded.words.dims()[0] - tail;
        self.tagger
            .forward(encoded.words.clone().narrow(0, 0, rows))
    }

    /// Representations of entity candidates given as packed rows: `[spans, span size]`.
    pub fn represent(&self, encoded: &Encoded, spans: &[Span], noise: &mut Noise) -> Tensor<2> {
        let dropout = self.config.dropout;
        let features = self
            .entity
            .features(encoded.words.clone(), spans, dropout, noise);
        let spans = self.entity.project(features, noise);
        noise.dropout(spans, dropout)
    }

    /// Type logits of represented spans: `[spans, types + 1]`.
    pub fn type_logits(&self, represented: Tensor<2>) -> Tensor<2> {
        self.entity_head.forward(represented)
    }

    /// The pair encoder over pairs of represented spans (§3.5), before its dropout.
    pub fn relate(
        &self,
        encoded: &Encoded,
        bounds: &[Span],
        spans: &[Span],
        represented: Tensor<2>,
        pairs: &[Pair],
        noise: &mut Noise,
    ) -> PairFeatures {
        let device = self.device();
        let mut rows: HashMap<Span, usize> = HashMap::new();
        let mut distinct: Vec<Span> = Vec::new();
        let mut of_pair: Vec<[i32; 3]> = Vec::with_capacity(pairs.len());
        for pair in pairs {
            let segments = contexts(bounds[pair.sentence], spans[pair.left], spans[pair.right]);
            of_pair.push(segments.map(|segment| {
                *rows.entry(segment).or_insert_with(|| {
                    distinct.push(segment);
                    distinct.len() - 1
                }) as i32
            }));
        }
        let context = self.context_rows(encoded, &distinct, noise); // [contexts, span size]
        let at = |rows: &Tensor<2>, index: Vec<i32>, noise: &Noise| {
            pick(rows.clone(), indices(index, &device), noise)
        };
        let (lefts, rights) = pairs
            .iter()
            .map(|p| (p.left as i32, p.right as i32))
            .unzip();
        let left = at(&represented, lefts, noise);
        let right = at(&represented, rights, noise);
        let mut around = |j: usize| {
            let index = of_pair.iter().map(|rows| rows[j]).collect();
            let rows = at(&context, index, noise);
            noise.dropout(rows, self.config.dropout)
        };
        let segments: Tensor<3> =
            Tensor::stack(vec![around(0), left, around(1), right, around(2)], 1);
        debug_assert_eq!(segments.dims()[1], SEGMENTS);
        let sentences: Vec<usize> = pairs.iter().map(|p| p.sentence).collect();
        let features = self.pair.forward(
            segments,
            encoded.sentences.clone(),
            &sentences,
            self.config.pair_att_act,
            noise,
        );
        let seen = self.config.relation_input == RelationInput::Edges;
        PairFeatures {
            edges: seen.then(|| self.edge_words(encoded, bounds, spans, pairs, noise)),
            ..features
        }
    }

    /// The words next to both spans of every pair: `[pairs, 4 * hidden]`.
    fn edge_words(
        &self,
        encoded: &Encoded,
        bounds: &[Span],
        spans: &[Span],
        pairs: &[Pair],
        noise: &Noise,
    ) -> Tensor<2> {
        let device = self.device();
        let [rows, hidden] = encoded.words.dims();
        let nothing = Tensor::zeros([1, hidden], &device);
        let words = Tensor::cat(vec![encoded.words.clone(), nothing], 0); // [words + tail + 1, hidden]
        let places = pairs.iter().flat_map(|pair| {
            let bounds = bounds[pair.sentence];
            edges(bounds, spans[pair.left], spans[pair.right])
                .map(|word| word.unwrap_or(rows) as i32)
        });
        pick(words, indices(places.collect(), &device), noise) // [pairs * 4, hidden]
            .reshape([pairs.len(), EDGES * hidden])
    }

    /// Context representations without the dropout of their dense layer: `[contexts, span size]`.
    fn context_rows(&self, encoded: &Encoded, contexts: &[Span], noise: &mut Noise) -> Tensor<2> {
        let encoder = self.context.as_ref().unwrap_or(&self.entity);
        let features =
            encoder.features(encoded.words.clone(), contexts, self.config.dropout, noise);
        let features = present(features, contexts, self.config.empty_segment);
        encoder.project(features, noise)
    }

    /// Relation logits of pair features, given the represented spans and their type logits:
    /// `[pairs, 2 * relation types + 1]`.
    pub fn relation_logits(
        &self,
        found: PairFeatures,
        spans: &TypedSpans,
        pairs: &[Pair],
        noise: &mut Noise,
    ) -> Tensor<2> {
        let dropout = self.config.dropout;
        let mut features = noise.dropout(found.features, dropout);
        if self.config.relation_input != RelationInput::Pooled {
            // Types inform relations, but relations are not to bend types.
            let types = softmax(spans.types.clone().detach(), 1);
            let both = Tensor::cat(vec![spans.represented.clone(), types], 1); // [spans, size + classes]
            let device = self.device();
            let end = |rows: Vec<i32>| pick(both.clone(), indices(rows, &device), noise);
            let left = end(pairs.iter().map(|p| p.left as i32).collect());
            let right = end(pairs.iter().map(|p| p.right as i32).collect());
            features = Tensor::cat(vec![features, left, right], 1);
        }
        if let (Some(edge), Some(words)) = (&self.edge, found.edges) {
            let [pairs, wide] = words.dims();
            let words = words.reshape([pairs * EDGES, wide / EDGES]);
            let words = linear(edge, words, noise); // [pairs * 4, edge size]
            let words = gelu(words).reshape([pairs, EDGES * EDGE_SIZE]);
            features = Tensor::cat(vec![features, noise.dropout(words, dropout)], 1);
        }
        let inner = self.relation_inner.forward(features, dropout, noise);
        let outer = self.relation_outer.forward(inner, dropout, noise);
        self.relation_head.forward(outer)
    }
}
