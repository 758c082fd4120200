//! Names of parameters, theirs and ours.

use std::fmt;

use crate::weights::StateDict;
use crate::weights::bert::{our_name, their_name};

/// The model that a checkpoint of the authors' code belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Query and momentum network with the heads of the objectives.
    Pretraining,
    /// Joint extraction.
    FineTuning,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pretraining => "pre-training",
            Self::FineTuning => "fine-tuning",
        })
    }
}

/// Prefixes of the fine-tuning model, theirs and ours.
const FINE_TUNING: [(&str, &str); 15] = [
    (
        "ent_model.embedding_model.bert_encoder.bert_model.",
        "encoders.sentence.",
    ),
    ("ent_model.ent_span_decoder.hidden2label.", "tagger."),
    (
        "ent_model.cnn_ent_model.entity_span_extractor.cnn_encoder.",
        "encoders.span.cnn.",
    ),
    (
        "ent_model.cnn_ent_model.ent2hidden.",
        "encoders.span.dense.",
    ),
    (
        "ent_model.cnn_ent_model.entity_decoder.hidden2label.",
        "entity_head.",
    ),
    (
        "rel_model.context_span_extractor.cnn_encoder.",
        "context.cnn.",
    ),
    ("rel_model.context2hidden.", "context.dense."),
    ("rel_model.position_embedding.", "encoders.pair.position."),
    (
        "rel_model.attention_encoder.input_linear.",
        "encoders.pair.input.",
    ),
    (
        "rel_model.attention_encoder.query_linear.",
        "encoders.pair.query.",
    ),
    (
        "rel_model.attention_encoder.feature_linear.",
        "encoders.pair.feature.",
    ),
    (
        "rel_model.attention_encoder.score_linear.",
        "encoders.pair.score.",
    ),
    ("rel_model.ent_mention_mlp.", "relation.inner."),
    ("rel_model.mlp.", "relation.outer."),
    ("rel_model.relation_decoder.hidden2label.", "relation.head."),
];

/// Prefixes of one network of the pre-training model, theirs and ours.
const PRETRAINING: [(&str, &str); 16] = [
    ("bert_encoder.bert_model.", "network.encoders.sentence."),
    (
        "entity_span_extractor.cnn_encoder.",
        "network.encoders.span.cnn.",
    ),
    ("ent2hidden.", "network.encoders.span.dense."),
    ("position_embedding.", "network.encoders.pair.position."),
    (
        "attention_encoder.input_linear.",
        "network.encoders.pair.input.",
    ),
    (
        "attention_encoder.query_linear.",
        "network.encoders.pair.query.",
    ),
    (
        "attention_encoder.feature_linear.",
        "network.encoders.pair.feature.",
    ),
    (
        "attention_encoder.score_linear.",
        "network.encoders.pair.score.",
    ),
    ("mlp_head1.", "network.projection.inner."),
    ("mlp_head2.", "network.projection.outer."),
    ("global_position_embedding.", "tbo.position."),
    ("masked_token_mlp.", "tbo.dense."),
    ("masked_token_decoder.", "tbo.decoder."),
    ("masked_token_decoder_bias", "tbo.bias"),
    ("entity_span_mlp.", "spo.dense."),
    ("entity_span_decoder.hidden2label.", "spo.head."),
];

/// Prefixes of the two networks, theirs and ours.
const NETWORKS: [(&str, &str); 2] = [
    ("span_pair_encoder.", ""),
    ("momentum_span_pair_encoder.", "momentum."),
];

impl Stage {
    /// The model of a checkpoint, by the names of its parameters; `None` if no name is one of theirs.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a String>) -> Option<Self> {
        names.into_iter().find_map(|name| {
            if NETWORKS.iter().any(|(theirs, _)| name.starts_with(theirs)) {
                Some(Self::Pretraining)
            } else if name.starts_with("ent_model.") || name.starts_with("rel_model.") {
                Some(Self::FineTuning)
            } else {
                None
            }
        })
    }

    /// Modules of this model, under their names, of which a checkpoint has no parameter. The heads of TBO
    /// and SPO of the momentum network may be absent, since nothing reads them.
    pub fn lacking(self, checkpoint: &StateDict) -> Vec<String> {
        let modules: Vec<String> = match self {
            Self::FineTuning => FINE_TUNING.iter().map(|(name, _)| (*name).into()).collect(),
            Self::Pretraining => (NETWORKS.iter())
                .flat_map(|(network, prefix)| {
                    let needed = |ours: &str| prefix.is_empty() || ours.starts_with("network.");
                    let modules = PRETRAINING.iter().filter(move |(_, ours)| needed(ours));
                    modules.map(move |(theirs, _)| format!("{network}{theirs}"))
                })
                .collect(),
        };
        let held = |module: &String| checkpoint.keys().any(|name| name.starts_with(module));
        let lacking = modules.into_iter().filter(|module| !held(module));
        lacking
            .map(|name| name.trim_end_matches('.').into())
            .collect()
    }

    /// Our name of one of their parameters.
    pub(super) fn ours(self, name: &str) -> Option<String> {
        match self {
            Self::FineTuning => translate(&FINE_TUNING, name, false),
            Self::Pretraining => NETWORKS.iter().find_map(|(theirs, ours)| {
                let rest = name.strip_prefix(theirs)?;
                Some(format!("{ours}{}", translate(&PRETRAINING, rest, false)?))
            }),
        }
    }

    /// Their name of one of our parameters.
    pub(super) fn theirs(self, name: &str) -> Option<String> {
        match self {
            Self::FineTuning => translate(&FINE_TUNING, name, true),
            // Our names of the query network have no prefix, so those of the momentum network are tried first.
            Self::Pretraining => NETWORKS.iter().rev().find_map(|(theirs, ours)| {
                let rest = name.strip_prefix(ours)?;
                Some(format!("{theirs}{}", translate(&PRETRAINING, rest, true)?))
            }),
        }
    }
}

/// Translates a name from their prefixes to ours, or `back`; also the names inside the sentence encoder
/// and those of LayerNorm. `None` if no prefix matches.
fn translate(prefixes: &[(&str, &str)], name: &str, back: bool) -> Option<String> {
    prefixes.iter().find_map(|&(theirs, ours)| {
        let (from, to) = if back { (ours, theirs) } else { (theirs, ours) };
        let rest = name.strip_prefix(from)?;
        let rest = match (ours.ends_with("sentence."), back) {
            (true, false) => our_name(rest),
            (true, true) => their_name(rest),
            (false, false) => rest
                .replace("layer_norm.weight", "norm.gamma")
                .replace("layer_norm.bias", "norm.beta"),
            (false, true) => rest
                .replace("norm.gamma", "layer_norm.weight")
                .replace("norm.beta", "layer_norm.bias"),
        };
        Some(format!("{to}{rest}"))
    })
}
