//! BERT checkpoints in the Hugging Face layout.
//!
//! | theirs (behind an optional `bert.` or `mpnet.`)   | ours                            |
//! |--------------------------------------------------|---------------------------------|
//! | `embeddings.{word,position,token_type}_embeddings` | `embeddings.{word,position,segment}` |
//! | `embeddings.LayerNorm`                           | `embeddings.norm`               |
//! | `encoder.layer.N.attention.self.{query,key,value}` | `layers.N.attention.{query,key,value}` |
//! | `encoder.layer.N.attention.output.dense`         | `layers.N.attention.output`     |
//! | `encoder.layer.N.attention.output.LayerNorm`     | `layers.N.attention.norm`       |
//! | `encoder.layer.N.intermediate.dense`             | `layers.N.inner`                |
//! | `encoder.layer.N.output.dense`                   | `layers.N.outer`                |
//! | `encoder.layer.N.output.LayerNorm`               | `layers.N.norm`                 |
//! | `pooler.dense`                                   | `pooler`                        |
//! | MPNet: `encoder.relative_attention_bias`         | `relative.bias`                 |
//! | MPNet: `attention.attn.{q,k,v,o}`                | `attention.{query,key,value,output}` |
//! | MPNet: `attention.LayerNorm`                     | `attention.norm`                |
//!
//! LayerNorm parameters are `weight`/`bias` or, in older files, `gamma`/`beta`.

use super::{StateDict, load_state, load_state_partial};
use crate::Result;
use crate::encoder::SentenceEncoder;

/// Parts of names, theirs and ours. [`our_name`] applies all replacements, in this order.
const NAMES: [(&str, &str); 18] = [
    ("embeddings.word_embeddings.", "embeddings.word."),
    ("embeddings.position_embeddings.", "embeddings.position."),
    ("embeddings.token_type_embeddings.", "embeddings.segment."),
    ("embeddings.LayerNorm.", "embeddings.norm."),
    ("encoder.layer.", "layers."),
    ("encoder.relative_attention_bias.", "relative.bias."),
    ("attention.self.", "attention."),
    ("attention.attn.q.", "attention.query."),
    ("attention.attn.k.", "attention.key."),
    ("attention.attn.v.", "attention.value."),
    ("attention.attn.o.", "attention.output."),
    ("attention.LayerNorm.", "attention.norm."),
    ("attention.output.dense.", "attention.output."),
    ("attention.output.LayerNorm.", "attention.norm."),
    ("intermediate.dense.", "inner."),
    ("output.dense.", "outer."),
    ("output.LayerNorm.", "norm."),
    ("pooler.dense.", "pooler."),
];

/// Our name of a Hugging Face BERT parameter.
pub(super) fn our_name(name: &str) -> String {
    let inside = ["bert.", "mpnet."]
        .iter()
        .find_map(|p| name.strip_prefix(p));
    let mut ours = inside.unwrap_or(name).to_string();
    for (theirs, replacement) in NAMES {
        ours = ours.replace(theirs, replacement);
    }
    match ours.rsplit_once('.') {
        Some((module, "weight")) if module.ends_with("norm") => format!("{module}.gamma"),
        Some((module, "bias")) if module.ends_with("norm") => format!("{module}.beta"),
        _ => ours,
    }
}

/// Hugging Face's name of our parameter.
pub(super) fn their_name(name: &str) -> String {
    let mut theirs = name.to_string();
    // Only the first pattern that occurs is replaced. `.norm.` is part of other patterns, so it is last.
    let inside = [
        (".attention.output.", ".attention.output.dense."),
        (".attention.norm.", ".attention.output.LayerNorm."),
        (".attention.query.", ".attention.self.query."),
        (".attention.key.", ".attention.self.key."),
        (".attention.value.", ".attention.self.value."),
        (".inner.", ".intermediate.dense."),
        (".outer.", ".output.dense."),
        ("embeddings.word.", "embeddings.word_embeddings."),
        ("embeddings.position.", "embeddings.position_embeddings."),
        ("embeddings.segment.", "embeddings.token_type_embeddings."),
        ("embeddings.norm.", "embeddings.LayerNorm."),
        ("pooler.", "pooler.dense."),
        (".norm.", ".output.LayerNorm."),
    ];
    if let Some((ours, replacement)) = inside.iter().find(|(ours, _)| theirs.contains(ours)) {
        theirs = theirs.replacen(ours, replacement, 1);
    }
    if let Some(rest) = theirs.strip_prefix("layers.") {
        theirs = format!("encoder.layer.{rest}");
    }
    theirs
        .replace("LayerNorm.gamma", "LayerNorm.weight")
        .replace("LayerNorm.beta", "LayerNorm.bias")
}

/// Whether a Hugging Face checkpoint with these names has a pooler.
pub fn has_pooler<'a>(names: impl IntoIterator<Item = &'a String>) -> bool {
    names
        .into_iter()
        .any(|name| our_name(name) == "pooler.weight")
}

/// Loads a Hugging Face checkpoint into an encoder. If the checkpoint has no pooler, the encoder keeps its
/// own. Heads for other tasks and position counters in the checkpoint are ignored.
///
/// # Errors
/// [`Error::Weight`](crate::Error::Weight) for a parameter that is missing or of another shape.
pub fn load_bert(encoder: SentenceEncoder, checkpoint: StateDict) -> Result<SentenceEncoder> {
    let mut state: StateDict = checkpoint
        .into_iter()
        .map(|(name, array)| (our_name(&name), array))
        .collect();
    state.retain(|name, _| {
        ["embeddings.", "relative.", "layers.", "pooler."]
            .iter()
            .any(|p| name.starts_with(p))
            && !name.ends_with("position_ids")
    });
    // Only the pooler may be missing. `load_state` names any other parameter that is.
    let expected = encoder.layers.len() * 16 + 5;
    if !state.contains_key("pooler.weight") && state.len() == expected {
        load_state_partial(encoder, &mut state)
    } else {
        load_state(encoder, state)
    }
}

#[cfg(test)]
mod tests {
    use super::{our_name, their_name};

    #[test]
    fn our_names_translate_back_to_theirs() {
        for name in [
            "embeddings.word_embeddings.weight",
            "embeddings.position_embeddings.weight",
            "embeddings.token_type_embeddings.weight",
            "embeddings.LayerNorm.bias",
            "encoder.layer.0.attention.self.query.weight",
            "encoder.layer.0.attention.self.key.bias",
            "encoder.layer.11.attention.self.value.bias",
            "encoder.layer.1.attention.output.dense.weight",
            "encoder.layer.1.attention.output.LayerNorm.weight",
            "encoder.layer.1.intermediate.dense.bias",
            "encoder.layer.1.output.dense.bias",
            "encoder.layer.1.output.LayerNorm.bias",
            "pooler.dense.weight",
        ] {
            assert_eq!(their_name(&our_name(name)), name);
        }
    }

    #[test]
    fn layer_norms_have_the_same_name_from_older_and_newer_files() {
        assert_eq!(
            our_name("bert.embeddings.LayerNorm.gamma"),
            "embeddings.norm.gamma"
        );
        assert_eq!(
            our_name("embeddings.LayerNorm.weight"),
            "embeddings.norm.gamma"
        );
        assert_eq!(
            our_name("encoder.layer.3.attention.output.LayerNorm.bias"),
            "layers.3.attention.norm.beta"
        );
        assert_eq!(
            our_name("encoder.layer.3.attention.output.dense.bias"),
            "layers.3.attention.output.bias"
        );
        assert_eq!(
            our_name("encoder.layer.10.output.dense.weight"),
            "layers.10.outer.weight"
        );
        assert_eq!(our_name("pooler.dense.weight"), "pooler.weight");
    }
}
