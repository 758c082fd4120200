//! The text of a run: from files to a loader of samples.

use std::env;
use std::ops::ControlFlow;
use std::path::PathBuf;

use spanlight_core::wordpiece::WordPiece;

use spanlight_core::pretrain::sample::Sample;
use spanlight_learn::pretrain::Source;

use super::config::PretrainConfig;
use crate::corpus::{Corpus, Loader, LoaderConfig, Progress};
use crate::error::{Error, Result};

/// Prepares the corpus and draws from it; `room` is the longest input of the encoder, and
/// `reading` sees how far the files are read and may end that.
///
/// # Errors
/// Files that cannot be read, and text without a usable sentence.
pub fn loader(
    config: &PretrainConfig,
    tokenizer: &WordPiece,
    room: usize,
    threads: usize,
    reading: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Loader> {
    let cache = match &config.corpus_cache {
        Some(folder) => folder.clone(),
        None => default_cache()?,
    };
    let corpus = Corpus::prepare(&config.corpus, tokenizer, &cache, threads, reading)?;
    let mut sample = config.sample.clone();
    sample.max_pieces = sample.max_pieces.min(room);
    let draws = LoaderConfig {
        batch: config.batch,
        seed: config.seed,
        shuffle: config.shuffle,
        dynamic_sampling: config.dynamic_sampling,
        threads,
    };
    Ok(Loader::new(corpus, sample, draws)?)
}

/// Where corpora are kept that no flag places.
fn default_cache() -> Result<PathBuf> {
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(env::home_dir()?.join(".cache")));
    cache
        .map(|cache| cache.join("spanlight").join("corpora"))
        .ok_or_else(|| Error::Usage("there is no home folder; give --corpus-cache".into()))
}

impl Source for Loader {
    fn samples(&self, step: usize) -> spanlight_learn::Result<Vec<Sample>> {
        self.batch(step)
            .map_err(|error| spanlight_learn::Error::Data(Box::new(error)))
    }
}
