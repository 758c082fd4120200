//! Training data that an ensemble of models annotates.
//!
//! An annotation that most models of an ensemble agree on is right more often than one of a single model.
//! One model can then learn from as much text as there is.

mod labelled;
mod similarity;
mod text;
mod vote;

use std::path::Path;

use burn::tensor::Device;
use spanlight::evaluation::Evaluation;
use spanlight::model::SavedModel;
use spanlight_core::document::Sentence;
use spanlight_core::score::Prediction;

use crate::error::{Error, Result};
use labelled::labelled;
pub use text::{evenly_spread_sentences, most_similar_sentences};
pub use vote::Quorum;
use vote::vote;

/// Where and how the models compute.
pub struct Computing<'a> {
    /// The device.
    pub device: &'a Device,
    /// CPU threads.
    pub workers: usize,
    /// Word-pieces, padding included, that go through a model at once; 16 times as many on a GPU.
    pub chunk: usize,
}

/// Votes that an annotation needs of so many models: more than half.
pub fn majority(models: usize) -> usize {
    models / 2 + 1
}

/// Annotates sentences with what enough of the models find; `progress` gets the number of
/// sentences that a model has read since the last call. A file of the same sentences, labelled before, votes like a model.
///
/// # Errors
/// [`Error::Usage`] for a quorum of entities that is no majority, one that there are not models enough
/// for, a file of other sentences, or a sentence that is too long for a model; whatever keeps a model or
/// file from being read.
pub fn label(
    sentences: &[Sentence],
    models: &[impl AsRef<Path>],
    quorum: Quorum,
    computing: &Computing<'_>,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Sentence>> {
    let (count, needed) = (models.len(), majority(models.len()));
    if !(needed..=count).contains(&quorum.entities) {
        return Err(Error::Usage(format!(
            "--agree {}: {count} models need at least {needed}, so that no two mentions overlap, and \
             there are no more than {count}",
            quorum.entities
        )));
    }
    if !(1..=count).contains(&quorum.relations) {
        return Err(Error::Usage(format!(
            "--agree-relations {}: from 1 to {count} models can agree",
            quorum.relations
        )));
    }
    let mut ballots: Vec<Vec<Prediction>> = vec![Vec::with_capacity(models.len()); sentences.len()];
    for path in models {
        let path = path.as_ref();
        let found = if path.is_file() {
            labelled(path, sentences, progress)?
        } else {
            predicted(path, sentences, computing, progress)?
        };
        for (ballot, prediction) in ballots.iter_mut().zip(found) {
            ballot.push(prediction);
        }
    }
    let elected = |(sentence, ballot): (&Sentence, &Vec<Prediction>)| {
        let (entities, relations) = vote(ballot, quorum);
        Sentence {
            entities,
            relations,
            ..sentence.clone()
        }
    };
    Ok(sentences.iter().zip(&ballots).map(elected).collect())
}

/// The predictions of a model.
fn predicted(
    path: &Path,
    sentences: &[Sentence],
    computing: &Computing<'_>,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Prediction>> {
    let saved = SavedModel::open(path)?;
    let frame = saved.config.frame();
    let evaluation = Evaluation::new(sentences, &saved.schema, &saved.wordpiece()?, frame)?;
    let predictor = saved.predictor(computing.device, computing.chunk)?;
    Ok(evaluation.predict(&predictor, computing.workers, progress)?)
}
