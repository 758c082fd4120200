//! The annotated sentences of a run, as read from files and as the model trains on them.

use std::collections::BTreeSet;
use std::slice::from_ref;

use spanlight_core::Schema;
use spanlight_core::batch::Gold;
use spanlight_core::document::Sentence;
use spanlight_learn::finetune::Example;

use super::config::FinetuneConfig;
use crate::data::{self, Overlap, Unit};
use crate::error::{Error, Result};
use crate::model_spec::ModelSpec;
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
        let train = data::read(required("--train", config.train.as_deref())?, format)?.sentences;
        let dev = data::read(required("--dev", config.dev.as_deref())?, format)?.sentences;
        let symmetric: Vec<&str> = config.symmetric.iter().map(String::as_str).collect();
        let schema = Schema::of(train.iter().chain(&dev), &symmetric);
        let train = if config.fraction < 1.0 {
            share(&train, config)?
        } else {
            train
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

/// Longest training sentence, in words.
const MAX_WORDS: usize = 400;

/// The training sentences, and how many were left out: those that are too long and, where sentences with
/// overlapping mentions, which tags cannot express, are dropped, those.
///
/// # Errors
/// [`Error::Usage`] when none is left, and a sentence that cannot be tokenised.
pub fn examples(
    sentences: &[Sentence],
    overlaps: Overlap,
    schema: &Schema,
    spec: &ModelSpec,
) -> Result<(Vec<Example>, usize)> {
    let room = spec.settings.model.encoder.room();
    let mut examples = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        let pieces = spec.tokenizer.sentence(&sentence.words)?;
        let fits = sentence.words.len() <= MAX_WORDS && pieces.ids.len() <= room;
        let kept = data::trainable(from_ref(sentence), overlaps).0;
        for sentence in kept.iter().filter(|_| fits) {
            examples.push(Example {
                pieces: pieces.clone(),
                gold: Gold::new(sentence, schema)?,
            });
        }
    }
    if examples.is_empty() {
        return Err(Error::Usage(
            "no training sentence is left; see `spanlight data check`".into(),
        ));
    }
    let dropped = sentences.len() - examples.len();
    Ok((examples, dropped))
}
