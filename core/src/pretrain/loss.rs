//! The three pre-training losses of a batch (method §3.6–3.7, §4).

use burn::tensor::Tensor;

use super::batch::PretrainBatch;
use super::config::ObjectiveConfig;
use super::contrast::{logits, loss, normalize};
use super::model::PretrainModel;
use crate::loss::{Term, cross_entropy};
use crate::noise::Noise;

/// What the contrastive objective compares with; nothing here has gradients.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Of the target views and the context views: `[sentences, width]` each.
    pub own: [Tensor<2>; 2],
    /// Queues of earlier keys of target and context views: `[queued, width]` each.
    pub queued: [Option<Tensor<2>>; 2],
}

/// Summed losses; `[target view, context view]` each.
#[derive(Debug, Default)]
pub struct PretrainLoss {
    /// Over masked pieces.
    pub boundary: [Term; 2],
    /// Over shuffled spans.
    pub permutation: [Term; 2],
    /// Over sentences: pair against contexts, context against pairs.
    pub contrast: [Term; 2],
    /// Sentences whose own key scored highest.
    pub recognised: [Term; 2],
}

impl PretrainLoss {
    /// Names of the [terms](Self::terms).
    pub const NAMES: [&str; 8] = [
        "tbo_target",
        "tbo_context",
        "spo_target",
        "spo_context",
        "cspo_target",
        "cspo_context",
        "recognised_target",
        "recognised_context",
    ];

    /// Weights of the [terms](Self::terms): an objective is the mean of both views (§4), and what is
    /// recognised is only watched.
    pub fn weights(config: &ObjectiveConfig) -> [f32; 8] {
        let views = [config.w_tbo, config.w_spo, config.w_cspo].map(|w| (w / 2.0) as f32);
        let [tbo, spo, cspo] = views;
        [tbo, tbo, spo, spo, cspo, cspo, 0.0, 0.0]
    }

    /// The same losses over the rows of both.
    pub fn plus(self, other: Self) -> Self {
        Self {
            boundary: plus(self.boundary, other.boundary),
            permutation: plus(self.permutation, other.permutation),
            contrast: plus(self.contrast, other.contrast),
            recognised: plus(self.recognised, other.recognised),
        }
    }

    /// All terms, target view before context view.
    pub fn terms(self) -> [Term; 8] {
        let [a, b] = self.boundary;
        let [c, d] = self.permutation;
        let [e, f] = self.contrast;
        let [g, h] = self.recognised;
        [a, b, c, d, e, f, g, h]
    }
}

fn plus([a, b]: [Term; 2], [c, d]: [Term; 2]) -> [Term; 2] {
    [a.plus(c), b.plus(d)]
}

/// Computes the losses of a batch; without keys, no contrastive one.
///
/// An objective whose weight is 0 is not computed.
pub fn pretrain_loss(
    model: &PretrainModel,
    batch: &PretrainBatch,
    keys: Option<Keys>,
    config: &ObjectiveConfig,
    noise: &mut Noise,
) -> PretrainLoss {
    let network = &model.network;
    let dropout = network.config().dropout;
    let views = network.encode(batch, noise);
    let mut found = PretrainLoss::default();

    if config.w_tbo > 0.0 {
        for (term, masked) in found.boundary.iter_mut().zip(&batch.masked) {
            if !masked.is_empty() {
                let words = &network.encoder.embeddings.word;
                let logits =
                    model
                        .boundary
                        .logits(views.hidden.clone(), masked, words, dropout, noise);
                let labels: Vec<usize> = masked.iter().map(|m| m.label).collect();
                *term = cross_entropy(logits, &labels);
            }
        }
    }

    // One pass of the span encoder over everything that needs it.
    let keys = keys.filter(|_| config.w_cspo > 0.0);
    let mut spans = match keys.is_some() {
        true => batch.segments.clone(),
        false => Vec::new(),
    };
    let segments = spans.len();
    if config.w_spo > 0.0 {
        spans.extend(batch.permuted.iter().flatten());
    }
    if spans.is_empty() {
        return found;
    }
    let represented = network.represent(&views.encoded, &spans, noise); // [spans, span size]

    let mut from = segments;
    if config.w_spo > 0.0 {
        for (term, classes) in found.permutation.iter_mut().zip(&batch.classes) {
            if !classes.is_empty() {
                let rows = represented.clone().narrow(0, from, classes.len()); // [permuted, span size]
                let logits = model.permutation.logits(rows, dropout, noise);
                *term = cross_entropy(logits, classes);
                from += classes.len();
            }
        }
    }

    if let (Some(keys), true) = (keys, segments > 0) {
        let rows = represented.narrow(0, 0, segments); // [2 * sentences * 5, span size]
        let features = network.relate(&views.encoded, rows, noise).features;
        let projected = network.project(features, noise); // [2 * sentences, width]
        let projected = normalize(projected, config.cspo_normalize);
        let sentences = batch.sentences();
        let [own_target, own_context] = keys.own;
        let [queued_target, queued_context] = keys.queued;
        let sides = [(own_context, queued_context), (own_target, queued_target)];
        for (side, (own, queue)) in sides.into_iter().enumerate() {
            let queries = projected.clone().narrow(0, side * sentences, sentences); // [sentences, width]
            let lift = Tensor::from_inner;
            let scores = logits(queries, lift(own), queue.map(lift), config);
            (found.contrast[side], found.recognised[side]) = loss(scores);
        }
    }
    found
}
