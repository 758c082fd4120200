//! Mixes the annotated files of several sources into one data set with common types. Only completely annotated
//! sentences are used.

mod common;
mod complete;
mod counts;
mod names;
mod recipe;
mod split;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use spanlight::data::{self, Statistics};
use spanlight_core::document::Sentence;

use crate::error::Result;
pub use counts::{Counts, SourceCounts};
pub use recipe::{Recipe, Source};
pub use split::Splits;

/// The sentences of a mixture and their counts.
#[derive(Debug, Clone, Default)]
pub struct Mixture {
    /// The sentences, ordered by source and then as in the files.
    pub sentences: Splits<Vec<Sentence>>,
    /// Counts of the sentences and of their annotations.
    pub counts: Counts,
}

/// Reads and mixes all sources of a recipe, whose paths are relative to `folder`.
///
/// # Errors
/// [`DataError`](data::DataError) for a file that cannot be read.
pub fn mix(recipe: &Recipe, folder: &Path) -> Result<Mixture> {
    let mut mixture = Mixture::default();
    for (name, source) in &recipe.sources {
        let mut counts = SourceCounts::default();
        let found = usable(name, source, recipe, folder, &mut counts)?;
        mixture.sentences.train.extend(found.train);
        mixture.sentences.dev.extend(found.dev);
        mixture.sentences.test.extend(found.test);
        mixture.counts.sources.insert(name.clone(), counts);
    }
    mixture.counts.repeated = split::without_repeats(&mut mixture.sentences);
    let statistics = |sentences: &Vec<Sentence>| {
        let mut statistics = Statistics::default();
        for sentence in sentences {
            statistics.add(sentence);
        }
        statistics
    };
    mixture.counts.splits = mixture.sentences.map(statistics);
    Ok(mixture)
}

/// The usable sentences of one source, with common types.
fn usable(
    name: &str,
    source: &Source,
    recipe: &Recipe,
    folder: &Path,
    counts: &mut SourceCounts,
) -> Result<Splits<Vec<Sentence>>> {
    let mut read = |files: &[PathBuf]| -> Result<Vec<Sentence>> {
        let mut all = Vec::new();
        for file in files {
            let dataset = data::read(&folder.join(file), source.format)?;
            counts.defects += dataset.defects.len();
            all.extend(dataset.sentences.into_iter().map(|s| Sentence {
                document: format!("{name}/{}", s.document),
                ..s
            }));
        }
        Ok(all)
    };
    let mut found = Splits {
        train: read(&source.train)?,
        dev: read(&source.dev)?,
        test: read(&source.test)?,
    };
    split::hold_out(&mut found, source.hold_out, recipe.seed);
    counts.read = found.map(Vec::len);
    for relation in found.train.iter().flat_map(|s| &s.relations) {
        let relations = counts.relations.entry(relation.label.clone()).or_default();
        relations.count += 1;
        relations.to = common::direction(source, &relation.label).map(|(to, _)| to.clone());
    }
    let mut used = |sentences: &Vec<Sentence>| -> Vec<Sentence> {
        let common = sentences.iter().map(|s| common::common(s, source, recipe));
        common
            .filter_map(|s| s.map_err(|why| counts.leave_out(why)).ok())
            .collect()
    };
    let found = Splits {
        train: used(&found.train),
        dev: used(&found.dev),
        test: used(&found.test),
    };
    counts.used = found.map(Vec::len);
    Ok(found)
}
