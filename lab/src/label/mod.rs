//! Annotates text with an ensemble of models, as training data for another model.
//!
//! An annotation on which most models of an ensemble agree is correct more often than an annotation of a single
//! model, and the supply of plain text is unlimited.

mod kept;
mod similarity;
mod text;
mod vote;

use std::path::Path;

use burn::tensor::Device;
use spanlight::data::{self, Format, Options};
use spanlight::evaluation::Evaluation;
use spanlight::model;
use spanlight_core::document::Sentence;
use spanlight_core::score::Prediction;

use crate::error::{Error, Result};
pub use kept::Kept;
pub use text::{evenly_spread_sentences, most_similar_sentences};
pub use vote::Quorum;
use vote::vote;

/// Device, threads and batch size of the models.
pub struct Computing<'a> {
    /// The device.
    pub device: &'a Device,
    /// CPU threads.
    pub workers: usize,
    /// Word-pieces in a batch, padding included; 16 times as many on a GPU.
    pub chunk: usize,
}

/// The smallest majority of `models`: more than half.
pub fn majority(models: usize) -> usize {
    models / 2 + 1
}

/// Annotates sentences with the entities and relations on which `quorum` models agree.
///
/// `models` are run folders, bundles or files that an earlier call labelled. `progress` gets the number of
/// sentences that a model has predicted since the last call; what a model has predicted is `kept`.
///
/// # Errors
/// [`Error::Usage`] for a quorum of entities that is no majority, a quorum above the number of models, or a
/// file with other sentences; [`Error::Spanlight`] for a sentence that is too long for a model, or a model or
/// file that cannot be read.
pub fn label(
    sentences: &[Sentence],
    models: &[impl AsRef<Path>],
    quorum: Quorum,
    computing: &Computing<'_>,
    kept: &Kept,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Sentence>> {
    let (count, needed) = (models.len(), majority(models.len()));
    if !(needed..=count).contains(&quorum.entities) {
        return Err(Error::Usage(format!(
            "--agree {}: give at least {needed} of the {count} models, so that no two mentions overlap, and at \
             most {count}",
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
            let predict = || predicted(path, sentences, computing, progress);
            let (found, before) = kept.of(path, predict)?;
            if before {
                progress(sentences.len());
            }
            found
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
    let saved = model::open(path)?;
    let evaluation = Evaluation::new(sentences, &saved.schema, &saved.tokenizer, saved.room())?;
    let predictor = model::predictor(&saved, computing.device, computing.chunk)?;
    Ok(evaluation.predict(&predictor, computing.workers, progress)?)
}

/// The annotations of a file that `lab label` wrote for the same sentences in the same order. As voters, such
/// files make ensembles of ensembles and give a model several votes.
///
/// # Errors
/// [`Error::Usage`] if the sentences differ; [`Error::Spanlight`] for a file that cannot be read.
fn labelled(
    path: &Path,
    sentences: &[Sentence],
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Prediction>> {
    let as_written = Options {
        unescape: false,
        ..Options::default()
    };
    let annotated = data::read_with(path, Format::Pspe, &as_written)?.sentences;
    let pairs = annotated.iter().zip(sentences);
    let same = pairs
        .take_while(|(one, two)| one.words == two.words)
        .count();
    if same < annotated.len().max(sentences.len()) {
        return Err(Error::Usage(format!(
            "{}: its sentence {} is not that of the text; label the same text with the same --count",
            path.display(),
            same + 1
        )));
    }
    progress(sentences.len());
    let vote = |sentence: Sentence| Prediction {
        spans: Vec::new(),
        entities: sentence.entities,
        relations: sentence.relations,
    };
    Ok(annotated.into_iter().map(vote).collect())
}
