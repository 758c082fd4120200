//! From text on disk to pre-training samples (method §2.5 to §2.8).
//!
//! A corpus is read once: unpacked, cleaned, split into sentences and word-pieces, and written to a
//! cache. Training then draws samples from the cache, in a new order every epoch. Memory does not
//! grow beyond four million sentences: up to there the order of an epoch is a table, then it is
//! computed, and a sentence that does not fit is replaced by the next.

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
mod stream;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use spanlight_core::wordpiece::{SpecialPieces, WordPiece};

pub use config::{CorpusConfig, Unit};
pub use counts::{Counts, Reason};
pub use error::CorpusError;
pub use loader::{Loader, LoaderConfig};

use crate::store::{self, StoreError};
use cache::{Cache, Identity, Tokens, Writer};
use pass::{Failure, Size};

/// What preparing a corpus tells while it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// There is a cache, but it cannot be used.
    Rebuilding {
        /// Why.
        reason: String,
    },
    /// Text is being read.
    Reading {
        /// Bytes read from disk.
        done: u64,
        /// Bytes on disk.
        total: u64,
        /// Sentences kept so far.
        sentences: u64,
    },
}

/// Listens to the progress and says whether to go on.
pub type Listener<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

/// Most word-pieces of a sentence, without `[CLS]` and `[SEP]`: what BERT reads.
const MOST_PIECES: usize = 510;

/// A corpus that is ready to be drawn from.
pub struct Corpus {
    cache: Cache,
    special: SpecialPieces,
}

impl Corpus {
    /// Opens the cache of a corpus in a folder, and makes it first where there is none or where it
    /// is damaged or older than the text, the settings or the tokenizer.
    ///
    /// # Errors
    /// [`CorpusError`]; a cache is written whole or not at all.
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
            tell(listener, Progress::Rebuilding { reason })?;
        }
        std::fs::create_dir_all(folder)
            .map_err(|e| StoreError::io("create the folder", folder, e))?;
        let wide = special.vocabulary > 1 << 16;
        let header = cache::stamp(&sources)?;
        write(&path, |file| {
            let mut writer = Writer::new(file, folder, wide)?;
            let tokenize = |tokens: &mut Tokens, words: &[&str], out: &mut Vec<u8>| {
                let pieces = tokens.add(words, tokenizer, wide, out)?;
                Ok(match pieces <= MOST_PIECES {
                    true => Ok(pieces),
                    false => Err(Reason::TooManyPieces),
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
                problem: "it disappeared".into(),
            }),
            Err(problem) => Err(CorpusError::Cache { path, problem }),
        }
    }

    /// Number of sentences.
    pub fn sentences(&self) -> usize {
        self.cache.len()
    }

    /// What became of the text when the cache was made.
    pub fn counts(&self) -> &Counts {
        self.cache.counts()
    }

    /// A text that differs for corpora with other content, settings or tokenizer: for checkpoints,
    /// which can only be resumed with the same corpus.
    pub fn fingerprint(&self) -> &str {
        self.cache.fingerprint()
    }
}

/// Writes the sentences of a corpus to a file, one a line, words between single spaces.
///
/// # Errors
/// [`CorpusError`]; the file is written whole or not at all.
pub fn write_clean(
    config: &CorpusConfig,
    out: &Path,
    threads: usize,
    listener: Listener<'_>,
) -> Result<Counts, CorpusError> {
    config.validate()?;
    let sources = source::list(config)?;
    write(out, |file| {
        let mut out = BufWriter::new(file);
        let line = |(): &mut (), words: &[&str], out: &mut Vec<u8>| {
            out.extend_from_slice(words.join(" ").as_bytes());
            out.push(b'\n');
            Ok(Ok(0))
        };
        let keep = |line: &[u8], _: Size| out.write_all(line);
        let counts = pass::pass(config, &sources, threads, line, keep, listener)?;
        out.flush().map_err(Failure::Write)?;
        Ok(counts)
    })
}

/// Writes a file at once, with content that can fail for reasons other than writing.
fn write<T>(
    path: &Path,
    content: impl FnOnce(&mut File) -> Result<T, Failure>,
) -> Result<T, CorpusError> {
    let (mut value, mut failure) = (None, None);
    let written = store::write_atomic_with(path, |file| match content(file) {
        Ok(made) => {
            value = Some(made);
            Ok(())
        }
        Err(Failure::Write(e)) => Err(e),
        Err(Failure::Corpus(e)) => {
            failure = Some(e);
            Err(std::io::ErrorKind::Interrupted.into())
        }
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    written?;
    value.ok_or(CorpusError::Interrupted)
}

fn tell(
    listener: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    progress: Progress,
) -> Result<(), CorpusError> {
    match listener(progress) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(CorpusError::Interrupted),
    }
}
