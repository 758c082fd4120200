//! The joint fine-tuning loss with scheduled sampling (method §5).

use std::collections::{BTreeMap, BTreeSet};

use rand::{Rng, RngExt};

use super::candidates::{Candidates, Pair, TypedSpans};
use super::model::JointModel;
use crate::Result;
use crate::batch::TrainBatch;
use crate::loss::{Loss, Measure, Term, cross_entropy};
use crate::ops::Pass;
use crate::readback::read;
use crate::schema::{Schema, Span};
use crate::tagger::{TagDecoding, spans_of};

/// Probability, in an epoch (0-based), that candidates are gold instead of predicted (scheduled sampling).
/// With n = `gold_epochs`, it is 1 up to epoch n and `k / (k + exp((epoch - n) / k))` afterwards.
pub fn gold_probability(epoch: usize, gold_epochs: usize, k: f64) -> f64 {
    if epoch <= gold_epochs {
        return 1.0;
    }
    k / (k + ((epoch - gold_epochs) as f64 / k).exp())
}

/// The three losses of a batch, as sums over their rows.
#[derive(Debug, Default)]
pub struct JointLoss {
    /// Cross-entropy of tags, over words.
    pub tag: Term,
    /// Cross-entropy of entity types, over candidate spans.
    pub entity: Term,
    /// Cross-entropy of relations, over candidate pairs.
    pub relation: Term,
}

impl JointLoss {
    /// The losses of tags, types and relations, given their weights in the total in this order.
    pub fn weighted(self, weights: [f32; 3]) -> [Loss; 3] {
        let [tag, entity, relation] = weights;
        [
            ("tag", tag, self.tag),
            ("entity", entity, self.entity),
            ("relation", relation, self.relation),
        ]
        .map(|(name, weight, term)| Loss {
            name,
            measure: Measure::CrossEntropy,
            weight,
            term,
        })
    }
}

/// Computes the losses of a batch. For each sentence, and separately for spans and for pairs, the
/// candidates are the gold ones alone with probability `p_gold`. Otherwise the predictions of the model
/// are added, whose tags `decoding` chooses.
///
/// # Errors
/// [`Error::Device`](crate::Error::Device) when predictions cannot be read back.
pub async fn joint_loss(
    model: &JointModel,
    schema: &Schema,
    batch: &TrainBatch,
    decoding: TagDecoding,
    p_gold: f64,
    rng: &mut impl Rng,
    pass: &mut Pass,
) -> Result<JointLoss> {
    let pieces = &batch.pieces;
    let encoded = model.encode(pieces, pass);
    let tag_logits = model.tag_logits_with_pad(&encoded);
    let pad = usize::from(model.config().tag_pad_class);
    let tags: Vec<usize> = batch
        .gold
        .iter()
        .flat_map(|g| &g.tags)
        .map(|&t| t as usize + pad)
        .collect();

    let tags_from_gold: Vec<bool> = batch.gold.iter().map(|_| rng.random_bool(p_gold)).collect();
    let types_from_gold: Vec<bool> = batch.gold.iter().map(|_| rng.random_bool(p_gold)).collect();

    let predicted_tags = if tags_from_gold.iter().all(|&gold| gold) {
        None
    } else {
        Some(read(tag_logits.clone()).await?)
    };
    let mut loss = JointLoss {
        tag: cross_entropy(tag_logits, &tags),
        ..Default::default()
    };

    // Entity typing over the chosen candidates of every sentence.
    let mut candidates: Vec<BTreeSet<Span>> = Vec::with_capacity(batch.gold.len());
    for (i, gold) in batch.gold.iter().enumerate() {
        let mut spans: BTreeSet<Span> = gold.entities.keys().copied().collect();
        if let (false, Some(logits)) = (tags_from_gold[i], &predicted_tags) {
            spans.extend(spans_of(&decoding.tags(logits, pieces.rows(i), pad)));
        }
        candidates.push(spans);
    }
    let mut packed: Vec<Span> = Vec::new();
    let mut row_of: Vec<BTreeMap<Span, usize>> = Vec::with_capacity(candidates.len());
    let mut types: Vec<usize> = Vec::new();
    for (i, spans) in candidates.iter().enumerate() {
        let offset = pieces.rows(i).0;
        let mut rows = BTreeMap::new();
        for &span in spans {
            rows.insert(span, packed.len());
            packed.push((offset + span.0, offset + span.1));
            types.push(
                batch.gold[i]
                    .entities
                    .get(&span)
                    .copied()
                    .unwrap_or(schema.no_entity()),
            );
        }
        row_of.push(rows);
    }
    if packed.is_empty() {
        return Ok(loss);
    }
    let represented = model.represent(&encoded, &packed, pass);
    let type_logits = model.type_logits(represented.clone());
    let predicted_types = if types_from_gold.iter().all(|&gold| gold) {
        None
    } else {
        Some(read(type_logits.clone()).await?)
    };
    let spans = TypedSpans {
        represented,
        types: type_logits.clone(),
    };
    loss.entity = cross_entropy(type_logits, &types);

    // Relation classification over all pairs of the chosen entities.
    let mut pairs: Vec<Pair> = Vec::new();
    let mut labels: Vec<usize> = Vec::new();
    for (i, gold) in batch.gold.iter().enumerate() {
        let entities: Vec<Span> = match (&predicted_types, types_from_gold[i]) {
            (Some(logits), false) => row_of[i]
                .iter()
                .filter(|&(_, &row)| logits.argmax(row) != schema.no_entity())
                .map(|(&span, _)| span)
                .collect(),
            _ => gold.entities.keys().copied().collect(),
        };
        let mut chosen: BTreeSet<(Span, Span)> = gold.relations.keys().copied().collect();
        for left in &entities {
            chosen.extend(
                entities
                    .iter()
                    .filter(|right| left.0 < right.0)
                    .map(|&right| (*left, right)),
            );
        }
        for (left, right) in chosen {
            pairs.push(Pair {
                sentence: i,
                left: row_of[i][&left],
                right: row_of[i][&right],
            });
            labels.push(
                gold.relations
                    .get(&(left, right))
                    .copied()
                    .unwrap_or(schema.no_relation()),
            );
        }
    }
    if pairs.is_empty() {
        return Ok(loss);
    }
    let bounds: Vec<Span> = (0..pieces.sentences()).map(|i| pieces.rows(i)).collect();
    let candidates = Candidates {
        bounds: &bounds,
        spans: &packed,
        pairs: &pairs,
    };
    let related = model.relate(&encoded, &candidates, &spans.represented, pass);
    let features = related.features;
    let logits = model.relation_logits(features, &encoded, &candidates, &spans, pass);
    loss.relation = cross_entropy(logits, &labels);
    Ok(loss)
}
