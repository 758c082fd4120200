//! The annotated sentences of a run.

use std::collections::BTreeSet;

use spanlight_core::Schema;
use spanlight_core::document::Sentence;

use super::config::FinetuneConfig;
use crate::data::{self, Unit};
use crate::error::{Error, Result};
use crate::settings::required;

/// Training and development data, and the labels of both.
pub struct Annotated {
    /// What is trained on.
    pub train: Vec<Sentence>,
    /// What chooses the epoch.
    pub dev: Vec<Sentence>,
    /// Labels of all data, so that shares of it differ in their sentences and not in these.
    pub schema: Schema,
}

impl Annotated {
    /// Reads both files and draws the share that is asked for.
    ///
    /// # Errors
    /// A file that cannot be read, and a share of less than one document.
    pub fn read(config: &FinetuneConfig) -> Result<Self> {
        let format = config.format.parse().map_err(Error::Usage)?;
        let train = data::read(required("--train", &config.train)?, format)?.sentences;
        let dev = data::read(required("--dev", &config.dev)?, format)?.sentences;
        let symmetric: Vec<&str> = config.symmetric.iter().map(String::as_str).collect();
        let schema = Schema::of(train.iter().chain(&dev), &symmetric);
        let train = match config.fraction < 1.0 {
            true => share(&train, config)?,
            false => train,
        };
        Ok(Self { train, dev, schema })
    }
}

/// A share of the documents.
fn share(train: &[Sentence], config: &FinetuneConfig) -> Result<Vec<Sentence>> {
    let documents = train.iter().map(|sentence| &sentence.document);
    let documents = documents.collect::<BTreeSet<_>>().len();
    if config.fraction * (documents as f64) < 1.0 {
        return Err(Error::Usage(format!(
            "--fraction {} of {documents} documents is less than one; sentences need a document of \
             their own (`articleId`, `orig_id` or `doc_key`)",
            config.fraction
        )));
    }
    let (fraction, seed) = (config.fraction, config.fraction_seed);
    Ok(data::subset(train, fraction, Unit::Document, seed))
}
