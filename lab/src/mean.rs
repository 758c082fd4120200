//! The mean of several models' weights, which can be better than any of them (Wortsman et al., 2022,
//! "Model soups"), provided that they were trained from the same start.

use std::path::{Path, PathBuf};

use spanlight_core::config::RelationInput;
use spanlight_core::weights::StateDict;

use crate::error::{Error, Result};
use crate::growth::{CASE, EDGE, extras, grown};
use crate::model::SavedModel;

/// Opens models and averages their weights; one that is named twice counts twice. Where one is told how words
/// are written, or sees the words next to spans, those that are not count as blind to it, unless their relation
/// classifier sees pairs alone.
///
/// # Errors
/// [`Error::Folder`] for a model of other sizes, labels or word-pieces than the first, such as a
/// bundle beside its run, whose unused word-pieces it lacks; [`Error::Usage`] for no model; whatever
/// keeps one from being opened.
pub fn mean(folders: &[PathBuf]) -> Result<SavedModel> {
    let opened: Result<Vec<SavedModel>> = folders.iter().map(|f| SavedModel::open(f)).collect();
    let mut models = opened?;
    alike(&mut models);
    let mut models = models.into_iter().zip(folders);
    let Some((mut sum, first)) = models.next() else {
        return Err(Error::Usage("name at least one model".into()));
    };
    if models.len() > 0 {
        // Fitted to other weights than their mean.
        sum.config.calibration = None;
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

/// Tells all models what some of them are told.
fn alike(models: &mut [SavedModel]) {
    let told: Vec<StateDict> = models.iter().map(|model| extras(&model.weights)).collect();
    // What sees neither spans nor types is another kind of model.
    let kind = |model: &&mut SavedModel| model.config.relation_input != RelationInput::Pooled;
    for model in models.iter_mut().filter(kind) {
        for other in &told {
            model.weights = grown(std::mem::take(&mut model.weights), other);
        }
        model.config.case = model.weights.contains_key(CASE);
        if model.weights.keys().any(|name| name.starts_with(EDGE)) {
            model.config.relation_input = RelationInput::Edges;
        }
    }
}

/// Adds a model's weights to a sum.
fn add(sum: &mut SavedModel, mut model: SavedModel, folder: &Path, first: &Path) -> Result<()> {
    let unlike = |what: &str| Error::Folder {
        path: folder.into(),
        problem: format!(
            "differs from {} in its {what}; average runs that were trained from the same start, or bundles of them",
            first.display()
        ),
    };
    model.config.calibration = None;
    if model.config != sum.config {
        return Err(unlike("sizes and switches"));
    }
    if model.schema != sum.schema {
        return Err(unlike("labels"));
    }
    if model.tokenizer != sum.tokenizer {
        return Err(unlike("tokenizer"));
    }
    let shapes = |m: &SavedModel| -> Vec<_> {
        let named = m.weights.iter();
        named.map(|(n, a)| (n.clone(), a.shape.clone())).collect()
    };
    if shapes(&model) != shapes(sum) {
        return Err(unlike("parameters"));
    }
    for (total, array) in sum.weights.values_mut().zip(model.weights.values()) {
        for (a, b) in total.values.iter_mut().zip(&array.values) {
            *a += b;
        }
    }
    Ok(())
}
