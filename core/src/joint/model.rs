//! The joint model (method §1, §3.8): encode a sentence once, then find, type and relate its spans.

use std::collections::{BTreeSet, HashMap};

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::candidates::{Candidates, TypedSpans};
use super::relation::RelationClassifier;
use crate::Result;
use crate::batch::PieceBatch;
use crate::case::Case;
use crate::config::ModelConfig;
use crate::encoder::SentenceEncoder;
use crate::encoders::{Encoded, Encoders};
use crate::ops::{Init, Linear, Pass, indices, select_rows};
use crate::pair::{PairEncoder, PairFeatures, SEGMENTS, contexts};
use crate::schema::{Schema, Span};
use crate::span::SpanEncoder;
use crate::tagger::Tag;
use crate::weights::{Int8Source, Int8State, StateDict, check_state, load_rest, load_state};

/// The encoders with the three classifiers: tags, entity types, relations.
#[derive(Module, Debug)]
pub struct JointModel {
    /// The encoders that pre-training trains too. Their span encoder represents entities.
    pub encoders: Encoders,
    /// Span encoder of the left, middle and right contexts; `None` if they share that of entities.
    pub context: Option<SpanEncoder>,
    /// A vector for each kind of upper and lower case, added to the embeddings of the pieces of a word:
    /// `[kinds, hidden]`; only with [`ModelConfig::case`].
    pub case: Option<Param<Tensor<2>>>,
    /// Classifier of words: `[hidden, tags]`.
    pub tagger: Linear,
    /// Classifier of spans: `[span size, types + 1]`.
    pub entity_head: Linear,
    /// Classifier of pairs of spans.
    pub relation: RelationClassifier,
    #[module(skip)]
    config: ModelConfig,
}

impl JointModel {
    /// A model with initial weights, for the labels of a schema.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) for sizes or labels from which no model can be built.
    pub fn new(
        config: &ModelConfig,
        schema: &Schema,
        init: &mut Init,
        device: &Device,
    ) -> Result<Self> {
        config.validate()?;
        schema.validate()?;
        let hidden = config.encoder.hidden_size;
        let tags = Tag::ALL.len() + usize::from(config.tag_pad_class);
        // Weights are drawn in the order of the first release, so that a seed still gives the same ones.
        let sentence = SentenceEncoder::new(config, init, device);
        let tagger = init.linear(hidden, tags, device);
        let span = SpanEncoder::new(config, init, device);
        let entity_head = init.linear(config.span_size, schema.entity_classes(), device);
        let context = (!config.share_span_encoder).then(|| SpanEncoder::new(config, init, device));
        let pair = PairEncoder::new(config, init, device);
        let relation = RelationClassifier::new(config, schema, init, device);
        let case = config
            .case
            .then(|| init.zeros([Case::KINDS, hidden], device));
        Ok(Self {
            encoders: Encoders {
                sentence,
                span,
                pair,
            },
            context,
            case,
            tagger,
            entity_head,
            relation,
            config: config.clone(),
        })
    }

    /// A model with the given weights. Sizes are compared with the weights before memory is allocated.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) for sizes or labels from which no model can be built,
    /// [`Error::Weight`](crate::Error::Weight) for a parameter that is missing, unknown or has another shape.
    pub fn load(
        config: &ModelConfig,
        schema: &Schema,
        weights: StateDict,
        device: &Device,
    ) -> Result<Self> {
        let blank = Self::new(config, schema, &mut Init::blank(), device)?;
        load_state(blank, weights)
    }

    /// As [`Self::load`], on the processor and for the forward pass alone: the large matrices of the sentence
    /// encoder and of the dense blocks stay int8.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_int8(
        config: &ModelConfig,
        schema: &Schema,
        mut weights: StateDict,
        int8: Int8State,
        device: &Device,
    ) -> Result<Self> {
        let mut model = Self::new(config, schema, &mut Init::blank(), device)?;
        check_state(&model, &weights, &int8)?;
        let mut source = Int8Source {
            rest: int8,
            taken: BTreeSet::new(),
        };
        let encoders = &mut model.encoders;
        (encoders.sentence).take_int8("encoders.sentence", &mut source);
        (encoders.span).take_int8("encoders.span", &mut source);
        if let Some(context) = &mut model.context {
            context.take_int8("context", &mut source);
        }
        let relation = &mut model.relation;
        relation.inner.take_int8("relation.inner", &mut source);
        relation.outer.take_int8("relation.outer", &mut source);
        for (name, array) in source.rest {
            weights.insert(name, array.widened());
        }
        load_rest(model, weights, &source.taken)
    }

    /// The configuration of the model.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// The device that holds the weights.
    pub fn device(&self) -> Device {
        self.encoders.device()
    }

    /// Sentence encoder and word vectors (§3.1–3.2).
    pub fn encode(&self, pieces: &PieceBatch, pass: &mut Pass) -> Encoded {
        let encoder = &self.encoders.sentence;
        let mut x = encoder.embeddings.forward(pieces, pass); // [sentences * length, hidden]
        if let Some(case) = &self.case {
            x = x + select_rows(case.val(), pieces.cases(&self.device()), pass.backward());
        }
        let hidden = encoder.forward(x, pieces, pass); // [sentences * length, hidden]
        let sentences = encoder.sentence(hidden.clone(), pieces); // [sentences, hidden]
        let sentences = pass.dropout(sentences);
        let words = self.encoders.words(hidden, pieces, pass); // [words, hidden]
        let words = pass.dropout(words);
        self.encoders.encoded(words, sentences)
    }

    /// Tag logits of every word: `[words, tags]`, without the reference code's PAD class.
    pub fn tag_logits(&self, encoded: &Encoded) -> Tensor<2> {
        let logits = self.tag_logits_with_pad(encoded);
        if self.config.tag_pad_class {
            logits.narrow(1, 1, Tag::ALL.len())
        } else {
            logits
        }
    }

    /// Tag logits of every word, with the PAD class in front if the model has one: `[words, tags]`.
    pub fn tag_logits_with_pad(&self, encoded: &Encoded) -> Tensor<2> {
        let words = encoded.words.dims()[0] - self.encoders.span.tail();
        self.tagger
            .forward(encoded.words.clone().narrow(0, 0, words))
    }

    /// Representations of candidate spans (§3.4), given as packed rows: `[spans, span size]`.
    pub fn represent(&self, encoded: &Encoded, spans: &[Span], pass: &mut Pass) -> Tensor<2> {
        let words = encoded.words.clone();
        let represented = self.encoders.span.forward(words, spans, pass);
        pass.dropout(represented)
    }

    /// Type logits of represented spans: `[spans, types + 1]`.
    pub fn type_logits(&self, represented: Tensor<2>) -> Tensor<2> {
        self.entity_head.forward(represented)
    }

    /// The pair encoder (§3.5) over candidate pairs of represented spans `[spans, span size]`.
    pub fn relate(
        &self,
        encoded: &Encoded,
        candidates: &Candidates<'_>,
        represented: &Tensor<2>,
        pass: &mut Pass,
    ) -> PairFeatures {
        let device = self.device();
        let pairs = candidates.pairs;
        let backward = pass.backward();
        let select = |rows: &Tensor<2>, at: Vec<i32>| {
            select_rows(rows.clone(), indices(at, &device), backward)
        };

        // Pairs share contexts, so each distinct context is encoded once.
        let mut rows: HashMap<Span, usize> = HashMap::new();
        let mut distinct: Vec<Span> = Vec::new();
        let mut of_pair: Vec<[i32; 3]> = Vec::with_capacity(pairs.len());
        for pair in pairs {
            let (left, right) = (candidates.spans[pair.left], candidates.spans[pair.right]);
            let segments = contexts(candidates.bounds[pair.sentence], left, right);
            of_pair.push(segments.map(|segment| {
                *rows.entry(segment).or_insert_with(|| {
                    distinct.push(segment);
                    distinct.len() - 1
                }) as i32
            }));
        }
        let encoder = self.context.as_ref().unwrap_or(&self.encoders.span);
        let contexts = encoder.forward(encoded.words.clone(), &distinct, pass); // [contexts, span size]

        let s1 = select(represented, pairs.iter().map(|p| p.left as i32).collect());
        let s2 = select(represented, pairs.iter().map(|p| p.right as i32).collect());
        let mut context = |j: usize| {
            let rows = select(&contexts, of_pair.iter().map(|rows| rows[j]).collect());
            pass.dropout(rows)
        };
        let segments: Tensor<3> =
            Tensor::stack(vec![context(0), s1, context(1), s2, context(2)], 1); // [pairs, 5, span size]
        debug_assert_eq!(segments.dims()[1], SEGMENTS);
        let sentences: Vec<usize> = pairs.iter().map(|p| p.sentence).collect();
        let q = encoded.sentences.clone();
        self.encoders
            .pair
            .forward(segments, q, &sentences, backward)
    }

    /// Relation logits of pair features, given the represented spans and their type logits:
    /// `[pairs, 2 * relation types + 1]`.
    pub fn relation_logits(
        &self,
        features: Tensor<2>,
        encoded: &Encoded,
        candidates: &Candidates<'_>,
        spans: &TypedSpans,
        pass: &mut Pass,
    ) -> Tensor<2> {
        self.relation
            .forward(features, encoded, candidates, spans, pass)
    }
}
