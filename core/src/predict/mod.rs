//! Inference over many sentences (method §6): batched, pipelined, one read-back a batch.

mod annotated;
mod decide;
mod logits;
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
use decide::Scoring;
use logits::Logits;

/// Sentences that are sorted by length together; bounds both memory and the wait for a result.
const BLOCK: usize = 128;

/// A model with its labels, ready for inference.
#[derive(Debug, Clone)]
pub struct Predictor {
    model: JointModel,
    schema: Schema,
    decoding: Decoding,
    budget: usize,
}

/// Encoded and tagged on the device, not read back yet.
struct Tagging {
    members: Vec<usize>,
    pieces: PieceBatch,
    encoded: Encoded,
    tags: Tensor<2>,
}

/// Typed and related on the device, not read back yet.
struct Relating {
    members: Vec<usize>,
    spans: Vec<Vec<Span>>,
    /// Probability of every span's borders; 1 without a calibration.
    borders: Vec<f32>,
    /// Tag logits of every sentence, where they are kept.
    tags: Vec<Option<Vec<Vec<f32>>>>,
    pairs: Vec<Pair>,
    logits: Option<Logits>,
}

impl Predictor {
    /// A predictor whose batches hold at most `budget` word-pieces, padding included (but at least
    /// one sentence).
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

    /// Its labels.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Predicts every sentence and hands the results over batch by batch, as pairs of a sentence's
    /// index and what was found; stops early, successfully, when `on_batch` returns false.
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

    /// The same, keeping more than the decisions, which are the same whatever is kept.
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
        // One turn more than there are batches drains the pipeline.
        for members in batches.into_iter().map(Some).chain([None]) {
            let tagging = members.map(|members| self.tag(members, sentences));
            let mut wanted = Vec::new();
            wanted.extend(tagging.as_ref().map(|t| t.tags.clone()));
            let logits = relating.as_ref().and_then(|r| r.logits.clone());
            wanted.extend(logits.into_iter().flat_map(Logits::tensors));
            let read = if wanted.is_empty() {
                Vec::new()
            } else {
                read_all(wanted).await?
            };
            let mut read = read.into_iter();
            let tags = tagging.as_ref().and_then(|_| read.next());
            if let Some(relating) = relating.take() {
                let values = relating.logits.as_ref().and_then(|l| l.values(read));
                let scoring = Scoring {
                    schema: &self.schema,
                    calibration: self.decoding.calibration,
                    detail,
                };
                if !on_batch(scoring.decide(relating, values)).await {
                    return Ok(());
                }
            }
            if let (Some(tagging), Some(tags)) = (tagging, tags) {
                relating = Some(self.relate(tagging, &tags, detail));
            }
        }
        Ok(())
    }

    /// Indices of sentences of similar length, at most `budget` padded pieces together.
    fn batches(&self, sentences: &[Pieces]) -> Vec<Vec<usize>> {
        let mut batches = Vec::new();
        let order: Vec<usize> = (0..sentences.len()).collect();
        for block in order.chunks(BLOCK) {
            let mut block = block.to_vec();
            block.retain(|&i| !sentences[i].first.is_empty());
            block.sort_by_key(|&i| sentences[i].ids.len());
            let mut batch: Vec<usize> = Vec::new();
            for i in block {
                // Sorted, so the newcomer is the longest.
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

    /// Types every tagged span and relates every pair; pairs of spans that turn out to be no
    /// entities are dropped later, which spares a round-trip.
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
                    let sure = Borders::new(words(), calibration.tags);
                    borders.extend(found.iter().map(|&span| sure.probability(span)));
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
        let related = (!pairs.is_empty()).then(|| {
            let bounds: Vec<Span> = (0..pieces.sentences()).map(|i| pieces.rows(i)).collect();
            let candidates = Candidates {
                bounds: &bounds,
                spans: &packed,
                pairs: &pairs,
            };
            let represented = typed.represented.clone();
            let related = self.model.relate(&encoded, &candidates, represented, pass);
            let weights = detail.evidence.then_some(related.weights);
            let features = related.features;
            let logits =
                (self.model).relation_logits(features, &encoded, &candidates, &typed, pass);
            (logits, weights)
        });
        let (relations, attention) = related.unzip();
        Relating {
            members,
            spans,
            borders,
            tags: kept,
            pairs,
            logits: Some(Logits {
                types: typed.types,
                relations,
                attention: attention.flatten(),
            }),
        }
    }
}
