//! Turns text on disk into pre-training samples (method §2.5 to §2.8).
//!
//! A corpus is read once: unpacked, cleaned, split into sentences and word-pieces, and written to a
//! cache. Training then draws samples from the cache, in a new order every epoch. Up to four
//! million sentences, the order of an epoch is a table. For a larger corpus the order is computed
//! place by place, so that memory does not grow further, and a sentence that does not fit is
//! replaced by the next.

mod blocks;
mod cache;
mod clean;
mod config;
mod counts;
mod error;
mod loader;
mod order;
mod pass;
mod source;
#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use spanlight_core::wordpiece::{SpecialPieces, WordPiece};

pub use config::{CorpusConfig, Unit};
pub use counts::{Counts, Reason};
pub use error::CorpusError;
pub use loader::{Loader, LoaderConfig};

use crate::error::Error;
use crate::output::Output;
use crate::store::{self, StoreError, write_whole};
use cache::{Cache, Identity, Tokens, Writer};
use pass::{Failure, Size};

/// Progress of preparing a corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// The existing cache cannot be used and is made again.
    Rebuilding {
        /// Why it cannot be used.
        reason: String,
    },
    /// Text is being read.
    Reading {
        /// Bytes read from disk so far.
        done: u64,
        /// Size of all files on disk, in bytes.
        total: u64,
        /// Sentences kept so far.
        sentences: u64,
    },
}

/// Receives the progress and decides whether to continue.
pub type Listener<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

/// Longest sentence that BERT reads, in word-pieces without `[CLS]` and `[SEP]`.
const MOST_PIECES: usize = 510;

/// A prepared corpus, from which samples can be drawn.
pub struct Corpus {
    cache: Cache,
    special: SpecialPieces,
}

impl Corpus {
    /// Opens the cache of a corpus in a folder. Makes the cache first if there is none, if it is
    /// damaged, or if the text, the settings or the tokenizer have changed.
    ///
    /// # Errors
    /// Any [`CorpusError`]; a failure leaves no partial cache.
    pub fn prepare(
        config: &CorpusConfig,
        tokenizer: &WordPiece,
        folder: &Path,
        threads: usize,
        listener: Listener<'_>,
    ) -> Result<Self, CorpusError> {
        config.validate()?;
        let special = tokenizer.special()?;
        let sources = source::list(config)?;
        let identity = Identity::new(config, tokenizer)?;
        let path = folder.join(identity.file_name());
        let stale = match Cache::open(&path, &identity, &sources) {
            Ok(Some(cache)) => return Ok(Self { cache, special }),
            Ok(None) => None,
            Err(reason) => Some(reason),
        };
        if let Some(reason) = stale {
            report(listener, Progress::Rebuilding { reason })?;
        }
        std::fs::create_dir_all(folder)
            .map_err(|e| StoreError::io("create the folder", folder, e))?;
        // A killed process may have prepared another corpus in this folder, which nobody prepares again.
        let prefix = format!(".{}", cache::PREFIX);
        store::sweep_unfinished(folder, OsStr::new(&prefix));
        let wide = special.vocabulary > 1 << 16;
        let header = cache::stamp(&sources)?;
        write(&path, |file| {
            let mut writer = Writer::new(file, folder, wide)?;
            let tokenize = |tokens: &mut Tokens, words: &[&str], out: &mut Vec<u8>| {
                let pieces = tokens.add(words, tokenizer, wide, out)?;
                Ok(if pieces <= MOST_PIECES {
                    Ok(pieces)
                } else {
                    Err(Reason::TooManyPieces)
                })
            };
            let keep = |record: &[u8], size| writer.add(record, size);
            let counts = pass::pass(config, &sources, threads, tokenize, keep, listener)?;
            writer.finish(&identity, header, counts)?;
            Ok(())
        })?;
        match Cache::open(&path, &identity, &sources) {
            Ok(Some(cache)) => Ok(Self { cache, special }),
            Ok(None) => Err(CorpusError::Cache {
                path,
                problem: "it has disappeared".into(),
            }),
            Err(problem) => Err(CorpusError::Cache { path, problem }),
        }
    }

    /// Number of sentences.
    pub fn sentences(&self) -> usize {
        self.cache.len()
    }

    /// Counts of the pass that made the cache.
    pub fn counts(&self) -> &Counts {
        self.cache.counts()
    }

    /// A hash of the content, the settings and the tokenizer. Checkpoints store it, since a run can
    /// only resume with the corpus that it started with.
    pub fn fingerprint(&self) -> &str {
        self.cache.fingerprint()
    }
}

/// The files of a corpus.
///
/// # Errors
/// [`CorpusError`] for a path that is missing or holds no text.
pub fn files(config: &CorpusConfig) -> Result<Vec<PathBuf>, CorpusError> {
    let sources = source::list(config)?;
    Ok(sources.into_iter().map(|source| source.path).collect())
}

/// Writes the sentences of a corpus to a file, one per line, with single spaces between words.
///
/// # Errors
/// Any [`CorpusError`], or that the file cannot be written; a failure leaves no partial file.
pub fn write_clean(
    config: &CorpusConfig,
    out: &Output,
    threads: usize,
    listener: Listener<'_>,
) -> Result<Counts, Error> {
    config.validate()?;
    let sources = source::list(config)?;
    out.write(|file| {
        let line = |(): &mut (), words: &[&str], out: &mut Vec<u8>| {
            out.extend_from_slice(words.join(" ").as_bytes());
            out.push(b'\n');
            Ok(Ok(0))
        };
        let keep = |line: &[u8], _: Size| file.write_all(line);
        let counts = pass::pass(config, &sources, threads, line, keep, listener);
        counts.map_err(|failure| match failure {
            Failure::Write(error) => Error::Io(error),
            Failure::Corpus(error) => error.into(),
        })
    })
}

/// Writes a file whole or not at all; `content` may also fail for reasons other than writing.
fn write<T>(
    path: &Path,
    content: impl FnOnce(&mut File) -> Result<T, Failure>,
) -> Result<T, CorpusError> {
    write_whole(path, content, |failure| match failure {
        Failure::Write(error) => Ok(error),
        Failure::Corpus(error) => Err(error),
    })
}

fn report(
    listener: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    progress: Progress,
) -> Result<(), CorpusError> {
    match listener(progress) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(CorpusError::Interrupted),
    }
}
