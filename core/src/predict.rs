//! Inference over many sentences (method §6): batched, pipelined, one read-back a batch.

use std::collections::HashMap;

use burn::tensor::Tensor;

use crate::Result;
use crate::batch::{PieceBatch, Pieces};
use crate::joint::best_tags;
use crate::model::{Encoded, JointModel, Pair, TypedSpans};
use crate::noise::Noise;
use crate::readback::{Rows, read_all};
use crate::schema::{Schema, Span};
use crate::tagger::spans_of;

/// Sentences that are sorted by length together; bounds both memory and the wait for a result.
const BLOCK: usize = 128;

/// A typed span with the probability of its type.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictedEntity {
    /// Words of the sentence, half-open.
    pub span: Span,
    /// Entity class.
    pub class: usize,
    /// Probability of the class, given the span.
    pub score: f32,
}

/// A directed relation with its probability.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictedRelation {
    /// Left argument, as an index into [`Predicted::entities`].
    pub left: usize,
    /// Right argument, likewise.
    pub right: usize,
    /// Directed relation class.
    pub class: usize,
    /// Probability of the class, given both arguments.
    pub score: f32,
}

/// What the model finds in one sentence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Predicted {
    /// Spans of the tagger, before typing.
    pub spans: Vec<Span>,
    /// Typed spans in textual order.
    pub entities: Vec<PredictedEntity>,
    /// Relations between them.
    pub relations: Vec<PredictedRelation>,
}

/// A model with its labels, ready for inference.
#[derive(Debug, Clone)]
pub struct Predictor {
    model: JointModel,
    schema: Schema,
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
    pairs: Vec<Pair>,
    logits: Option<(Tensor<2>, Option<Tensor<2>>)>,
}

impl Predictor {
    /// A predictor whose batches hold at most `budget` word-pieces, padding included (but at least
    /// one sentence).
    pub fn new(model: JointModel, schema: Schema, budget: usize) -> Self {
        Self {
            model,
            schema,
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
        mut on_batch: impl AsyncFnMut(Vec<(usize, Predicted)>) -> bool,
    ) -> Result<()> {
        let mut relating: Option<Relating> = None;
        let batches = self.batches(sentences);
        // One turn more than there are batches drains the pipeline.
        for members in batches.into_iter().map(Some).chain([None]) {
            let tagging = members.map(|members| self.tag(members, sentences));
            let mut wanted = Vec::new();
            wanted.extend(tagging.as_ref().map(|t| t.tags.clone()));
            if let Some((types, relations)) = relating.as_ref().and_then(|r| r.logits.clone()) {
                wanted.push(types);
                wanted.extend(relations);
            }
            let mut read = match wanted.is_empty() {
                true => Vec::new(),
                false => read_all(wanted).await?,
            }
            .into_iter();
            let tags = tagging.as_ref().and_then(|_| read.next());
            if let Some(relating) = relating.take() {
                let found = self.collect(relating, read.next(), read.next());
                if !on_batch(found).await {
                    return Ok(());
                }
            }
            if let (Some(tagging), Some(tags)) = (tagging, tags) {
                relating = Some(self.relate(tagging, &tags));
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
        let encoded = self.model.encode(&pieces, &mut Noise::none());
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
    fn relate(&self, tagging: Tagging, tags: &Rows) -> Relating {
        let Tagging {
            members,
            pieces,
            encoded,
            ..
        } = tagging;
        let mut packed: Vec<Span> = Vec::new();
        let mut pairs = Vec::new();
        let mut spans = Vec::with_capacity(members.len());
        for sentence in 0..pieces.sentences() {
            let rows = pieces.rows(sentence);
            let found = spans_of(&best_tags(tags, rows, 0));
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
                pairs,
                logits: None,
            };
        }
        let quiet = &mut Noise::none();
        let represented = self.model.represent(&encoded, &packed, quiet);
        let types = self.model.type_logits(represented.clone());
        let typed = TypedSpans { represented, types };
        let relations = (!pairs.is_empty()).then(|| {
            let bounds: Vec<Span> = (0..pieces.sentences()).map(|i| pieces.rows(i)).collect();
            let features = self
                .model
                .relate(
                    &encoded,
                    &bounds,
                    &packed,
                    typed.represented.clone(),
                    &pairs,
                    quiet,
                )
                .features;
            self.model.relation_logits(features, &typed, &pairs, quiet)
        });
        Relating {
            members,
            spans,
            pairs,
            logits: Some((typed.types, relations)),
        }
    }

    fn collect(
        &self,
        relating: Relating,
        types: Option<Rows>,
        relations: Option<Rows>,
    ) -> Vec<(usize, Predicted)> {
        let Relating {
            members,
            spans,
            pairs,
            ..
        } = relating;
        let mut found: Vec<Predicted> = Vec::with_capacity(members.len());
        let mut entity_of: HashMap<usize, usize> = HashMap::new();
        let mut row = 0;
        for spans in spans {
            let mut predicted = Predicted::default();
            for &span in &spans {
                if let Some(types) = &types {
                    let class = types.argmax(row);
                    if class != self.schema.no_entity() {
                        entity_of.insert(row, predicted.entities.len());
                        let score = types.softmax(row)[class];
                        predicted
                            .entities
                            .push(PredictedEntity { span, class, score });
                    }
                }
                row += 1;
            }
            predicted.spans = spans;
            found.push(predicted);
        }
        if let Some(relations) = relations {
            for (i, pair) in pairs.iter().enumerate() {
                let class = relations.argmax(i);
                if class == self.schema.no_relation() {
                    continue;
                }
                if let (Some(&left), Some(&right)) =
                    (entity_of.get(&pair.left), entity_of.get(&pair.right))
                {
                    let score = relations.softmax(i)[class];
                    found[pair.sentence].relations.push(PredictedRelation {
                        left,
                        right,
                        class,
                        score,
                    });
                }
            }
        }
        members.into_iter().zip(found).collect()
    }
}
