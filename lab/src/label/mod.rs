//! Sentences that models annotate instead of people: training data by the agreement of an ensemble.
//!
//! What most of several models find is right more often than what any one of them finds, and a
//! single model can learn it from as much text as there is. What was labelled before may vote again.

mod earlier;
mod likeness;
mod text;
mod vote;

use std::path::Path;

use burn::tensor::Device;
use spanlight_core::document::Sentence;
use spanlight_core::score::Prediction;

use crate::error::{Error, Result};
use crate::evaluation::Evaluation;
use crate::model::SavedModel;
use earlier::earlier;
pub use text::{alike, spread};
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

/// Annotates sentences with what enough of the models find; `progress` learns how often a sentence has
/// been read by a model. A file of the same sentences, labelled before, votes like a model.
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
        let found = match path.is_file() {
            true => earlier(path, sentences, progress)?,
            false => predicted(path, sentences, computing, progress)?,
        };
        for (ballot, prediction) in ballots.iter_mut().zip(found) {
            ballot.push(prediction);
        }
    }
    let elect = |(sentence, ballot): (&Sentence, &Vec<Prediction>)| {
        let (entities, relations) = vote(ballot, quorum);
        Sentence {
            entities,
            relations,
            ..sentence.clone()
        }
    };
    Ok(sentences.iter().zip(&ballots).map(elect).collect())
}

/// What a model finds.
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
    evaluation.predict(&predictor, computing.workers, progress)
}
