//! The pre-training losses of a batch (method §4): 0.5 TBO + SPO + 0.3 CSPO, each the mean of its two
//! views.

use burn::tensor::Tensor;

use super::batch::PretrainBatch;
use super::config::ObjectiveConfig;
use super::cspo;
use super::momentum::Keys;
use super::network::PretrainModel;
use crate::loss::{Loss, Measure, Term};
use crate::ops::Pass;

/// Summed losses of one view.
#[derive(Debug, Default)]
pub struct ViewLoss {
    /// Over masked pieces.
    pub tbo: Term,
    /// Over shuffled segments.
    pub spo: Term,
    /// Over sentences: of the pair against contexts (target view), or of the context against pairs.
    pub cspo: Term,
    /// Sentences whose own key scored highest.
    pub recognised: Term,
}

/// Summed losses of the target view and of the context view.
#[derive(Debug, Default)]
pub struct PretrainLoss {
    /// Target view, then context view.
    pub views: [ViewLoss; 2],
}

impl ViewLoss {
    fn plus(self, other: Self) -> Self {
        Self {
            tbo: self.tbo.plus(other.tbo),
            spo: self.spo.plus(other.spo),
            cspo: self.cspo.plus(other.cspo),
            recognised: self.recognised.plus(other.recognised),
        }
    }
}

impl PretrainLoss {
    /// The losses over the rows of both.
    pub fn plus(self, other: Self) -> Self {
        let [target, context] = self.views;
        let [other_target, other_context] = other.views;
        Self {
            views: [target.plus(other_target), context.plus(other_context)],
        }
    }

    /// All losses with their weights in the total, objective by objective, target view first. An
    /// objective is the mean of both views (§4); recognition is reported, not trained.
    pub fn weighted(self, config: &ObjectiveConfig) -> [Loss; 8] {
        let [target, context] = self.views;
        let loss = |name, weight: f64, term| Loss {
            name,
            measure: Measure::CrossEntropy,
            weight: (weight / 2.0) as f32,
            term,
        };
        let accuracy = |name, term| Loss {
            name,
            measure: Measure::Accuracy,
            weight: 0.0,
            term,
        };
        [
            loss("tbo_target", config.w_tbo, target.tbo),
            loss("tbo_context", config.w_tbo, context.tbo),
            loss("spo_target", config.w_spo, target.spo),
            loss("spo_context", config.w_spo, context.spo),
            loss("cspo_target", config.w_cspo, target.cspo),
            loss("cspo_context", config.w_cspo, context.cspo),
            accuracy("recognised_target", target.recognised),
            accuracy("recognised_context", context.recognised),
        ]
    }
}

/// Computes the losses of a batch; without keys, CSPO is left out. An objective whose weight is 0 is not
/// computed.
pub fn pretrain_loss(
    model: &PretrainModel,
    batch: &PretrainBatch,
    keys: Option<Keys>,
    config: &ObjectiveConfig,
    pass: &mut Pass,
) -> PretrainLoss {
    let network = &model.network;
    let views = network.encode(batch, pass);
    let mut found = PretrainLoss::default();

    if config.w_tbo > 0.0 {
        let words = &network.encoders.sentence.embeddings.word;
        for (view, masked) in found.views.iter_mut().zip(&batch.masked) {
            view.tbo = model.tbo.loss(views.hidden.clone(), masked, words, pass);
        }
    }

    // One pass of the span encoder over all spans: the segments of CSPO, then those of SPO.
    let keys = keys.filter(|_| config.w_cspo > 0.0);
    let mut spans = Vec::new();
    if keys.is_some() {
        spans.extend_from_slice(&batch.segments);
    }
    let segments = spans.len();
    if config.w_spo > 0.0 {
        spans.extend(batch.permuted.iter().flatten());
    }
    if spans.is_empty() {
        return found;
    }
    let represented = network.represent(&views.encoded, &spans, pass); // [spans, span size]

    if config.w_spo > 0.0 {
        let mut from = segments;
        for (view, orders) in found.views.iter_mut().zip(&batch.classes) {
            if orders.is_empty() {
                continue;
            }
            let rows = represented.clone().narrow(0, from, orders.len()); // [permuted, span size]
            view.spo = model.spo.loss(rows, orders, pass);
            from += orders.len();
        }
    }

    if let (Some(keys), true) = (keys, segments > 0) {
        let rows = represented.narrow(0, 0, segments); // [2 * sentences * 5, span size]
        let features = network.relate(&views.encoded, rows, pass).features;
        let projected = network.project(features, pass); // [2 * sentences, width]
        let projected = cspo::normalize(projected, config.cspo_normalize);
        let sentences = batch.sentences();
        // The pair of a sentence is compared with contexts, its context with pairs.
        let [own_target, own_context] = keys.own;
        let [queued_target, queued_context] = keys.queued;
        let sides = [(own_context, queued_context), (own_target, queued_target)];
        for (side, (own, queued)) in sides.into_iter().enumerate() {
            let queries = projected.clone().narrow(0, side * sentences, sentences); // [sentences, width]
            let lift = Tensor::from_inner;
            let logits = cspo::logits(queries, lift(own), queued.map(lift), config);
            let view = &mut found.views[side];
            (view.cspo, view.recognised) = cspo::loss(logits);
        }
    }
    found
}
