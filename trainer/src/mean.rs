//! The mean of several models' weights, which can be better than any of them (Wortsman et al., 2022,
//! "Model soups"), provided that they were trained from the same start.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::model::SavedModel;

/// Opens models and averages their weights; one that is named twice counts twice.
///
/// # Errors
/// [`Error::Folder`] for a model of other sizes, labels or word-pieces than the first, such as a
/// bundle beside its run, whose unused word-pieces it lacks; [`Error::Usage`] for no model; whatever
/// keeps one from being opened.
pub fn mean(folders: &[PathBuf]) -> Result<SavedModel> {
    let [first, others @ ..] = folders else {
        return Err(Error::Usage("name at least one model".into()));
    };
    let mut sum = SavedModel::open(first)?;
    if !others.is_empty() {
        // Fitted to other weights than their mean.
        sum.config.calibration = None;
    }
    for folder in others {
        add(&mut sum, SavedModel::open(folder)?, folder, first)?;
    }
    let count = folders.len() as f32;
    for value in sum.weights.values_mut().flat_map(|a| &mut a.values) {
        *value /= count;
    }
    Ok(sum)
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
