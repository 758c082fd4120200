//! Starting from encoders that were trained before (method §3.8).

use std::path::Path;

use burn::module::Module;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use spanlight_core::bundle::MANIFEST;
use spanlight_core::weights::{StateDict, load_state_partial, read_safetensors};
use spanlight_core::{ModelConfig, Schema};

use crate::error::{Error, Result};
use crate::model::{self, SavedModel};
use crate::store::{FINETUNED, read};

/// Name of the file with the networks of a pre-training.
pub const PRETRAINED: &str = "pretrained.safetensors";

/// Which encoders to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Parts {
    /// Sentence encoder
    Encoder,
    /// Sentence and span encoder
    Span,
    /// Span and span-pair encoder
    Pair,
    /// Sentence, span and span-pair encoder
    #[default]
    All,
    /// All of a fine-tuned model, its heads and labels too
    Model,
}

impl Parts {
    fn holds(self, part: &str) -> bool {
        match part {
            "encoder" => self != Self::Pair,
            "span" => self != Self::Encoder,
            _ => !matches!(self, Self::Encoder | Self::Span),
        }
    }
}

/// Which network of a pre-training to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// The trained one
    #[default]
    Query,
    /// Its slow average
    Momentum,
}

/// The earlier run that the sentence encoder is taken from, if it is.
pub fn source(init_from: Option<&Path>, parts: Parts) -> Option<&Path> {
    init_from.filter(|_| parts.holds("encoder"))
}

/// The encoders of an earlier run or of a bundle, by the names `encoder.`, `span.` and `pair.`.
///
/// Heads stay behind, and so does the context encoder of a fine-tuned model, which starts over as a
/// copy of the span encoder.
///
/// # Errors
/// [`Error::Folder`] when the folder holds neither a trained run nor a bundle, [`Error::Core`] for a damaged one.
pub fn encoders(folder: &Path, parts: Parts, network: Network) -> Result<StateDict> {
    let fail = |problem: String| Error::Folder {
        path: folder.into(),
        problem,
    };
    let pretrained = folder.join(PRETRAINED);
    let finetuned = [MANIFEST, FINETUNED].map(|name| folder.join(name).exists());
    let (state, modules) = if pretrained.exists() {
        let prefix = match network {
            Network::Query => "network.",
            Network::Momentum => "momentum.network.",
        };
        let names = ["encoder", "span", "pair"].map(|part| (format!("{prefix}{part}."), part));
        (read_safetensors(&read(&pretrained)?)?, names)
    } else if finetuned.contains(&true) {
        if network == Network::Momentum {
            return Err(fail(
                "is a fine-tuning, which has no momentum network; use --load-network query".into(),
            ));
        }
        let names = [("encoder", "encoder"), ("entity", "span"), ("pair", "pair")];
        let names = names.map(|(module, part)| (format!("{module}."), part));
        (SavedModel::open(folder)?.weights, names)
    } else {
        return Err(fail(format!(
            "holds neither {PRETRAINED} nor {FINETUNED} nor {MANIFEST}; it must be a bundle or the folder of a run that has saved"
        )));
    };
    let mut found = StateDict::new();
    for (name, array) in state {
        let part =
            (modules.iter()).find_map(|(prefix, part)| Some((name.strip_prefix(prefix)?, part)));
        if let Some((rest, part)) = part
            && parts.holds(part)
        {
            found.insert(format!("{part}.{rest}"), array);
        }
    }
    match found.is_empty() {
        true => Err(fail("holds no such network".into())),
        false => Ok(found),
    }
}

/// Labels of a fine-tuned run or a bundle that is trained further: its own, among which those of the
/// data must be. Its `symmetric` types stay so unless others are named.
///
/// # Errors
/// [`Error::Folder`] when the folder holds no fine-tuned model or one without some label.
pub fn labels(folder: &Path, data: &Schema, symmetric: &[String]) -> Result<Schema> {
    let earlier = model::schema(folder)?;
    let unknown = (data
        .entities
        .iter()
        .filter(|l| !earlier.entities.contains(l)))
    .chain(
        data.relations
            .iter()
            .filter(|l| !earlier.relations.contains(l)),
    )
    .next();
    if let Some(label) = unknown {
        return Err(Error::Folder {
            path: folder.into(),
            problem: format!(
                "was trained without the label `{label}` that these data have; use --load-parts all"
            ),
        });
    }
    let named = (symmetric.iter().filter(|l| earlier.relations.contains(l))).cloned();
    Ok(Schema {
        symmetric: match symmetric.is_empty() {
            true => earlier.symmetric.clone(),
            false => named.collect(),
        },
        ..earlier
    })
}

/// Switches that change what weights mean, and not their shapes.
const SWITCHES: [&str; 3] = ["cls_repr", "pair_att_act", "empty_segment"];

/// All parameters of a fine-tuned run or a bundle, whose encoder and switches must be these.
///
/// # Errors
/// [`Error::Folder`] when the folder holds no fine-tuned model or an unlike one, [`Error::Core`] for
/// a damaged bundle.
pub fn whole(folder: &Path, wanted: &ModelConfig) -> Result<StateDict> {
    let fail = |problem: String| Error::Folder {
        path: folder.into(),
        problem,
    };
    let earlier = SavedModel::open(folder)?;
    if earlier.config.encoder != wanted.encoder {
        return Err(fail(
            "has an encoder of other sizes than --encoder; name the one it started from, or a bundle as both".into(),
        ));
    }
    let settings = |config| serde_json::to_value(config).unwrap_or_default();
    let (theirs, ours) = (settings(&earlier.config), settings(wanted));
    match SWITCHES.iter().find(|name| theirs[**name] != ours[**name]) {
        None => Ok(earlier.weights),
        Some(name) => Err(fail(format!(
            "was trained with {name} = {}, not {}; give --{} as it was",
            theirs[*name],
            ours[*name],
            name.replace('_', "-")
        ))),
    }
}

/// Puts encoders into a model that has each of them in the given modules.
///
/// # Errors
/// [`Error::Core`] for arrays of another shape or without a place.
pub fn transfer<M: Module>(model: M, encoders: StateDict, places: &[(&str, &[&str])]) -> Result<M> {
    let mut state = StateDict::new();
    for (name, array) in encoders {
        let place = (places.iter()).find_map(|(part, modules)| {
            Some((name.strip_prefix(part)?.strip_prefix('.')?, modules))
        });
        let Some((rest, modules)) = place else {
            continue;
        };
        for module in *modules {
            state.insert(format!("{module}.{rest}"), array.clone());
        }
    }
    let model = load_state_partial(model, &mut state)?;
    match state.into_keys().next() {
        None => Ok(model),
        Some(name) => Err(spanlight_core::Error::Weight {
            name,
            problem: "the model has no place for it; its sizes must be those of the earlier run"
                .into(),
        }
        .into()),
    }
}
