//! Averages the weights of several models. The average can be better than every one of the models, provided
//! that they were trained from the same start (Wortsman et al., 2022, "Model soups").

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use pollster::block_on;
use spanlight::model;
use spanlight_core::config::RelationInput;
use spanlight_core::ops::Init;
use spanlight_core::weights::state_of;
use spanlight_core::{JointModel, ModelConfig, SavedModel};
use spanlight_learn::extend;

use crate::error::{Error, Result};

/// Opens models and averages their weights; a model that is named twice counts twice.
///
/// If some of the models have an input (the case of words, or the words at the edges of spans), the other
/// models get it with weights of zero, except models whose relation classifier sees only the pooled pair.
///
/// # Errors
/// [`Error::Folder`] for a model whose sizes, labels or word-pieces differ from the first model's, such as a
/// bundle among runs, because a bundle lacks the unused word-pieces; [`Error::Usage`] without a model;
/// [`Error::Spanlight`] for a model that cannot be opened.
pub fn mean(folders: &[PathBuf]) -> Result<SavedModel> {
    let opened: spanlight::Result<Vec<SavedModel>> =
        folders.iter().map(|f| model::open(f)).collect();
    let mut models = opened?;
    give_all_the_same_inputs(&mut models)?;
    let mut models = models.into_iter().zip(folders);
    let Some((mut sum, first)) = models.next() else {
        return Err(Error::Usage("name at least one model".into()));
    };
    if models.len() > 0 {
        // A calibration fits one model's weights, not the average's.
        sum.config.decoding.calibration = None;
    }
    for (model, folder) in models {
        add(&mut sum, model, folder, first)?;
    }
    let count = folders.len() as f32;
    for value in sum.weights.values_mut().flat_map(|a| &mut a.values) {
        *value /= count;
    }
    Ok(sum)
}

/// Extends all models by the inputs that any of them has.
fn give_all_the_same_inputs(models: &mut [SavedModel]) -> Result<()> {
    // A relation classifier that sees neither spans nor types cannot be extended.
    let extensible =
        |model: &&mut SavedModel| model.config.model.relation_input != RelationInput::Pooled;
    let mut models: Vec<&mut SavedModel> = models.iter_mut().filter(extensible).collect();
    let inputs =
        |model: &&mut SavedModel| (model.config.model.relation_input, model.config.model.case);
    let Some(input) = models.iter().map(|m| inputs(m).0).max() else {
        return Ok(());
    };
    let case = models.iter().any(|m| inputs(m).1);
    let device = Device::flex();
    let load = |model: &SavedModel| {
        let weights = model.weights.clone();
        JointModel::load(&model.config.model, &model.schema, weights, &device)
    };
    let edge = match models.iter().find(|m| inputs(m).0 == RelationInput::Edges) {
        Some(model) => load(model)?.relation.edge,
        None => None,
    };
    for model in models.iter_mut().filter(|m| inputs(m) != (input, case)) {
        let config = ModelConfig {
            relation_input: input,
            case,
            ..model.config.model.clone()
        };
        let mut wider = JointModel::new(&config, &model.schema, &mut Init::blank(), &device)?;
        wider.relation.edge.clone_from(&edge);
        model.weights = block_on(state_of(&extend(load(model)?, &wider)))?;
        model.config.model = config;
    }
    Ok(())
}

/// Adds a model's weights to a sum.
fn add(sum: &mut SavedModel, mut model: SavedModel, folder: &Path, first: &Path) -> Result<()> {
    let differs = |what: &str| Error::Folder {
        path: folder.into(),
        problem: format!(
            "has other {what} than {}; average runs that were trained from the same start, or their bundles",
            first.display()
        ),
    };
    model.config.decoding.calibration = None;
    if model.config != sum.config {
        return Err(differs("sizes and switches"));
    }
    if model.schema != sum.schema {
        return Err(differs("labels"));
    }
    if model.tokenizer != sum.tokenizer {
        return Err(differs("tokenizer"));
    }
    let shapes = |m: &SavedModel| -> Vec<_> {
        let named = m.weights.iter();
        named.map(|(n, a)| (n.clone(), a.shape.clone())).collect()
    };
    if shapes(&model) != shapes(sum) {
        return Err(differs("parameters"));
    }
    for (total, array) in sum.weights.values_mut().zip(model.weights.values()) {
        for (a, b) in total.values.iter_mut().zip(&array.values) {
            *a += b;
        }
    }
    Ok(())
}
