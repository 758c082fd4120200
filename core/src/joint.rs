//! The joint fine-tuning loss with scheduled sampling (method §5).

use std::collections::{BTreeMap, BTreeSet};

use burn::tensor::Tensor;
use rand::{Rng, RngExt};

use crate::Result;
use crate::batch::TrainBatch;
use crate::loss::{Term, cross_entropy};
use crate::model::{JointModel, Pair, TypedSpans};
use crate::noise::Noise;
use crate::readback::read;
use crate::schema::{Schema, Span};
use crate::tagger::spans_of;

/// Probability of training on gold instead of predicted candidates in an epoch (0-based): 1 for the
/// first `gold_epochs + 1`, then an inverse sigmoid with slope `k`.
pub fn gold_probability(epoch: usize, gold_epochs: usize, k: f64) -> f64 {
    if epoch <= gold_epochs {
        return 1.0;
    }
    k / (k + ((epoch - gold_epochs) as f64 / k).exp())
}

/// The three losses of a chunk, as sums over their rows.
#[derive(Debug, Default)]
pub struct JointLoss {
    /// Over words.
    pub tag: Term,
    /// Over candidate spans.
    pub entity: Term,
    /// Over candidate pairs.
    pub relation: Term,
}

/// Computes the losses of a chunk; candidates are gold with probability `p_gold` per sentence and
/// stage, else the model's own, and gold ones are always added.
///
/// # Errors
/// [`Error::Device`](crate::Error::Device) when predictions cannot be read back.
pub async fn joint_loss(
    model: &JointModel,
    schema: &Schema,
    batch: &TrainBatch,
    p_gold: f64,
    rng: &mut impl Rng,
    noise: &mut Noise,
) -> Result<JointLoss> {
    let pieces = &batch.pieces;
    let encoded = model.encode(pieces, noise);
    let tag_logits = model.tag_logits_with_pad(&encoded);
    let pad = usize::from(model.config().tag_pad_class);
    let decoding = model.config().tag_decoding;
    let tags: Vec<usize> = batch
        .gold
        .iter()
        .flat_map(|g| &g.tags)
        .map(|&t| t as usize + pad)
        .collect();

    let tags_from_gold: Vec<bool> = batch.gold.iter().map(|_| rng.random_bool(p_gold)).collect();
    let types_from_gold: Vec<bool> = batch.gold.iter().map(|_| rng.random_bool(p_gold)).collect();

    let predicted_tags = match tags_from_gold.iter().all(|&gold| gold) {
        true => None,
        false => Some(read(tag_logits.clone()).await?),
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
    let represented = model.represent(&encoded, &packed, noise);
    let type_logits = model.type_logits(represented.clone());
    let predicted_types = match types_from_gold.iter().all(|&gold| gold) {
        true => None,
        false => Some(read(type_logits.clone()).await?),
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
    let found = model.relate(
        &encoded,
        &bounds,
        &packed,
        spans.represented.clone(),
        &pairs,
        noise,
    );
    let logits = model.relation_logits(found, &spans, &pairs, noise);
    loss.relation = cross_entropy(logits, &labels);
    Ok(loss)
}

/// Unweighted sum of the three mean losses: `[1]`; `counts` are those of the whole batch.
pub fn total(loss: JointLoss, counts: [usize; 3]) -> Option<Tensor<1>> {
    [loss.tag, loss.entity, loss.relation]
        .into_iter()
        .zip(counts)
        .filter_map(|(term, count)| term.sum.map(|sum| sum / count.max(1) as f32))
        .reduce(|a, b| a + b)
}
