//! Inference over tokenised sentences (method §6): in batches, with one read-back a batch. While the
//! host turns the tags of a batch into spans, the device has the next batch to tag.
//!
//! A [`Predictor`] knows words and class numbers alone. For raw text, offsets and label names, call
//! [`crate::extract`], which builds on this module; for annotated sentences, call [`predict_gold`].

mod annotated;
mod decide;
mod predicted;

pub use annotated::{named, predict_gold, tokenize_gold};
pub use predicted::{Detail, PairEvidence, Predicted, PredictedEntity, PredictedRelation};

use burn::tensor::Tensor;

use crate::Result;
use crate::batch::{PieceBatch, Pieces};
use crate::config::Decoding;
use crate::encoders::Encoded;
use crate::joint::{Candidates, JointModel, Pair, TypedSpans};
use crate::ops::Pass;
use crate::readback::{Rows, read_all};
use crate::schema::{Schema, Span};
use crate::tagger::{Borders, spans_of};
use decide::{Logits, Scoring};

/// Number of sentences that are sorted by length together. It bounds memory and the wait for the first
/// result.
const BLOCK: usize = 128;

/// Pairs of spans are related so many at a time, or as many as a batch has word-pieces if that is more: a
/// sentence of 400 entities has 80,000 pairs, and each takes some 60 kB on its way.
const FEWEST_PAIRS: usize = 1024;

/// A model with its labels, ready for inference.
///
/// ```no_run
/// use spanlight_core::predict::Predictor;
/// use spanlight_core::wordpiece::WordPiece;
///
/// # async fn run(predictor: Predictor, tokenizer: WordPiece) -> spanlight_core::Result<()> {
/// let pieces = tokenizer.sentence(["Marie", "Dupont", "leads", "Acme", "."])?;
/// predictor
///     .run(&[pieces], async |batch| {
///         for (sentence, predicted) in batch {
///             println!("sentence {sentence}: {predicted:?}");
///         }
///         true // go on
///     })
///     .await
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Predictor {
    model: JointModel,
    schema: Schema,
    decoding: Decoding,
    budget: usize,
}

/// A batch that the device encodes and tags; not read back yet.
struct Tagging {
    /// Indices of the sentences of the batch.
    members: Vec<usize>,
    pieces: PieceBatch,
    encoded: Encoded,
    tags: Tensor<2>,
}

/// A batch whose spans the device types and relates; not read back yet.
struct Relating {
    /// Indices of the sentences of the batch.
    members: Vec<usize>,
    /// Spans of each sentence.
    spans: Vec<Vec<Span>>,
    /// Probability that the borders of each span are right; 1 without a calibration.
    borders: Vec<f32>,
    /// Tag logits of each sentence, where the caller wants them.
    tags: Vec<Option<Vec<Vec<f32>>>>,
    /// Pairs of spans, as indices into the spans of all sentences.
    pairs: Vec<Pair>,
    logits: Option<Logits>,
}

impl Predictor {
    /// A predictor whose batches hold at most `budget` word-pieces, padding included. A longer sentence
    /// is a batch of its own.
    pub fn new(model: JointModel, schema: Schema, decoding: Decoding, budget: usize) -> Self {
        Self {
            model,
            schema,
            decoding,
            budget,
        }
    }

    /// The model.
    pub fn model(&self) -> &JointModel {
        &self.model
    }

    /// The labels of the model.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Finds the entities and relations of every sentence, and calls `on_batch` with the predictions for
    /// each batch, each with the index of its sentence. Returns early, without an error, when `on_batch`
    /// returns false. Sentences without a word have no prediction.
    ///
    /// # Errors
    /// [`Error::Device`](crate::Error::Device) when the device fails.
    pub async fn run(
        &self,
        sentences: &[Pieces],
        on_batch: impl AsyncFnMut(Vec<(usize, Predicted)>) -> bool,
    ) -> Result<()> {
        self.run_with(sentences, Detail::default(), on_batch).await
    }

    /// As [`Self::run`], with more detail in the predictions. The detail does not change the decisions.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn run_with(
        &self,
        sentences: &[Pieces],
        detail: Detail,
        mut on_batch: impl AsyncFnMut(Vec<(usize, Predicted)>) -> bool,
    ) -> Result<()> {
        let mut relating: Option<Relating> = None;
        let batches = self.batches(sentences);
        // The turn after the last batch finishes that batch.
        for members in batches.into_iter().map(Some).chain([None]) {
            let tagging = members.map(|members| self.tag(members, sentences));
            let mut tensors = Vec::new();
            tensors.extend(tagging.as_ref().map(|t| t.tags.clone()));
            let logits = relating.as_ref().and_then(|r| r.logits.clone());
            tensors.extend(logits.into_iter().flat_map(Logits::tensors));
            let read = if tensors.is_empty() {
                Vec::new()
            } else {
                read_all(tensors).await?
            };
            let mut read = read.into_iter();
            let tags = tagging.as_ref().and_then(|_| read.next());
            if let Some(relating) = relating.take() {
                let logits = relating.logits.as_ref().and_then(|l| l.on_host(read));
                let scoring = Scoring {
                    schema: &self.schema,
                    calibration: self.decoding.calibration,
                    detail,
                };
                if !on_batch(scoring.decide(relating, logits)).await {
                    return Ok(());
                }
            }
            if let (Some(tagging), Some(tags)) = (tagging, tags) {
                relating = Some(self.relate(tagging, &tags, detail));
            }
        }
        Ok(())
    }

    /// Batches of sentences of similar length, as indices; at most `budget` word-pieces each, padding
    /// included.
    fn batches(&self, sentences: &[Pieces]) -> Vec<Vec<usize>> {
        let mut batches = Vec::new();
        let order: Vec<usize> = (0..sentences.len()).collect();
        for block in order.chunks(BLOCK) {
            let mut block = block.to_vec();
            block.retain(|&i| !sentences[i].first.is_empty());
            block.sort_by_key(|&i| sentences[i].ids.len());
            let mut batch: Vec<usize> = Vec::new();
            for i in block {
                // Sentences are sorted, so this one is the longest of its batch.
                if !batch.is_empty() && (batch.len() + 1) * sentences[i].ids.len() > self.budget {
                    batches.push(std::mem::take(&mut batch));
                }
                batch.push(i);
            }
            if !batch.is_empty() {
                batches.push(batch);
            }
        }
        batches
    }

    /// Encodes and tags a batch.
    fn tag(&self, members: Vec<usize>, sentences: &[Pieces]) -> Tagging {
        let pieces = PieceBatch::new(members.iter().map(|&i| &sentences[i]));
        let encoded = self.model.encode(&pieces, &mut Pass::inference());
        let tags = self.model.tag_logits(&encoded);
        Tagging {
            members,
            pieces,
            encoded,
            tags,
        }
    }

    /// Types every tagged span and relates every pair of them. Pairs are classified before the host
    /// knows which spans are entities, which spares a read-back; it drops the others later.
    fn relate(&self, tagging: Tagging, tags: &Rows, detail: Detail) -> Relating {
        let Tagging {
            members,
            pieces,
            encoded,
            ..
        } = tagging;
        let mut packed: Vec<Span> = Vec::new();
        let mut pairs = Vec::new();
        let mut spans = Vec::with_capacity(members.len());
        let mut borders = Vec::new();
        let mut kept = Vec::with_capacity(members.len());
        let Decoding {
            tags: decoding,
            calibration,
        } = self.decoding;
        for sentence in 0..pieces.sentences() {
            let rows = pieces.rows(sentence);
            let found = spans_of(&decoding.tags(tags, rows, 0));
            let words = || (rows.0..rows.1).map(|row| tags.row(row));
            match calibration {
                None => borders.extend(found.iter().map(|_| 1.0)),
                Some(calibration) => {
                    let of_sentence = Borders::new(words(), calibration.tags);
                    borders.extend(found.iter().map(|&span| of_sentence.probability(span)));
                }
            }
            kept.push(detail.tags.then(|| words().map(<[f32]>::to_vec).collect()));
            let base = packed.len();
            packed.extend(found.iter().map(|s| (rows.0 + s.0, rows.0 + s.1)));
            for left in base..packed.len() {
                pairs.extend((left + 1..packed.len()).map(|right| Pair {
                    sentence,
                    left,
                    right,
                }));
            }
            spans.push(found);
        }
        if packed.is_empty() {
            return Relating {
                members,
                spans,
                borders,
                tags: kept,
                pairs,
                logits: None,
            };
        }
        let pass = &mut Pass::inference();
        let represented = self.model.represent(&encoded, &packed, pass);
        let types = self.model.type_logits(represented.clone());
        let typed = TypedSpans { represented, types };
        let bounds: Vec<Span> = (0..pieces.sentences()).map(|i| pieces.rows(i)).collect();
        let (mut relations, mut attention) = (Vec::new(), Vec::new());
        for pairs in pairs.chunks(self.budget.max(FEWEST_PAIRS)) {
            let candidates = Candidates {
                bounds: &bounds,
                spans: &packed,
                pairs,
            };
            let related = (self.model).relate(&encoded, &candidates, &typed.represented, pass);
            let features = related.features;
            relations.push((self.model).relation_logits(
                features,
                &encoded,
                &candidates,
                &typed,
                pass,
            ));
            if detail.evidence {
                attention.push(related.weights);
            }
        }
        let joined = |parts: Vec<Tensor<2>>| (!parts.is_empty()).then(|| Tensor::cat(parts, 0));
        Relating {
            members,
            spans,
            borders,
            tags: kept,
            pairs,
            logits: Some(Logits {
                types: typed.types,
                relations: joined(relations),
                attention: joined(attention),
            }),
        }
    }
}
