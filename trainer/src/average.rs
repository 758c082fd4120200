//! The mean of several models' weights, which is often better than any of them (Wortsman et al.,
//! 2022, "Model soups"), provided that they were trained from the same start.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::model::SavedModel;

/// Opens models and averages their weights; one that is named twice counts twice.
///
/// # Errors
/// [`Error::Folder`] for a model of other sizes, labels or word-pieces than the first; whatever keeps
/// one from being opened.
pub fn average(folders: &[PathBuf]) -> Result<SavedModel> {
    let [first, others @ ..] = folders else {
        return Err(Error::Usage("name at least one model".into()));
    };
    let mut mean = SavedModel::open(first)?;
    for folder in others {
        add(&mut mean, SavedModel::open(folder)?, folder, first)?;
    }
    let count = folders.len() as f32;
    for value in mean.weights.values_mut().flat_map(|a| &mut a.values) {
        *value /= count;
    }
    Ok(mean)
}

/// Adds a model's weights to a sum.
fn add(sum: &mut SavedModel, model: SavedModel, folder: &Path, first: &Path) -> Result<()> {
    let unlike = |what: &str| Error::Folder {
        path: folder.into(),
        problem: format!(
            "differs from {} in its {what}; average runs that differ in their seeds only",
            first.display()
        ),
    };
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
