//! Checkpoints of the paper's own code (method §3.8–3.9).
//!
//! Its convolutions read the words of a span last to first, so their kernels are flipped in time.

use super::bert::our_name;
use super::{Array, StateDict};
use crate::{Error, Result};

/// Prefixes of the fine-tuning model, theirs and ours.
const PREFIXES: [(&str, &str); 14] = [
    (
        "ent_model.embedding_model.bert_encoder.bert_model.",
        "encoder.",
    ),
    ("ent_model.ent_span_decoder.hidden2label.", "tagger."),
    (
        "ent_model.cnn_ent_model.entity_span_extractor.cnn_encoder.",
        "entity.cnn.",
    ),
    ("ent_model.cnn_ent_model.ent2hidden.", "entity.dense."),
    (
        "ent_model.cnn_ent_model.entity_decoder.hidden2label.",
        "entity_head.",
    ),
    (
        "rel_model.context_span_extractor.cnn_encoder.",
        "context.cnn.",
    ),
    ("rel_model.context2hidden.", "context.dense."),
    ("rel_model.position_embedding.", "pair.position."),
    ("rel_model.attention_encoder.input_linear.", "pair.input."),
    ("rel_model.attention_encoder.query_linear.", "pair.query."),
    (
        "rel_model.attention_encoder.feature_linear.",
        "pair.feature.",
    ),
    ("rel_model.attention_encoder.score_linear.", "pair.score."),
    ("rel_model.ent_mention_mlp.", "relation_inner."),
    ("rel_model.mlp.", "relation_outer."),
];
const RELATION_HEAD: (&str, &str) = ("rel_model.relation_decoder.hidden2label.", "relation_head.");

/// Translates a fine-tuning checkpoint of the paper's code into our names and layouts.
///
/// # Errors
/// [`Error::Weight`] for a name that its fine-tuning model does not have.
pub fn from_pspe(checkpoint: StateDict) -> Result<StateDict> {
    let mut state = StateDict::new();
    let mut kernels: Vec<(String, usize, Array)> = Vec::new();
    let mut biases: Vec<(String, usize, Array)> = Vec::new();
    for (name, array) in checkpoint {
        if name.ends_with("position_ids") {
            continue;
        }
        let Some((ours, rest)) = PREFIXES
            .iter()
            .chain([&RELATION_HEAD])
            .find_map(|(theirs, ours)| name.strip_prefix(theirs).map(|rest| (*ours, rest)))
        else {
            return Err(Error::Weight {
                name,
                problem: "is not a parameter of the fine-tuning model".into(),
            });
        };
        if let Some(layer) = rest.strip_prefix("conv_layer_") {
            let unknown = || Error::Weight {
                name: name.clone(),
                problem: "is not a convolution of the span CNN".into(),
            };
            let (index, kind) = layer.split_once('.').ok_or_else(unknown)?;
            let index: usize = index.parse().map_err(|_| unknown())?;
            match kind {
                "weight" if array.shape.len() == 3 => kernels.push((ours.into(), index, array)),
                "bias" => biases.push((ours.into(), index, array)),
                _ => return Err(unknown()),
            }
            continue;
        }
        let rest = match ours {
            "encoder." => our_name(rest),
            _ => rest
                .replace("layer_norm.weight", "norm.gamma")
                .replace("layer_norm.bias", "norm.beta"),
        };
        state.insert(format!("{ours}{rest}"), array);
    }
    kernels.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    biases.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    for (module, _, kernel) in kernels {
        append_rows(&mut state, format!("{module}taps.weight"), taps(&kernel));
    }
    for (module, _, bias) in biases {
        append_rows(&mut state, format!("{module}bias"), bias);
    }
    Ok(state)
}

/// `[channels, hidden, k]`, flipped in time, as `[k * channels, hidden]`.
fn taps(kernel: &Array) -> Array {
    let (channels, hidden, width) = (kernel.shape[0], kernel.shape[1], kernel.shape[2]);
    let mut values = Vec::with_capacity(kernel.values.len());
    for tap in 0..width {
        for channel in 0..channels {
            let row = &kernel.values[channel * hidden * width..(channel + 1) * hidden * width];
            values.extend((0..hidden).map(|h| row[h * width + (width - 1 - tap)]));
        }
    }
    Array {
        shape: vec![width * channels, hidden],
        values,
    }
}

fn append_rows(state: &mut StateDict, name: String, rows: Array) {
    match state.get_mut(&name) {
        Some(array) => {
            array.shape[0] += rows.shape[0];
            array.values.extend(rows.values);
        }
        None => {
            state.insert(name, rows);
        }
    }
}
