//! Training a fine-tuned run or a bundle further, with its heads and labels (`--load-parts model`).

use std::path::Path;

use burn::tensor::Device;
use spanlight_core::config::RelationInput;
use spanlight_core::{JointModel, ModelConfig, Schema};

use crate::error::Result;
use crate::model;
use crate::start::{other_encoder, same_switches, unfit};

/// A fine-tuned run or a bundle that is trained further, with its heads.
///
/// # Errors
/// [`Error::Folder`] when the folder holds no fine-tuned model, or one whose encoder or switches differ from
/// those of this run; [`Error::Core`] for a damaged bundle.
pub fn whole_model(folder: &Path, wanted: &ModelConfig, device: &Device) -> Result<JointModel> {
    let earlier = model::open(folder)?;
    let config = &earlier.config.model;
    if config.encoder != wanted.encoder {
        return Err(other_encoder(folder));
    }
    let switches = [
        "cls_repr",
        "pair_att_act",
        "empty_segment",
        "share_span_encoder",
        "tag_pad_class",
    ];
    same_switches(folder, &switches, config, wanted)?;
    if config.relation_input > wanted.relation_input {
        same_switches(folder, &["relation_input"], config, wanted)?;
    }
    Ok(JointModel::load(
        config,
        &earlier.schema,
        earlier.weights,
        device,
    )?)
}

/// Sizes and switches of a model that is trained further: as wanted, with all inputs that it has already.
///
/// # Errors
/// [`Error::Folder`] when the folder holds no fine-tuned model, and those of reading it.
pub fn with_inputs_of(folder: &Path, mut wanted: ModelConfig) -> Result<ModelConfig> {
    // A folder without a fine-tuned model is refused as such.
    model::schema(folder)?;
    let earlier = model::settings(folder)?.model;
    wanted.case |= earlier.case;
    if earlier.relation_input == RelationInput::Edges
        && wanted.relation_input == RelationInput::Typed
    {
        wanted.relation_input = RelationInput::Edges;
    }
    Ok(wanted)
}

/// Labels of a fine-tuned run or a bundle that is trained further: its own, among which those of the
/// data must be. Its `symmetric` types stay so unless others are named.
///
/// # Errors
/// [`Error::Folder`] when the folder holds no fine-tuned model or one without some label.
pub fn labels(folder: &Path, data: &Schema, symmetric: &[String]) -> Result<Schema> {
    let earlier = model::schema(folder)?;
    let entities = (data.entities.iter()).filter(|l| !earlier.entities.contains(l));
    let relations = (data.relations.iter()).filter(|l| !earlier.relations.contains(l));
    if let Some(label) = entities.chain(relations).next() {
        return Err(unfit(
            folder,
            format!(
                "was trained without the label `{label}` that these data have; use --load-parts all"
            ),
        ));
    }
    let named = (symmetric.iter().filter(|l| earlier.relations.contains(l))).cloned();
    Ok(Schema {
        symmetric: if symmetric.is_empty() {
            earlier.symmetric.clone()
        } else {
            named.collect()
        },
        ..earlier
    })
}
